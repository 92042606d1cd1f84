"""The tagger's network in numpy. Every product is cut so small that the BLAS computes it on one thread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from deid.tagger.features import Floats

# OpenBLAS stays on the calling thread up to 2 ** 18 multiplications: 16 rows times 3 * 72 times 72 are fewer.
_ROWS = 16
_MOST_MULTIPLICATIONS = 1 << 18
_TAPS = 3
_USUAL_ROWS = 1152


class Network:
    """Immutable weights; safe to share between threads."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self._table = _single(arrays["table"])
        self._words = _single(arrays["words"])
        self._out, self._out_bias = _single(arrays["out"]), _tiled(arrays["out_bias"])
        width = self._words.shape[1]
        self._zeros = _tiled(np.zeros(width))
        self._layers = tuple(
            (int(reach), _single(arrays[f"kernel{index}"]).reshape(-1, width), _tiled(arrays[f"bias{index}"]))
            for index, reach in enumerate(arrays["reach"])
        )
        assert _ROWS * _TAPS * width * width <= _MOST_MULTIPLICATIONS
        self.context = sum(reach for reach, _, _ in self._layers)
        self._margin = max(reach for reach, _, _ in self._layers)

    def scores(self, ids: npt.NDArray[np.uint16], features: Floats) -> Floats:
        """Return the score of each class at each character."""
        length, width, margin = len(ids), self._words.shape[1], self._margin
        rows = -(-length // _ROWS) * _ROWS
        padded = np.zeros((rows + 2 * margin, width), dtype=np.float32)
        hidden = padded[margin : margin + rows]
        step = np.empty((rows, width), dtype=np.float32)
        taps = np.empty((rows, _TAPS, width), dtype=np.float32)
        seen = np.zeros((rows, len(self._words)), dtype=np.float32)
        seen[:length] = features
        _product(seen, self._words, hidden)
        hidden[:length] += self._table.take(ids, axis=0)
        zeros = _rows_of(self._zeros, rows)
        np.maximum(hidden, zeros, out=hidden)
        for reach, kernel, bias in self._layers:
            np.copyto(taps, _neighbours(padded, margin, reach, rows))
            _product(taps.reshape(rows, -1), kernel, step)
            step += _rows_of(bias, rows)
            np.maximum(step, zeros, out=step)
            hidden += step
            hidden[length:] = 0
        scores = np.empty((rows, self._out.shape[1]), dtype=np.float32)
        _product(hidden, self._out, scores)
        scores += _rows_of(self._out_bias, rows)
        return scores[:length]


def _neighbours(padded: Floats, margin: int, reach: int, rows: int) -> Floats:
    """Return for each row the one ``reach`` before it, itself and the one ``reach`` behind it, as a view."""
    step, item = padded.strides
    shape, strides = (rows, _TAPS, padded.shape[1]), (step, reach * step, item)
    return np.ndarray(shape, np.float32, padded, (margin - reach) * step, strides)


def _single(array: Any) -> Floats:
    return np.ascontiguousarray(array, dtype=np.float32)


def _tiled(row: Any) -> Floats:
    """Return a row again and again: numpy is three times as fast where it need not spread one over all."""
    return np.tile(_single(row), (_USUAL_ROWS, 1))


def _rows_of(tiled: Floats, rows: int) -> Floats:
    return tiled[:rows] if rows <= len(tiled) else np.resize(tiled, (rows, tiled.shape[1]))


def _product(left: Floats, right: Floats, result: Floats) -> None:
    """Multiply matrices, a block of rows at a time."""
    np.matmul(left.reshape(-1, _ROWS, left.shape[1]), right, out=result.reshape(-1, _ROWS, result.shape[1]))
