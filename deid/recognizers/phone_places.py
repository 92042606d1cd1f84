"""Finds extensions that stand apart, and numbers that a column, an answer or a disguise shows to be telephones."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from deid.identifiers import tw_phone
from deid.patterns import Pattern, late
from deid.recognizers.columns import tables
from deid.recognizers.told import UNITS
from deid.recognizers.told_numbers import pieces_told
from deid.views import Views, digits_of

Span = tuple[int, int]

_DIGIT = "[0-9洞拐勾]"
_NUMBER = rf"(?P<number>{_DIGIT}(?: ?{_DIGIT}){{0,5}}(?![0-9A-Z])|[0-9]百[0-9]?十?[0-9]?|[0-9]?十[0-9]?)"
_COUNTED = f"(?! ?[0-9]|{UNITS}|-[0-9])"
_NAMED = Pattern(
    rf"(?:分機|內線|(?<![A-Z])EXT(?:ENSION|\.)?(?![A-Z]))(?:號碼?|[是為]|IS|[:= \"'\n>.]){{0,5}}{_NUMBER}{_COUNTED}"
)
# 「打我公司02-2738-4196再按312」
_DIALLED = late(
    "[ ,)]{0,2}(?:之?後|以後|接通後?|再|然後|請|啊|欸|不[對是]|應該是|[,\n> ]){0,3}"
    rf"[轉按撥](?:分機)?[ :]?{_NUMBER}{_COUNTED}"
)
_CORRECTED, _EXTENDED = re.compile("[啊欸]|不[對是]|應該是"), re.compile("[轉#]|分機|EXT")
_HEADS_EXTENSIONS = re.compile("(?:分機|內線|EXT)(?!數)")
_HEADS_NUMBERS = re.compile("(?:電話|手機|市話|PHONE|MOBILE|(?<![A-Z])TEL)(?![數費])")
_EXTENSION = re.compile("[0-9]{1,6}")
# Without its area, or as a sheet writes it that takes it for a number: 928317740.
_LOCAL = re.compile("[2-8][0-9]{2,3}-?[0-9]{4}|9[0-9]{8}|[2-8][0-9]{7,8}")
# 「O9l6-4O7-38l」, 「0916/407/381」, 「02/2345-6789」
_DISGUISED = Pattern(
    "(?<![0-9A-Z])[O0]9[0-9OIL]{2}[ -]?[0-9OIL]{3}[ -]?[0-9OIL]{3}(?![0-9A-Z])"
    "|(?<![0-9A-Z/])09[0-9]{2}[/*_~][0-9]{3}[/*_~]?[0-9]{3}(?![0-9A-Z/])"
    "|(?:電話|手機|[家市室]電|[打撥]|聯絡|TEL)[^0-9\\n]{0,8}(?<![0-9A-Z/])(0[2-8][0-9]?/[2-9][0-9]{2,3}-?[0-9]{4})(?![0-9A-Z/])"
)
_SIGNS, _LONGEST_CELL = re.compile("[/*_~]"), 16
_FEWEST_FIGURES, _FEWEST_WHOLE = 6, 7
_BETWEEN, _DIGITS = 16, re.compile("[0-9]")


def extensions_apart(views: Views, numbers: Sequence[Span]) -> Iterator[Span]:
    """Yield the extensions that stand behind private ``numbers``, which are in order."""
    if not numbers:
        return
    ends = [end for _, end in numbers]
    for named in _NAMED.finditer(views.figures):
        nearest = bisect_left(ends, named.start() + 1) - 1
        if nearest < 0 or named.start() - ends[nearest] > _BETWEEN:
            continue
        between = _DIGITS.search(views.figures, ends[nearest], named.start())
        if between is None and not _EXTENDED.search(views.figures, *numbers[nearest]):
            yield named.span("number")
    for start, end in numbers:
        dialled = _DIALLED.match(views.figures, end)
        if dialled and (_CORRECTED.search(dialled[0]) or not _EXTENDED.search(views.figures, start, end)):
            yield dialled.span("number")
    yield from _column(views, _HEADS_EXTENSIONS, _EXTENSION)


def numbers_in_columns(views: Views) -> Iterator[Span]:
    """Yield the local numbers, and those without their 0, of columns that are headed by a word for telephones."""
    return _column(views, _HEADS_NUMBERS, _LOCAL)


def disguised(views: Views) -> Iterator[Span]:
    """Yield numbers with letters that look like digits, or with slashes."""
    for match in _DISGUISED.finditer(views.figures) if views.has_letter or _SIGNS.search(views.figures) else ():
        if sum(map(str.isdigit, match[0])) >= _FEWEST_FIGURES:
            yield match.span(match.lastindex or 0)


def parts_told(views: Views) -> Iterator[Span]:
    """Yield the parts of a number that answer a question; a whole one is judged like any other."""
    for start, end in pieces_told(views, "PHONE"):
        number = digits_of(views.figures[start:end])
        if len(number) < _FEWEST_WHOLE or (number[0] == "0" and not tw_phone.is_valid(number)):
            yield start, end


def _column(views: Views, heads: re.Pattern[str], value: re.Pattern[str]) -> Iterator[Span]:
    for header, rows in tables(views):
        columns = [index for index, cell in enumerate(header) if heads.search(views.folded, *cell)]
        for row in rows if columns else ():
            counted = len(row) - len(header) == 1  # the rows are counted, and nothing heads that
            for start, end in (row[index + counted] for index in columns if index + counted < len(row)):
                cell = views.folded[start:end].strip(' "')
                if len(cell) <= _LONGEST_CELL and value.fullmatch(cell):
                    at = views.folded.index(cell, start)
                    yield at, at + len(cell)
