"""Normalised views of one text, with the way back to the original offsets.

Three views, computed once per text and shared by every recogniser:

* ``folded``: zero-width characters and pauses between digits (0912⋯⋯345) dropped, dashes unified to ``-``, NFKC per
  character, ASCII upper case.
* ``figures``: ``folded`` with Chinese digits, those of radio (洞, 拐), 空 and an O for a zero written ``0-9``, 槓 as a
  dash; same length.
* ``squeezed``: ``figures`` without the separators between a letter or digit and a digit. For long numbers
  only: it joins neighbouring numbers, so a recogniser always tries ``figures`` too.

Recognisers work in offsets of ``folded`` and hand them back through ``original_span``.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import chain, islice
from typing import Any

from deid.number_places import NumberMatch, NumberPlaces
from deid.patterns import AnyPattern, Pattern

SEPARATORS = r"[ .\-·・‧]"

_DROPPED = "\u200b\u200c\u200d\u2060\ufeff\ufe0f\u20e3"
_DASHES = "‐‑‒–—―−ー－﹣"
_STABLE = r" -`{-~\n\r\t\u3001-\u301b\u3041-\u3096\u30a1-\u30fb\u4e00-\u9fff"
_UNSTABLE = Pattern(f"[a-z]+|[^{_STABLE}]")
_REPLACED = {char: "" for char in _DROPPED} | {char: "-" for char in _DASHES}

_DIGIT_GROUPS = ("零〇○", "一壹么幺", "二貳兩", "三參", "四肆", "五伍", "六陸", "七柒", "八捌", "九玖")
_FIGURES = {char: str(value) for value, group in enumerate(_DIGIT_GROUPS) for char in group}
_PAUSE = re.compile(f"[⋯…][⋯… {_DROPPED}]*")
_PAUSES, _DIGITS = frozenset("⋯…"), frozenset("0123456789").union(*_DIGIT_GROUPS)
_DIGIT = f"[{''.join(sorted(_DIGITS))}]"
_PART = 24
_MAY_PAUSE, _MOST_PAUSES = _DIGITS | {" ", ""}, 10_000
# A mobile number, a line with its area code, an ID, a card; an account may go on.
_WHOLE = re.compile("(?:09[0-9]{8}|0[2-8][0-9]{7,8}|[A-Z][0-9A-D][0-9]{8}|[0-9]{15,})(?![0-9])")
_PART_BEFORE = re.compile(rf"(?:{_DIGIT}[ .\-]?|[A-Z][ .\-]?)*{_DIGIT} ?$")
_PART_AFTER = re.compile(
    rf"{_DIGIT}(?: ?[⋯…]|[ \-]?{_DIGIT})(?!{_DIGIT}{{0,2}} ?[年月日號點時天歲間樓元次個人位百千萬])"
)
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
_SAID_ZERO = re.compile(
    "(?<![有沒得航太真天抽半時挪])空(?=[0-9] ?[0-9][0-9空])(?![0-9]{1,4}[天個年月日格元位人次樓間])"
    "|(?<![有沒得航太真天抽半時挪])空(?=[2-9][,、] ?[0-9空]{3,4}[,、 ]{1,2}[0-9空]{4})"
    "|(?<=[0-9])空(?=[,、]?[0-9])|(?<=[0-9][,、])空(?=[0-9])|(?<=電話)空(?=[2-9][,、])"
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
_WIDE_PUNCTUATION = tuple(zip("，：？！；（）\u3000", ",:?!;() ", strict=True))
_LETTER = re.compile("[A-Z]")
_NOT_DIGIT = re.compile("[^0-9]")


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    replaced = _REPLACED.get(char)
    if replaced is None:
        replaced = unicodedata.normalize("NFKC", char)
        replaced = "".join(c.upper() if "a" <= c <= "z" else c for c in replaced)
    return replaced


def _fold(text: str) -> tuple[str, Sequence[int] | None]:
    """Return the folded text and, when a length changed, the original index of each folded character.

    The full-width punctuation of ordinary Chinese text goes first: it is most of what changes, one for one.
    """
    for wide, narrow in _WIDE_PUNCTUATION:
        if wide in text:
            text = text.replace(wide, narrow)
    if not _UNSTABLE.search(text):
        return text, None
    resized: list[tuple[int, int]] = []
    paused = _pauses(text) if "⋯" in text or "…" in text else frozenset()

    def replace(match: re.Match[str]) -> str:
        piece = match[0]
        if "a" <= piece[0] <= "z":
            return piece.upper()
        folded = "" if match.start() in paused else _fold_char(piece)
        if len(folded) != 1:
            resized.append((match.start(), len(folded)))
        return folded

    folded = _UNSTABLE.sub(replace, text)
    return folded, _origins(len(text), resized) if resized else None


def _pauses(text: str) -> frozenset[int]:
    """Return where the dots of the pauses stand that somebody makes inside a number.

    A number that is whole before its pause is not joined to the next one, nor is one to a time or a count. No more
    are looked for than anybody makes.
    """
    found: set[int] = set()
    likely = (one for one in _PAUSE.finditer(text) if _fold_char(text[one.start() - 1])[-1:] in _MAY_PAUSE)
    for pause in islice(likely, _MOST_PAUSES):
        before = _PART_BEFORE.search(_folded_part(text[max(0, pause.start() - _PART) : pause.start()]))
        after = _folded_part(text[pause.end() : pause.end() + _PART])
        if before is None or _WHOLE.fullmatch(_compact(before[0])) or _WHOLE.match(_compact(after)):
            continue
        if _PART_AFTER.match(after):
            found.update(at for at in range(*pause.span()) if text[at] in _PAUSES)
    return frozenset(found)


def _compact(text: str) -> str:
    """Return digits as figures and the letters, without what separates them."""
    return "".join(_FIGURES.get(char, char) for char in text if char not in " .-")


def _folded_part(text: str) -> str:
    return "".join(map(_fold_char, text))


def _origins(length: int, resized: Sequence[tuple[int, int]]) -> Sequence[int]:
    """Return the original index of each folded character, given the places whose folded form is of another length."""
    origins: list[int] = []
    position = 0
    for index, count in resized:
        origins.extend(range(position, index))
        origins.extend([index] * count)
        position = index + 1
    origins.extend(range(position, length))
    return origins


def _without_radio_digits(run: re.Match[str]) -> str:
    fewest = _FEWEST_PLAIN if run.re is _RADIO_RUN else 1
    spoken = _RADIO_DIGIT.search(run[0]) and sum(map(str.isdigit, run[0])) >= fewest
    return run[0].translate(_RADIO_FIGURES) if spoken else run[0]


class Views:
    """The views of one text. Not thread-safe; belongs to one call."""

    def __init__(self, text: str) -> None:
        self.text = text
        # What recognisers have worked out about this text and share: one entry each, under a name of their own.
        self.cache: dict[str, Any] = {}
        self.folded, self._origins = _fold(text)

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
