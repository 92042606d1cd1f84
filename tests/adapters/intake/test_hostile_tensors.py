"""Tensors that an engine would skip, mis-apply or choke on, and adapters that change nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.intake import BaseSpec, IntakeLimits
from tests.adapters import hostile
from tests.adapters.hostile import A_KEY, B_KEY, HIDDEN, RANK

SKIPPED = [
    ("base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight", "tensor_unknown_module"),
    ("base_model.model.model.layers.00.self_attn.q_proj.lora_A.weight", "tensor_unknown_module"),
    ("base_model.model.layers.0.self_attn.q_proj.lora_A.weight", "tensor_unknown_module"),
    ("base_model.model.model.layers.0.mlp.q_proj.lora_A.weight", "tensor_unknown_module"),
    ("base_model.model.transformer.h.0.attn.q_proj.lora_A.weight", "tensor_unknown_module"),
    (
        "base_model.model.base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight",
        "tensor_unknown_module",
    ),
    ("base_model.model.lm_head.lora_A.weight", "tensor_unknown_module"),
    ("base_model.model.model.embed_tokens.lora_embedding_A", "tensor_name"),
    ("base_model.model.model.embed_tokens.base_layer.weight", "tensor_name"),
    ("base_model.model.model.layers.0.self_attn.q_proj.lora_A.default.weight", "tensor_name"),
    ("base_model.model.model.layers.0.self_attn.q_proj.lora_magnitude_vector", "tensor_name"),
    ("base_model.model.model.layers.0.self_attn.q_proj.lora_B.bias", "tensor_name"),
    ("model.layers.0.self_attn.q_proj.lora_A.weight", "tensor_name"),
    ("base_model.model.score.weight", "tensor_name"),
    ("q_proj", "tensor_name"),
    ("", "tensor_name"),
]


@pytest.mark.parametrize(("name", "code"), SKIPPED)
def test_keys_the_engine_would_not_apply(base: BaseSpec, adapter: Path, name: str, code: str) -> None:
    blobs = hostile.read_blobs(adapter)
    hostile.write_blobs(adapter, {**blobs, name: blobs[A_KEY]})
    assert hostile.refusal(adapter, base).code == code
    blobs[name] = blobs.pop(A_KEY)
    hostile.write_blobs(adapter, blobs)
    assert hostile.refusal(adapter, base).code == code


@pytest.mark.parametrize("absent", [A_KEY, B_KEY])
def test_one_half_missing(base: BaseSpec, adapter: Path, absent: str) -> None:
    blobs = hostile.read_blobs(adapter)
    del blobs[absent]
    hostile.write_blobs(adapter, blobs)
    answer = hostile.refusal(adapter, base)
    assert answer.code == "tensor_missing" and "layers.0.self_attn.q_proj" in answer.message


def test_a_declared_module_missing_in_one_layer(base: BaseSpec, adapter: Path) -> None:
    blobs = {
        name: blob for name, blob in hostile.read_blobs(adapter).items() if "layers.1.mlp.up" not in name
    }
    hostile.write_blobs(adapter, blobs)
    answer = hostile.refusal(adapter, base)
    assert answer.code == "tensor_missing" and "layers.1.mlp.up_proj" in answer.message


def test_a_module_that_was_not_declared(base: BaseSpec, adapter: Path) -> None:
    hostile.edit_card(adapter, target_modules=("q_proj",))
    hostile.edit_config(adapter, target_modules=["q_proj"])
    assert hostile.refusal(adapter, base).code == "tensor_undeclared"


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        (A_KEY, [HIDDEN, RANK]),
        (A_KEY, [RANK * HIDDEN]),
        (A_KEY, [1, RANK, HIDDEN]),
        (A_KEY, [RANK * 2, HIDDEN // 2]),
        (B_KEY, [RANK, HIDDEN]),
        (B_KEY, [HIDDEN // 2, RANK * 2]),
    ],
)
def test_shapes_that_do_not_fit(base: BaseSpec, adapter: Path, key: str, shape: list[int]) -> None:
    hostile.edit_header(adapter, lambda header: header[key].__setitem__("shape", shape))
    answer = hostile.refusal(adapter, base)
    assert (
        answer.code == "tensor_shape"
        and str(tuple(shape)) in answer.message
        and "expected (" in answer.message
    )


def test_a_rank_that_is_not_the_tensors(base: BaseSpec, adapter: Path) -> None:
    hostile.edit_card(adapter, rank=8)
    hostile.edit_config(adapter, r=8)
    assert hostile.refusal(adapter, base).code == "tensor_shape"


def test_an_empty_tensor(base: BaseSpec, adapter: Path) -> None:
    blobs = hostile.read_blobs(adapter)
    blobs[A_KEY] = ("BF16", [0, HIDDEN], b"")
    hostile.write_blobs(adapter, blobs)
    assert hostile.refusal(adapter, base).code == "tensor_shape"


@pytest.mark.parametrize("dtype", ["I8", "F8_E4M3", "F64", "I32", "BOOL"])
def test_dtypes_that_are_not_served(base: BaseSpec, adapter: Path, dtype: str) -> None:
    size = {"I8": 1, "F8_E4M3": 1, "F64": 8, "I32": 4, "BOOL": 1}[dtype]
    blobs = {
        name: (dtype, shape, bytes(size * shape[0] * shape[1]))
        for name, (_, shape, _) in hostile.read_blobs(adapter).items()
    }
    hostile.write_blobs(adapter, blobs)
    answer = hostile.refusal(adapter, base)
    assert answer.code == "tensor_dtype" and dtype in answer.message


def test_two_dtypes_in_one_adapter(base: BaseSpec, adapter: Path) -> None:
    blobs = hostile.read_blobs(adapter)
    blobs[B_KEY] = ("F32", [HIDDEN, RANK], hostile.numbers([1.0] * HIDDEN * RANK, "F32"))
    hostile.write_blobs(adapter, blobs)
    assert hostile.refusal(adapter, base).code == "tensor_dtype"


@pytest.mark.parametrize("dtype", ["F32", "F16", "BF16"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("key", "place"), [(A_KEY, 0), (A_KEY, -1), (B_KEY, 0), (B_KEY, -1)])
def test_one_number_that_is_none(
    base: BaseSpec, adapter: Path, dtype: str, value: float, key: str, place: int
) -> None:
    blobs: dict[str, Any] = {}
    for name, (_, shape, _) in hostile.read_blobs(adapter).items():
        values = [0.25] * (shape[0] * shape[1])
        if name == key:
            values[place] = value
        blobs[name] = (dtype, shape, hostile.numbers(values, dtype))
    hostile.write_blobs(adapter, blobs)
    answer = hostile.refusal(adapter, base)
    assert answer.code == "weights_not_finite" and key[:60] in answer.message


def test_a_signalling_nan_is_one_too(base: BaseSpec, adapter: Path) -> None:
    blobs = hostile.read_blobs(adapter)
    content = bytearray(blobs[A_KEY][2])
    content[:2] = b"\x81\x7f"
    blobs[A_KEY] = ("BF16", blobs[A_KEY][1], bytes(content))
    hostile.write_blobs(adapter, blobs)
    assert hostile.refusal(adapter, base).code == "weights_not_finite"


def test_absurd_magnitudes(base: BaseSpec, adapter: Path) -> None:
    blobs = hostile.read_blobs(adapter)
    blobs[B_KEY] = ("BF16", [HIDDEN, RANK], hostile.numbers([1e30] * HIDDEN * RANK, "BF16"))
    hostile.write_blobs(adapter, blobs)
    answer = hostile.refusal(adapter, base)
    assert answer.code == "weights_too_large" and "1000" in answer.message


def test_a_magnitude_that_only_the_scaling_makes_absurd(base: BaseSpec, adapter: Path) -> None:
    hostile.edit_card(adapter, alpha=60_000)
    hostile.edit_config(adapter, lora_alpha=60_000)
    assert hostile.refusal(adapter, base).code == "weights_too_large"
    assert hostile.refusal(adapter, base, limits=IntakeLimits(largest_value=1e-6)).code == "weights_too_large"


def with_values(adapter: Path, a: Any, b: Any) -> None:
    """Every lora_A holds `a`, every lora_B holds `b`: a number, or a function of the element's rank."""
    blobs = {}
    for name, (dtype, shape, _) in hostile.read_blobs(adapter).items():
        values = np.zeros(shape, np.float32)
        for rank in range(RANK):
            if "lora_A" in name:
                values[rank, :] = a(rank) if callable(a) else a
            else:
                values[:, rank] = b(rank) if callable(b) else b
        blobs[name] = (dtype, shape, hostile.numbers(values, dtype))
    hostile.write_blobs(adapter, blobs)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1.0, 0.0),
        (1.0, -0.0),
        (0.0, 1.0),
        (0.0, 0.0),
        (1e-30, 1e-30),
        (lambda rank: float(rank < 2), lambda rank: float(rank >= 2)),
    ],
)
def test_adapters_that_change_nothing(base: BaseSpec, adapter: Path, a: Any, b: Any) -> None:
    with_values(adapter, a, b)
    assert hostile.refusal(adapter, base).code == "adapter_is_noop"


def test_one_changed_module_is_enough(base: BaseSpec, adapter: Path) -> None:
    trained = hostile.read_blobs(adapter)[B_KEY]
    with_values(adapter, 1.0, 0.0)
    hostile.write_blobs(adapter, {**hostile.read_blobs(adapter), B_KEY: trained})
    assert hostile.accepted(adapter, base).dtype == "BF16"


def test_numbers_are_read_in_pieces(base: BaseSpec, adapter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = hostile.accepted(adapter, base)
    monkeypatch.setattr("adapters.intake.weights._CHUNK_ITEMS", 3)
    assert hostile.accepted(adapter, base) == whole
    blobs = hostile.read_blobs(adapter)
    values = np.full((HIDDEN, RANK), 0.25, np.float32)
    values[7, 1] = np.nan
    blobs[B_KEY] = ("BF16", [HIDDEN, RANK], hostile.numbers(values, "BF16"))
    hostile.write_blobs(adapter, blobs)
    assert hostile.refusal(adapter, base).code == "weights_not_finite"
