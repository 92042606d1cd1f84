"""Reads the numbers of a tensor in pieces: all finite, none absurdly large."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from adapters.intake.header import Tensor
from adapters.intake.refusal import IntakeRefused, printable

SERVED_DTYPES = ("BF16", "F16", "F32")
_CHUNK_ITEMS = 1 << 20
_ITEM_BYTES = {"BF16": 2, "F16": 2, "F32": 4}

Vector = NDArray[np.float32]


def largest_by_rank(stream: BinaryIO, tensor: Tensor, *, of_rows: bool) -> Vector:
    """The largest magnitude of each row (of lora_A) or of each column (of lora_B): one number per rank.

    Raises IntakeRefused weights_not_finite.
    """
    found = []
    for rows in _rows(stream, tensor):
        if not np.isfinite(rows).all():
            raise IntakeRefused("weights_not_finite", f"{printable(tensor.name)} holds NaN or infinity")
        found.append(np.abs(rows).max(axis=1 if of_rows else 0))
    return np.concatenate(found) if of_rows else np.max(found, axis=0)


def _rows(stream: BinaryIO, tensor: Tensor) -> Iterator[Vector]:
    """The matrix, some rows at a time."""
    rows, columns = tensor.shape
    at_once = max(1, _CHUNK_ITEMS // columns)
    stream.seek(tensor.start)
    for start in range(0, rows, at_once):
        count = min(at_once, rows - start)
        content = stream.read(count * columns * _ITEM_BYTES[tensor.dtype])
        yield _numbers(content, tensor.dtype).reshape(count, columns)


def _numbers(content: bytes, dtype: str) -> Vector:
    if dtype == "F32":
        return np.frombuffer(content, "<f4")
    if dtype == "BF16":  # the upper half of a float32, which numpy has no type for
        return (np.frombuffer(content, "<u2").astype("<u4") << 16).view("<f4")
    with np.errstate(invalid="ignore"):
        return np.frombuffer(content, "<f2").astype("<f4")
