"""Reads a safetensors header without trusting it: every byte of the file must be accounted for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from adapters.intake import strictjson
from adapters.intake.refusal import IntakeRefused, printable

METADATA = "__metadata__"
_LENGTH_BYTES = 8
_LARGEST_DIMENSION = 1 << 31
_MOST_DIMENSIONS = 8
_ITEM_BYTES: Mapping[str, int] = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"), 1),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 2),
    **dict.fromkeys(("U32", "I32", "F32"), 4),
    **dict.fromkeys(("U64", "I64", "F64"), 8),
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies in its file, in bytes from the file's start."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """What a safetensors file holds."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]


def read_header(stream: BinaryIO, file_name: str, size: int, most_bytes: int) -> Header:
    """The header of the file of `size` bytes that `stream` is at the start of.

    Raises IntakeRefused: header_too_large, header_invalid, tensor_dtype_unknown, tensor_shape_invalid,
    tensor_offsets_invalid, header_metadata_invalid.
    """
    length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
    if size < _LENGTH_BYTES or length > size - _LENGTH_BYTES:
        raise IntakeRefused("header_invalid", f"{file_name}: a header of {length} bytes in a file of {size}")
    if length > most_bytes:
        raise IntakeRefused(
            "header_too_large", f"{file_name}: a header of {length} bytes, expected at most {most_bytes}"
        )
    try:
        content = strictjson.parse(stream.read(length))
    except ValueError:
        raise IntakeRefused(
            "header_invalid", f"{file_name}: the header is not JSON with unique keys"
        ) from None
    if not isinstance(content, dict):
        raise IntakeRefused("header_invalid", f"{file_name}: the header is no JSON object")
    metadata = _metadata(content.pop(METADATA, {}), file_name)
    data_start = _LENGTH_BYTES + length
    tensors = {name: _tensor(name, entry, data_start) for name, entry in content.items()}
    _check_cover(tensors, file_name, data_start, size)
    return Header(tensors, metadata)


def _metadata(value: Any, file_name: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise IntakeRefused("header_metadata_invalid", f"{file_name}: {METADATA} must map strings to strings")
    return value


def _tensor(name: str, entry: Any, data_start: int) -> Tensor:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise IntakeRefused("header_invalid", f"{printable(name)}: expected dtype, shape and data_offsets")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _ITEM_BYTES:
        raise IntakeRefused("tensor_dtype_unknown", f"{printable(name)}: dtype {printable(dtype)} is unknown")
    if not _whole_numbers(shape, _LARGEST_DIMENSION) or len(shape) > _MOST_DIMENSIONS:
        raise IntakeRefused(
            "tensor_shape_invalid", f"{printable(name)}: shape {printable(shape)} is impossible"
        )
    if not _whole_numbers(offsets, 1 << 62) or len(offsets) != 2 or offsets[0] > offsets[1]:
        raise IntakeRefused(
            "tensor_offsets_invalid", f"{printable(name)}: offsets {printable(offsets)} are impossible"
        )
    needed = math.prod(shape) * _ITEM_BYTES[dtype]
    if offsets[1] - offsets[0] != needed:
        raise IntakeRefused(
            "tensor_offsets_invalid",
            f"{printable(name)}: {dtype} {printable(shape)} needs {needed} bytes, the offsets give "
            f"{offsets[1] - offsets[0]}",
        )
    return Tensor(name, dtype, tuple(shape), data_start + offsets[0], data_start + offsets[1])


def _whole_numbers(value: Any, most: int) -> bool:
    return isinstance(value, list) and all(type(item) is int and 0 <= item <= most for item in value)


def _check_cover(tensors: Mapping[str, Tensor], file_name: str, data_start: int, size: int) -> None:
    """Tensors must follow each other without gap or overlap and end where the file ends."""
    position = data_start
    for tensor in sorted(tensors.values(), key=lambda tensor: (tensor.start, tensor.end)):
        if tensor.start != position:
            kind = "overlaps another tensor" if tensor.start < position else "follows a gap"
            raise IntakeRefused("tensor_offsets_invalid", f"{printable(tensor.name)} {kind}")
        position = tensor.end
    if position != size:
        raise IntakeRefused(
            "tensor_offsets_invalid", f"{file_name}: the tensors end at byte {position}, the file at {size}"
        )
