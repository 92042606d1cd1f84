"""adapter_config.json: only what the engine really serves. Read against vLLM 0.32's `lora/peft_helper.py`.

vLLM ignores fields it does not know, so a field that would change the adapter's meaning must be refused here,
also one that a later PEFT invents: an unknown field passes only while it is off.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.intake import strictjson
from adapters.intake.base import BaseSpec
from adapters.intake.limits import CONFIG_FILE
from adapters.intake.refusal import IntakeRefused, printable

_LARGEST_ALPHA = 65_536
_SERVED_INITS = ("gaussian", "eva", "orthogonal", "mica", "lora_ga")
# These name code or other tensors that somebody would have to load.
_CODE_FIELDS = ("auto_mapping", "megatron_config")
# Training's own affairs: the engine never reads them, and they don't change what the weights mean.
_IGNORED: Mapping[str, Callable[[Any], bool]] = {
    "base_model_name_or_path": lambda value: value is None or isinstance(value, str),
    "bias": lambda value: value in (None, "none"),
    "eva_config": lambda value: value is None or isinstance(value, dict),
    "inference_mode": lambda value: isinstance(value, bool),
    "init_lora_weights": lambda value: value is None or isinstance(value, bool) or value in _SERVED_INITS,
    "lora_ga_config": lambda value: value is None or isinstance(value, dict),
    "lora_dropout": lambda value: _is_number(value) and 0 <= value < 1,
    "megatron_core": lambda value: value in (None, "megatron.core"),
    "peft_version": lambda value: value is None or isinstance(value, str),
    "qalora_group_size": lambda value: isinstance(value, int),
    "revision": lambda value: value is None or isinstance(value, str),
    "task_type": lambda value: value in (None, "CAUSAL_LM"),
    "use_rslora": lambda value: value is None or isinstance(value, bool),
}
_READ = ("peft_type", "r", "lora_alpha", "target_modules")


@dataclass(frozen=True, slots=True)
class PeftConfig:
    """What an adapter says of itself; `scaling` is what the engine multiplies its product with."""

    rank: int
    alpha: float
    scaling: float
    target_modules: tuple[str, ...]
    base_name: str


def read_config(content: bytes, base: BaseSpec) -> PeftConfig:
    """Check the configuration against what is served on `base`.

    Raises IntakeRefused: config_invalid, config_peft_type, config_custom_code, config_field_unsupported,
    rank_invalid, rank_not_served, alpha_invalid, targets_invalid, target_unknown.
    """
    try:
        raw = strictjson.parse(content)
    except ValueError:
        raise IntakeRefused("config_invalid", f"{CONFIG_FILE} is not JSON with unique keys") from None
    if not isinstance(raw, dict):
        raise IntakeRefused("config_invalid", f"{CONFIG_FILE} is no JSON object")
    if raw.get("peft_type") != "LORA":
        raise IntakeRefused(
            "config_peft_type",
            f"{CONFIG_FILE}: peft_type is {printable(raw.get('peft_type'))}, expected LORA",
        )
    for name, value in raw.items():
        _check_field(name, value)
    rank, alpha = _rank(raw.get("r"), base), _alpha(raw.get("lora_alpha"))
    return PeftConfig(
        rank=rank,
        alpha=alpha,
        scaling=alpha / (math.sqrt(rank) if raw.get("use_rslora") else rank),
        target_modules=_targets(raw.get("target_modules"), base),
        base_name=raw.get("base_model_name_or_path") or "",
    )


def _check_field(name: str, value: Any) -> None:
    if name in _READ:
        return
    if name in _CODE_FIELDS and value:
        raise IntakeRefused("config_custom_code", f"{CONFIG_FILE}: {name} names code to load, expected null")
    off = value is None or value is False or value in ({}, [])
    if not (_IGNORED[name](value) if name in _IGNORED else off):
        raise IntakeRefused(
            "config_field_unsupported",
            f"{CONFIG_FILE}: the engine does not serve {printable(name)} as it is set",
        )


def _rank(value: Any, base: BaseSpec) -> int:
    if type(value) is not int or value < 1:
        raise IntakeRefused(
            "rank_invalid", f"{CONFIG_FILE}: r is {printable(value)}, expected a number from 1"
        )
    if value > base.max_rank:
        raise IntakeRefused(
            "rank_not_served", f"{CONFIG_FILE}: r is {printable(value)}, expected at most {base.max_rank}"
        )
    if base.ranks and value not in base.ranks:
        raise IntakeRefused("rank_not_served", f"{CONFIG_FILE}: r is {value}, expected one of {base.ranks}")
    return value


def _alpha(value: Any) -> float:
    if not _is_number(value) or not 0 < value <= _LARGEST_ALPHA:
        raise IntakeRefused(
            "alpha_invalid",
            f"{CONFIG_FILE}: lora_alpha is {printable(value)}, expected up to {_LARGEST_ALPHA}",
        )
    return float(value)


def _is_number(value: Any) -> bool:
    return type(value) is int or (isinstance(value, float) and math.isfinite(value))


def _targets(value: Any, base: BaseSpec) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise IntakeRefused(
            "targets_invalid", f"{CONFIG_FILE}: target_modules must be a list of module names, no pattern"
        )
    if len(set(value)) != len(value):
        raise IntakeRefused("targets_invalid", f"{CONFIG_FILE}: target_modules names a module twice")
    for name in value:
        if name not in base.served.targets or not base.modules_of(name):
            raise IntakeRefused(
                "target_unknown",
                f"{CONFIG_FILE}: target_modules names {printable(name)}, expected of {', '.join(base.served.targets)}",
            )
    return tuple(sorted(value))
