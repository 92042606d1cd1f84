"""What decides an adapter's weights besides base model and data, and the presets for those who don't want to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adapters.training.errors import TrainingRefused

ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
TARGET_MODULES = (*ATTENTION, "gate_proj", "up_proj", "down_proj")
_SETS = MappingProxyType({"all": TARGET_MODULES, "attention": ATTENTION})
_RATE_TIMES_WIDTH = 0.5


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """Everything that decides the weights besides base model and data.

    `targets` is `all`, `attention`, or names of modules with commas between them.
    """

    rank: int = 8
    alpha: int = 16
    epochs: float = 6.0
    batch_size: int = 32
    learning_rate: float = 2e-3
    max_tokens: int = 512
    seed: int = 20261101
    bf16: bool = True
    device: str = "cpu"
    targets: str = "all"


@dataclass(frozen=True, slots=True)
class Preset:
    """A rank and the modules that get one. The engine must offer slots of that rank."""

    rank: int
    targets: str


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {"small": Preset(4, "attention"), "standard": Preset(8, "all"), "large": Preset(16, "all")}
)


def target_modules(targets: str) -> tuple[str, ...]:
    """The modules that `targets` names. Raises TrainingRefused(setting_invalid)."""
    names = _SETS.get(targets) or tuple(name.strip() for name in targets.split(","))
    if unknown := [name for name in names if name not in TARGET_MODULES]:
        raise TrainingRefused(
            "setting_invalid",
            f"targets: {', '.join(unknown)} is not one of all, attention, {', '.join(TARGET_MODULES)}",
        )
    return names


def rate_for(hidden_size: int) -> float:
    """A learning rate that suits a model of this width: wider models take smaller steps."""
    return _RATE_TIMES_WIDTH / hidden_size
