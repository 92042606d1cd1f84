"""Chooses the public name that a question belongs to: a linear classifier over runs of characters."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from adapters.auto.ngrams import folded, grams

WEIGHTS = Path(__file__).parent / "router.npz"
# Both were chosen on the learning questions by `python -m adapters.auto validate`, see docs/decisions/0012-one-door.md.
THRESHOLD = 0.45
TEMPERATURE = 0.9

_HINTS = 3
_HINT_FLOOR = 0.10
# What a short message such as 「那要帶什麼？」 is about stands in the message before it, unless it is clear itself.
_SHORT = 12
_CLEAR = 0.85
_BEFORE = 0.9

_DIGEST_BYTES = 32
_LARGEST_BYTES = 8 << 20
_ARRAYS = frozenset({"names", "runs", "importance", "weights", "scale", "bias"})
Floats = npt.NDArray[np.float32]


class RouterError(ValueError):
    """Bytes that are no router, or questions that none can be trained from. The message never holds a text."""

    code = "router_unusable"


@dataclass(frozen=True, slots=True)
class Choice:
    """A public name, or None where the router abstains; `hint` names what the question may belong to, best first."""

    domain: str | None
    confidence: float
    hint: tuple[str, ...]


@dataclass(frozen=True)
class Router:
    """Immutable; safe to share between threads. `weights` has a column for each name and a last one for none."""

    names: tuple[str, ...]
    runs: Mapping[str, int] = field(repr=False)
    importance: Floats = field(repr=False)
    weights: npt.NDArray[np.int8] = field(repr=False)
    scale: Floats = field(repr=False)
    bias: Floats = field(repr=False)

    def choose(self, text: str, allowed: Collection[str], before: str = "") -> Choice:
        """Choose among the allowed public names for a de-identified message; `before` is the user's earlier one.

        A question of a ministry that isn't allowed is left alone, not given to the next best.
        """
        shares = self.shares(text, before)
        offered = sorted(
            ((share, name) for name, share in shares.items() if name in allowed), key=lambda pair: -pair[0]
        )
        if not offered:
            return Choice(None, 0.0, ())
        share, best = offered[0]
        hint = tuple(name for likely, name in offered[:_HINTS] if likely >= _HINT_FLOOR)
        return Choice(best if share >= THRESHOLD else None, round(share, 4), hint)

    def shares(self, text: str, before: str = "") -> dict[str, float]:
        """Return how likely each name is; what is missing to 1 is the likelihood of none."""
        said = folded(text)
        shares = self._shares(said)
        if before and len(said) <= _SHORT and shares.max(initial=0.0) < _CLEAR:
            shares = (1 - _BEFORE) * shares + _BEFORE * self._shares(folded(before))
        return dict(zip(self.names, shares.tolist(), strict=True))

    def _shares(self, said: str) -> Floats:
        rows = [row for run in grams(said) if (row := self.runs.get(run)) is not None]
        if not rows:
            return np.zeros(len(self.names), dtype=np.float32)
        values = self.importance[rows]
        values /= np.sqrt(np.square(values).sum())
        scores = (values[:, None] * self.weights[rows]).sum(axis=0) * self.scale + self.bias
        shares: Floats = np.exp((scores - scores.max()) / TEMPERATURE)
        shares /= shares.sum()
        return shares[:-1]

    def to_bytes(self) -> bytes:
        """An npz archive without pickles, and its SHA-256 behind it. The same router gives the same bytes."""
        archive = io.BytesIO()
        np.savez(
            archive,
            names=_packed(self.names),
            runs=_packed(self.runs),
            importance=self.importance,
            weights=self.weights,
            scale=self.scale,
            bias=self.bias,
        )
        content = archive.getvalue()
        return content + hashlib.sha256(content).digest()

    @classmethod
    def from_bytes(cls, data: bytes) -> Router:
        """Raises RouterError for bytes that are damaged or that `to_bytes` did not write."""
        content, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
        if len(data) > _LARGEST_BYTES or hashlib.sha256(content).digest() != digest:
            raise RouterError("the router's bytes are damaged")
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            return _checked(cls, arrays)
        except (ValueError, KeyError, TypeError, EOFError, OSError, zipfile.BadZipFile) as exc:
            raise RouterError("the bytes hold no router") from exc


@cache
def load_router() -> Router:
    """The shipped router. Raises OSError when its weights are missing, RouterError when they are damaged."""
    return Router.from_bytes(WEIGHTS.read_bytes())


def _packed(words: Collection[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode(), dtype=np.uint8)


def _unpacked(array: npt.NDArray[np.uint8]) -> list[str]:
    return array.tobytes().decode().split("\n")


def _checked(cls: type[Router], arrays: Mapping[str, Any]) -> Router:
    """Raises ValueError for arrays that don't belong together."""
    if arrays.keys() != _ARRAYS:
        raise ValueError("unknown arrays")
    names, runs = _unpacked(arrays["names"]), _unpacked(arrays["runs"])
    columns = (len(names) + 1,)
    shapes = {
        "importance": (np.float32, (len(runs),)), "weights": (np.int8, (len(runs), *columns)),
        "scale": (np.float32, columns), "bias": (np.float32, columns),
    }  # fmt: skip
    for name, (kind, shape) in shapes.items():
        if arrays[name].dtype != kind or arrays[name].shape != shape:
            raise ValueError("arrays of a wrong shape")
        if kind is np.float32 and not np.isfinite(arrays[name]).all():
            raise ValueError("a number that is none")
    rows = {run: row for row, run in enumerate(runs)}
    numbers = {name: arrays[name] for name in shapes}
    for array in numbers.values():
        array.setflags(write=False)
    return cls(names=tuple(names), runs=rows, **numbers)
