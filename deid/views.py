"""Normalised views of one text, with the way back to the original offsets.

Three views, computed once per text and shared by every recogniser:

* ``folded``: the text as ``deid.folding`` folds it.
* ``figures``: ``folded`` with Chinese digits, those of radio (洞, 拐), 空 and an O for a zero written ``0-9``, 槓 as a
  dash; same length.
* ``squeezed``: ``figures`` without the separators between a letter or digit and a digit. For long numbers
  only: it joins neighbouring numbers, so a recogniser always tries ``figures`` too.

Recognisers work in offsets of ``folded`` and hand them back through ``original_span``.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

from deid.errors import ConcealmentTimeout
from deid.folding import FIGURES as _FIGURES
from deid.folding import fold
from deid.number_places import NumberMatch, NumberPlaces
from deid.patterns import AnyPattern, late

SEPARATORS = r"[ .\-·・‧]"

_RADIO_DIGIT = re.compile("[洞拐勾]")
_RADIO_RUN = re.compile("[0-9洞拐勾兩](?:(?:[ ,、-]|,?然後,?)?[0-9洞拐勾兩]){3,}")
# The next groups of somebody who says his numbers so.
_RADIO_GROUP = re.compile("(?<![0-9洞拐勾])[0-9洞拐勾]{3}(?![0-9洞拐勾])")
_RADIO_FIGURES = str.maketrans("洞拐勾兩", "0792")
_FEWEST_PLAIN = 2  # of a run said as soldiers say it
# The rare character goes first, so that a text is searched for it alone.
_LETTER_FOR_ZERO = re.compile(
    "O(?:(?<=[0-9]O)(?=[0-9])|(?<=[0-9O][0-9]{2}O)(?=[,、][0-9])|(?<![0-9A-Z]O)(?=9[0-9][0-9O]))"
)
_SAID_DASH = re.compile("[槓杠](?:(?<=[0-9][槓杠])|(?<=[0-9] [槓杠]))(?= ?[0-9])")
# Zero as Taiwanese says it: 「空九二三」.
_SAID_ZERO = late(
    "(?<![有沒得航太真天抽半時挪])空(?=[0-9] ?[0-9][0-9空])(?![0-9]{1,4}[天個年月日格元位人次樓間])"
    "|(?<![有沒得航太真天抽半時挪])空(?=[2-9][,、] ?[0-9空]{3,4}[,、 ]{1,2}[0-9空]{4})"
    "|(?<=[0-9])空(?=[,、]?[0-9])|(?<=[0-9][,、])空(?=[0-9])|(?<=電話)空(?=[2-9][0-9]?[,、])"
)
# 「零酒一零」: a nine as it is misheard.
_MISHEARD_NINE = re.compile("(?<=0)[酒久](?=[0-9] ?[0-9])")
_TWO = re.compile("兩(?<=[0-9]兩)(?=[0-9]{2})")
_SEPARATED_DIGIT = re.compile(r"[ .\-·・‧_]{1,3}(?=[0-9])")
_LONG_NUMBER = re.compile(r"[0-9](?:[ .\-·・‧()_]{0,3}[0-9]){5}")
_ASCII_ALNUM = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# A JSON escape written out (a backslash and its letter) is no part of the word behind it.
_ESCAPED = frozenset("NRTBF")
_MARK_BEFORE = re.compile("(?<![A-Z])(?:ID|NO)$")
_LETTERS_BEFORE = re.compile("(?:[A-Z]{3}|(?<![A-Z])(?:ID|NO))$")
_LETTER = re.compile("[A-Z]")
_NOT_DIGIT = re.compile("[^0-9]")


def _without_radio_digits(run: re.Match[str]) -> str:
    fewest = _FEWEST_PLAIN if run.re is _RADIO_RUN else 1
    spoken = _RADIO_DIGIT.search(run[0]) and sum(map(str.isdigit, run[0])) >= fewest
    return run[0].translate(_RADIO_FIGURES) if spoken else run[0]


class Views:
    """The views of one text. Not thread-safe; belongs to one call."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.deadline: float | None = None  # of ``time.monotonic()``: after it nothing of the text is told
        # What recognisers have worked out about this text and share: one entry each, under a name of their own.
        self.cache: dict[str, Any] = {}
        self.folded, self._origins = fold(text)

    @classmethod
    def of(cls, text: str | Views) -> Views:
        """Return the views of a text, or those that somebody has made of it."""
        return text if isinstance(text, Views) else cls(text)

    def check_deadline(self) -> None:
        """Raise ConcealmentTimeout after the deadline."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise ConcealmentTimeout("concealment took too long")

    @cached_property
    def figures(self) -> str:
        figures = self.folded
        for char, figure in _FIGURES.items():
            if char in figures:
                figures = figures.replace(char, figure)
        if _RADIO_DIGIT.search(figures):
            plain = _RADIO_RUN.sub(_without_radio_digits, figures)
            figures = figures if plain == figures else _RADIO_GROUP.sub(_without_radio_digits, plain)
        if "槓" in figures or "杠" in figures:
            figures = _SAID_DASH.sub("-", figures)
        if "空" in figures:
            figures = _SAID_ZERO.sub("0", figures)
        if "酒" in figures or "久" in figures:
            figures = _MISHEARD_NINE.sub("9", figures)
        if "兩" in figures:
            figures = _TWO.sub("2", figures)
        return _LETTER_FOR_ZERO.sub("0", figures) if "O" in figures else figures

    @cached_property
    def _squeeze(self) -> tuple[str, Sequence[int] | None]:
        figures = self.figures
        gaps = [
            match.span()
            for match in _SEPARATED_DIGIT.finditer(figures)
            if match.start() and figures[match.start() - 1] in _ASCII_ALNUM
        ]
        if not gaps:
            return figures, None
        starts = [0, *(end for _, end in gaps)]
        ends = [*(start for start, _ in gaps), len(figures)]
        kept = list(zip(starts, ends, strict=True))
        origins = list(chain.from_iterable(range(start, end) for start, end in kept))
        return "".join(figures[start:end] for start, end in kept), origins

    @property
    def squeezed(self) -> str:
        return self._squeeze[0]

    @cached_property
    def has_letter(self) -> bool:
        """Whether there is an ASCII letter: the gate of what always has one."""
        return _LETTER.search(self.folded) is not None

    @cached_property
    def has_long_number(self) -> bool:
        """Whether six digits stand together, separators aside: the gate of the number recognisers."""
        return _LONG_NUMBER.search(self.figures) is not None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty span of ``folded`` or ``figures`` to the original text."""
        if self._origins is None:
            return start, end
        return self._origins[start], self._origins[end - 1] + 1

    def written(self, start: int, end: int) -> str:
        """Return the original character of each one in a stretch of ``folded``."""
        if self._origins is None:
            return self.text[start:end]
        return "".join(map(self.text.__getitem__, self._origins[start:end]))

    def folded_offset(self, at: int) -> int:
        """Map an offset of the original text to ``folded``."""
        return at if self._origins is None else bisect_left(self._origins, at)

    def squeezed_span(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty span of ``squeezed`` to ``folded``."""
        origins = self._squeeze[1]
        return (start, end) if origins is None else (origins[start], origins[end - 1] + 1)

    def number_matches(self, pattern: AnyPattern) -> Iterator[NumberMatch]:
        """Yield the matches of a long-number pattern, each place once, where no letter or digit goes before.

        ``folded`` finds a number with a Chinese digit behind it (一直), ``figures`` one beside another number,
        ``squeezed`` one broken by unusual separators. A word may go before (``TEL0912345678``): three letters
        before a digit, ``ID`` or ``NO`` before anything.
        """
        if not self.has_long_number:
            return
        seen: set[tuple[int, int]] = set()
        for places, shortened in self._number_views:
            for match in pattern.finditer(places.text):
                start, end = match.span()
                shift = places.shift(start)
                span = start + shift, end + shift
                if shortened:
                    span = self.squeezed_span(*span)
                if span not in seen and _begins(places.text, start):
                    seen.add(span)
                    yield NumberMatch(*span, match[0])

    @cached_property
    def _number_views(self) -> tuple[tuple[NumberPlaces, bool], ...]:
        views = [(self.folded, False)]
        if self.figures != self.folded:
            views.append((self.figures, False))
        if self._squeeze[1] is not None:
            views.append((self.squeezed, True))
        return tuple((NumberPlaces.of(text), shortened) for text, shortened in views)

    def before(self, start: int, width: int = 20) -> str:
        return self.folded[max(0, start - width) : start]

    def after(self, end: int, width: int = 20) -> str:
        return self.folded[end : end + width]

    def around(self, start: int, end: int, width: int = 20) -> str:
        """The cue window: ``width`` folded characters on each side, without the value."""
        return f"{self.before(start, width)}\n{self.after(end, width)}"


def _begins(text: str, start: int) -> bool:
    before = text[start - 1] if start else ""
    if before not in _ASCII_ALNUM:
        return True
    if before.isdigit():
        return False
    if before in _ESCAPED and text[start - 2 : start - 1] == "\\":
        return True
    words = _MARK_BEFORE if text[start].isalpha() else _LETTERS_BEFORE
    return words.search(text[max(0, start - 4) : start]) is not None


def digits_of(value: str) -> str:
    """Return only the ASCII digits of a matched value."""
    return _NOT_DIGIT.sub("", value)
