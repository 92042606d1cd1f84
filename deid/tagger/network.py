"""The tagger's network in numpy. Every product is cut so small that the BLAS computes it on one thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from deid.tagger.features import Floats

# OpenBLAS stays on the calling thread up to 2 ** 18 multiplications: 16 rows times 128 times 128.
_ROWS = 16


class Network:
    """Immutable weights; safe to share between threads."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self._table: npt.NDArray[np.float16] = arrays["table"]
        self._words = _single(arrays["words"])
        self._out, self._out_bias = _single(arrays["out"]), _single(arrays["out_bias"])
        self._layers = tuple(
            (int(reach), _single(arrays[f"kernel{index}"]), _single(arrays[f"bias{index}"]))
            for index, reach in enumerate(arrays["reach"])
        )
        self.context = sum(reach for reach, _, _ in self._layers)

    def scores(self, ids: npt.NDArray[np.uint16], features: Floats) -> Floats:
        """Return the score of each class at each character."""
        length, width = len(ids), self._words.shape[1]
        padded = -(-length // _ROWS) * _ROWS
        hidden = np.zeros((padded, width), dtype=np.float32)
        hidden[:length] = self._table[ids]
        hidden[:length] += _product(features, self._words)
        np.maximum(hidden, 0, out=hidden)
        hidden[length:] = 0
        for reach, kernel, bias in self._layers:
            step = _product(hidden, kernel[1])
            if length > reach:
                step[reach:] += _product(hidden, kernel[0])[:-reach]
                step[:-reach] += _product(hidden, kernel[2])[reach:]
            step += bias
            np.maximum(step, 0, out=step)
            hidden += step
            hidden[length:] = 0
        return _product(hidden, self._out)[:length] + self._out_bias


def _single(array: Any) -> Floats:
    return np.ascontiguousarray(array, dtype=np.float32)


def _product(left: Floats, right: Floats) -> Floats:
    """Multiply matrices, a block of rows at a time."""
    whole = len(left) // _ROWS * _ROWS
    result = np.empty((len(left), right.shape[1]), dtype=np.float32)
    if whole:
        np.matmul(
            left[:whole].reshape(-1, _ROWS, left.shape[1]),
            right,
            out=result[:whole].reshape(-1, _ROWS, right.shape[1]),
        )
    if whole < len(left):
        np.matmul(left[whole:], right, out=result[whole:])
    return result
