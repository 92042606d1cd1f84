"""The stretches of a text that hold a long number, one behind another: what patterns of long numbers are matched on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

_BEFORE, _BEHIND = 12, 40  # letters and brackets of a number, with the word before; an extension, with the one behind
_LONG = re.compile(r"[0-9](?:[ .\-·・‧()_]{0,3}[0-9]){5}(?:[ .\-·・‧()_]{0,3}[0-9])*+")
_SHORT = 200  # a text that is matched as a whole
_BETWEEN = "\n"  # stands inside no number
_GAP = re.compile(r"[ .\-·・‧()]+")


@dataclass(frozen=True, slots=True)
class NumberMatch:
    """A pattern's match on the figures or squeezed view, in offsets of the folded view."""

    start: int
    end: int
    value: str

    def shorter(self) -> Iterator[NumberMatch]:
        """Yield the match without its last groups: 「零九一二 三四五 六七八 五月」 runs into the next word."""
        if len(self.value) != self.end - self.start:
            return
        for gap in reversed(list(_GAP.finditer(self.value))):
            yield NumberMatch(self.start, self.start + gap.start(), self.value[: gap.start()])


@dataclass(frozen=True, slots=True)
class NumberPlaces:
    """``text`` is what stands within ``_BEFORE`` and ``_BEHIND`` characters of six digits and more of the whole."""

    text: str
    _begins: list[int]
    _shifts: list[int]

    @classmethod
    def of(cls, whole: str) -> NumberPlaces:
        if len(whole) <= _SHORT:
            return cls(whole, [0], [0])
        parts, begins, shifts, length = list[str](), list[int](), list[int](), 0
        for start, end in _stretches(whole):
            begins.append(length)
            shifts.append(start - length)
            parts.append(whole[start:end])
            length += end - start + len(_BETWEEN)
        return cls(_BETWEEN.join(parts), begins, shifts)

    def shift(self, at: int) -> int:
        """Return how much later a character of ``text`` stands in the whole."""
        return self._shifts[bisect_right(self._begins, at) - 1]


def _stretches(whole: str) -> Iterator[tuple[int, int]]:
    low = high = -1
    for number in _LONG.finditer(whole):
        first = max(0, number.start() - _BEFORE)
        if high < 0:
            low = first
        elif first > high:
            yield low, high
            low = first
        high = number.end() + _BEHIND
    if high >= 0:
        yield low, high
