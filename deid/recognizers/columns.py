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
        cells = _cells(text, line.span(), separator) if separator else []
        if header and separator == used:
            rows.append(cells)
            continue
        if rows:
            yield header, rows
        header, rows, used = (cells, [], separator) if _is_header(text, cells) else ([], [], "")
    if rows:
        yield header, rows


def _is_header(text: str, cells: list[Span]) -> bool:
    return len(cells) > 1 and all(
        end - start <= _LONGEST_HEADER_CELL and not _DIGIT.search(text, start, end) for start, end in cells
    )


def _cells(text: str, line: Span, separator: str) -> list[Span]:
    pattern = re.compile(r" {2,}" if separator == "  " else re.escape(separator))
    cuts = [line[0], *(m.start() for m in pattern.finditer(text, *line)), line[1]]
    return [(start if at == 0 else start + 1, end) for at, (start, end) in enumerate(pairwise(cuts))]
