"""Hostile adapter_config.json: each field that the engine would ignore or not serve is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.intake import BaseSpec
from tests.adapters import hostile
from tests.adapters.hostile import CONFIG

UNSERVED = {
    "modules_to_save": ["lm_head"],
    "use_dora": True,
    "rank_pattern": {"q_proj": 64},
    "alpha_pattern": {"q_proj": 64},
    "bias": "all",
    "lora_bias": True,
    "fan_in_fan_out": True,
    "layers_to_transform": [0],
    "layers_pattern": "layers",
    "layer_replication": [[0, 1]],
    "exclude_modules": ["q_proj"],
    "trainable_token_indices": [1, 2],
    "target_parameters": ["experts.w"],
    "alora_invocation_tokens": [1],
    "use_qalora": True,
    "use_bdlora": {"nblocks": 2},
    "init_lora_weights": "pissa",
    "loftq_config": {"loftq_bits": 4},
    "corda_config": {"cache_file": "/etc/passwd"},
    "arrow_config": {"arrow_top_k": 1},
    "kasa_config": {"a": 1},
    "ensure_weight_tying": True,
    "task_type": "SEQ_CLS",
    "inference_mode": "yes",
    "lora_dropout": 1.5,
    "use_rslora": "yes",
    "peft_version": 3,
    "revision": ["main"],
    "base_model_name_or_path": 7,
    "megatron_core": "os.system",
    "vllm_lora_scaling_factor": 1000.0,
    "vllm_max_position_embeddings": 1,
    "a_field_of_a_later_peft": "on",
    "some\x1b[2Jfield": 1,
}


@pytest.mark.parametrize(("name", "value"), UNSERVED.items())
def test_fields_the_engine_does_not_serve(base: BaseSpec, adapter: Path, name: str, value: Any) -> None:
    hostile.edit_config(adapter, **{name: value})
    answer = hostile.refusal(adapter, base)
    assert answer.code == "config_field_unsupported" and CONFIG in answer.message


@pytest.mark.parametrize("name", ["use_dora", "rank_pattern", "modules_to_save", "a_field_of_a_later_peft"])
@pytest.mark.parametrize("value", [None, False, {}, []])
def test_the_same_fields_switched_off_are_fine(base: BaseSpec, adapter: Path, name: str, value: Any) -> None:
    hostile.edit_config(adapter, **{name: value})
    assert hostile.accepted(adapter, base).rank == hostile.RANK


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auto_mapping", {"base_model_class": "X", "parent_library": "evil.module"}),
        ("auto_mapping", "evil.module"),
        ("megatron_config", {"x": "y"}),
    ],
)
def test_fields_that_name_code(base: BaseSpec, adapter: Path, name: str, value: Any) -> None:
    hostile.edit_config(adapter, **{name: value})
    assert hostile.refusal(adapter, base).code == "config_custom_code"


@pytest.mark.parametrize("kind", ["LOHA", "lora", "PROMPT_TUNING", "", None, 3, ["LORA"]])
def test_other_kinds_of_adapters(base: BaseSpec, adapter: Path, kind: Any) -> None:
    hostile.edit_config(adapter, peft_type=kind)
    assert hostile.refusal(adapter, base).code == "config_peft_type"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"r": 4, "r": 64}',
        b'{"lora_alpha": NaN}',
        b'{"peft_type": "LORA\\ud800"}',
        b'{"r": ' + b"9" * 5_000 + b"}",
    ],
    ids=range(10),
)
def test_bytes_that_are_no_configuration(base: BaseSpec, adapter: Path, content: bytes) -> None:
    (adapter / CONFIG).write_bytes(content)
    assert hostile.refusal(adapter, base).code == "config_invalid"


def test_a_configuration_that_is_too_large(base: BaseSpec, adapter: Path) -> None:
    (adapter / CONFIG).write_bytes(b" " * 300_000)
    answer = hostile.refusal(adapter, base)
    assert answer.code == "file_too_large" and "300000" in answer.message


@pytest.mark.parametrize("rank", [0, -1, 4.0, "4", None, True, [4]])
def test_ranks_that_are_none(base: BaseSpec, adapter: Path, rank: Any) -> None:
    hostile.edit_config(adapter, r=rank)
    assert hostile.refusal(adapter, base).code == "rank_invalid"


@pytest.mark.parametrize("rank", [9, 512, 10**300])
def test_ranks_over_the_slots(base: BaseSpec, adapter: Path, rank: int) -> None:
    hostile.edit_config(adapter, r=rank)
    answer = hostile.refusal(adapter, base)
    assert answer.code == "rank_not_served" and "at most 8" in answer.message


def test_ranks_outside_the_agreed_ones(tmp_path: Path, adapter: Path) -> None:
    folder = hostile.write_base(tmp_path / "tiny")
    assert hostile.accepted(adapter, BaseSpec.from_folder(folder, max_rank=8, ranks=(4, 8))).rank == 4
    narrow = BaseSpec.from_folder(folder, max_rank=8, ranks=(8,))
    assert hostile.refusal(adapter, narrow).code == "rank_not_served"


@pytest.mark.parametrize("alpha", [0, -1, "16", None, True, [1], 1e9, 10**300, 1e-400])
def test_alphas_that_are_none(base: BaseSpec, adapter: Path, alpha: Any) -> None:
    hostile.edit_config(adapter, lora_alpha=alpha)
    assert hostile.refusal(adapter, base).code == "alpha_invalid"


def test_an_infinite_alpha(base: BaseSpec, adapter: Path) -> None:
    text = (adapter / CONFIG).read_text(encoding="utf-8").replace('"lora_alpha": 8', '"lora_alpha": 1e999')
    assert "1e999" in text
    (adapter / CONFIG).write_text(text, encoding="utf-8")
    assert hostile.refusal(adapter, base).code == "alpha_invalid"


@pytest.mark.parametrize(
    "targets",
    ["all-linear", ".*_proj", "q_proj", None, [], {}, ["q_proj", 3], [["q_proj"]], ["q_proj", "q_proj"]],
)
def test_targets_that_are_no_list_of_names(base: BaseSpec, adapter: Path, targets: Any) -> None:
    hostile.edit_config(adapter, target_modules=targets)
    assert hostile.refusal(adapter, base).code == "targets_invalid"


@pytest.mark.parametrize(
    "target",
    [
        "lm_head",
        "embed_tokens",
        "query_key_value",
        "self_attn.q_proj",
        "q_proj|v_proj",
        "input_layernorm",
        "",
    ],
)
def test_targets_that_the_base_does_not_serve(base: BaseSpec, adapter: Path, target: str) -> None:
    targets = json.loads((adapter / CONFIG).read_text(encoding="utf-8"))["target_modules"]
    hostile.edit_config(adapter, target_modules=[*targets, target])
    assert hostile.refusal(adapter, base).code == "target_unknown"


@pytest.mark.parametrize("name", ["peft_type", "r", "lora_alpha", "target_modules"])
def test_a_required_field_left_out(base: BaseSpec, adapter: Path, name: str) -> None:
    config = json.loads((adapter / CONFIG).read_text(encoding="utf-8"))
    del config[name]
    (adapter / CONFIG).write_text(json.dumps(config), encoding="utf-8")
    codes = {"config_peft_type", "rank_invalid", "alpha_invalid", "targets_invalid"}
    assert hostile.refusal(adapter, base).code in codes
