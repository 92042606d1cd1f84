"""Hostile safetensors headers: each is refused by its own code."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.intake import BaseSpec, IntakeLimits
from tests.adapters import hostile
from tests.adapters.hostile import A_KEY, B_KEY, WEIGHTS, Entry

Header = dict[str, Entry]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\1\2\3",
        struct.pack("<Q", 0),
        struct.pack("<Q", 1 << 63) + b"{}",
        struct.pack("<Q", 3) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 2) + b"{{",
        struct.pack("<Q", 4) + b"null",
        struct.pack("<Q", 4) + b"\xff\xfe{\0",
        struct.pack("<Q", 200_000) + b"[" * 200_000,
        struct.pack("<Q", 100_005) + b'{"a":' * 20_000 + b"{}   ",
        b"PK\3\4" + b"\0" * 600,
        b"\x80\x04\x95" + b"\0" * 600,
    ],
    ids=str,
)
def test_bytes_that_are_no_safetensors_file(base: BaseSpec, adapter: Path, content: bytes) -> None:
    (adapter / WEIGHTS).write_bytes(content)
    hostile.reseal(adapter)
    answer = hostile.refusal(adapter, base)
    assert answer.code == "header_invalid" and WEIGHTS in answer.message


def test_a_header_larger_than_the_limit_is_not_parsed(base: BaseSpec, adapter: Path) -> None:
    hostile.write_raw(adapter, b" " * 3_000_000, b"")
    assert hostile.refusal(adapter, base).code == "header_too_large"
    hostile.write_valid(base, adapter)
    assert hostile.refusal(adapter, base, limits=IntakeLimits(header_bytes=100)).code == "header_too_large"


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}, "a": {}}',
        '{"a": {"dtype": "F32", "dtype": "F16", "shape": [0], "data_offsets": [0, 0]}}',
        '{"__metadata__": {"format": "pt", "format": "np"}}',
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"\\ud800": {}}',
        '{"a": {"dtype": "F32", "shape": [' + "9" * 5_000 + '], "data_offsets": [0, 0]}}',
    ],
    ids=range(7),
)
def test_json_that_two_readers_could_read_differently(base: BaseSpec, adapter: Path, text: str) -> None:
    hostile.write_raw(adapter, text.encode(), b"")
    assert hostile.refusal(adapter, base).code == "header_invalid"


@pytest.mark.parametrize("metadata", [[], "pt", 3, None, {"format": 1}, {"format": None}, {"a": {"b": "c"}}])
def test_metadata_that_is_not_strings(base: BaseSpec, adapter: Path, metadata: Any) -> None:
    hostile.edit_header(adapter, lambda header: header.__setitem__("__metadata__", metadata))
    assert hostile.refusal(adapter, base).code == "header_metadata_invalid"


@pytest.mark.parametrize(
    "entry",
    [
        None,
        [],
        "F32",
        {},
        {"dtype": "F32", "shape": [1]},
        {"dtype": "F32", "shape": [1], "data_offsets": [0, 4], "loader": "os.system"},
    ],
)
def test_entries_of_another_form(base: BaseSpec, adapter: Path, entry: Any) -> None:
    hostile.edit_header(adapter, lambda header: header.__setitem__(A_KEY, entry))
    answer = hostile.refusal(adapter, base)
    assert answer.code == "header_invalid" and A_KEY[:60] in answer.message


@pytest.mark.parametrize("dtype", ["F128", "bf16", "", "O", 3, None, ["F32"], {}])
def test_unknown_dtypes(base: BaseSpec, adapter: Path, dtype: Any) -> None:
    hostile.edit_header(adapter, lambda header: header[A_KEY].__setitem__("dtype", dtype))
    assert hostile.refusal(adapter, base).code == "tensor_dtype_unknown"


@pytest.mark.parametrize(
    "shape",
    [
        [-1, 16],
        [1 << 40, 1],
        [1 << 63, 1 << 63],
        [4.0, 16],
        ["4", 16],
        [True, 16],
        None,
        "4x16",
        {"0": 4},
        [1] * 100,
        [[4, 16]],
    ],
)
def test_impossible_shapes(base: BaseSpec, adapter: Path, shape: Any) -> None:
    hostile.edit_header(adapter, lambda header: header[A_KEY].__setitem__("shape", shape))
    assert hostile.refusal(adapter, base).code == "tensor_shape_invalid"


@pytest.mark.parametrize(
    "offsets",
    [
        [-8, 120],
        [128, 0],
        [0],
        [0, 1, 2],
        [0.0, 128],
        ["0", "128"],
        None,
        [0, True],
        [0, 10**30],
        [0, 1 << 62],
    ],
)
def test_impossible_offsets(base: BaseSpec, adapter: Path, offsets: Any) -> None:
    hostile.edit_header(adapter, lambda header: header[A_KEY].__setitem__("data_offsets", offsets))
    assert hostile.refusal(adapter, base).code == "tensor_offsets_invalid"


def overlap(header: Header) -> None:
    header[B_KEY]["data_offsets"] = [header[A_KEY]["data_offsets"][0]] * 2
    header[B_KEY]["data_offsets"][1] += 2 * hostile.HIDDEN * hostile.RANK


def alias(header: Header) -> None:
    header["base_model.model.alias"] = dict(header[A_KEY])


def shifted_by(step: int) -> Callable[[Header], None]:
    def shift(header: Header) -> None:
        for name, entry in header.items():
            if name != "__metadata__":
                entry["data_offsets"] = [offset + step for offset in entry["data_offsets"]]

    return shift


def another_size(header: Header) -> None:
    header[A_KEY]["shape"] = [hostile.RANK + 1, hostile.HIDDEN]


def missing(header: Header) -> None:
    del header[A_KEY]


@pytest.mark.parametrize(
    "change", [overlap, alias, shifted_by(2), shifted_by(1 << 40), another_size, missing]
)
def test_tensors_that_do_not_cover_the_file(
    base: BaseSpec, adapter: Path, change: Callable[[Header], None]
) -> None:
    hostile.edit_header(adapter, change)
    assert hostile.refusal(adapter, base).code == "tensor_offsets_invalid"


@pytest.mark.parametrize("tail", [b"\0", b"#!/bin/sh\n", bytes(4096)])
def test_data_behind_the_last_tensor(base: BaseSpec, adapter: Path, tail: bytes) -> None:
    with (adapter / WEIGHTS).open("ab") as stream:
        stream.write(tail)
    hostile.reseal(adapter)
    assert hostile.refusal(adapter, base).code == "tensor_offsets_invalid"


def test_a_file_cut_short(base: BaseSpec, adapter: Path) -> None:
    content = (adapter / WEIGHTS).read_bytes()
    (adapter / WEIGHTS).write_bytes(content[:-10])
    hostile.reseal(adapter)
    assert hostile.refusal(adapter, base).code == "tensor_offsets_invalid"


@pytest.mark.parametrize("name", ["\x1b[31mred\x07", "x" * 5_000, "a\nb\rc", "\u202eevil", "稅務"])
def test_names_are_safe_to_print(base: BaseSpec, adapter: Path, name: str) -> None:
    def rename(header: Header) -> None:
        header[name] = header.pop(A_KEY)

    hostile.edit_header(adapter, rename)
    answer = hostile.refusal(adapter, base)
    assert answer.code == "tensor_name" and answer.message.isascii()


def test_an_empty_header(base: BaseSpec, adapter: Path) -> None:
    hostile.write_raw(adapter, json.dumps({}).encode(), b"")
    assert hostile.refusal(adapter, base).code == "tensor_missing"
