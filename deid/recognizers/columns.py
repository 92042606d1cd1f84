"""Tables written as lines: a header cell names the kind of number, the cells below it hold the values.

Lines are cut at tabs, bars, commas or runs of spaces. A table ends at the first line that is not cut the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from deid.views import Views

_LINE = re.compile(r"[^\n\r]+")
_SEPARATORS = ("\t", "|", ",", ";", "  ")
_LONGEST_HEADER_CELL = 16
_DIGIT = re.compile("[0-9]")

_CACHED = "tables"

Span = tuple[int, int]
Table = tuple[list[Span], list[list[Span]]]


def _has_table(text: str) -> bool:
    """Whether any line could be a row: a cheap gate."""
    return "\n" in text and any(separator in text for separator in _SEPARATORS)


def tables(views: Views) -> list[Table]:
    """Return the header's cells and the rows of every run of lines that are cut alike, looked for once."""
    found: list[Table] | None = views.cache.get(_CACHED)
    if found is None:
        found = views.cache[_CACHED] = list(_tables(views.folded)) if _has_table(views.folded) else []
    return found


def _tables(text: str) -> Iterator[Table]:
    header: list[Span] = []
    rows: list[list[Span]] = []
    used = ""
    for line in _LINE.finditer(text):
        separator = next((s for s in _SEPARATORS if s in line[0]), "")
        if header and separator == used:
            rows.append(_cells(text, line.span(), separator))
            continue
        if rows:
            yield header, rows
        header, rows, used = _header(text, line.span(), separator), [], separator
    if rows:
        yield header, rows


def _header(text: str, line: Span, separator: str) -> list[Span]:
    """Return the cells of a line if it can head a table: short ones without a digit; else none."""
    if not separator or _DIGIT.search(text, *line):
        return []
    cells = _cells(text, line, separator)
    return cells if len(cells) > 1 and all(end - start <= _LONGEST_HEADER_CELL for start, end in cells) else []


def _cells(text: str, line: Span, separator: str) -> list[Span]:
    pattern = re.compile(r" {2,}" if separator == "  " else re.escape(separator))
    cuts = [line[0], *(m.start() for m in pattern.finditer(text, *line)), line[1]]
    return [(start if at == 0 else start + 1, end) for at, (start, end) in enumerate(pairwise(cuts))]
