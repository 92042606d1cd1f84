"""Finds the dates under a heading of birth (出生日期, DOB) in a table of lines."""

from __future__ import annotations

from collections.abc import Iterator

from deid.identifiers import roc_date
from deid.recognizers import birth_words as words

_SEPARATORS = ("\t", "|", ",", "  ", " ")
_LONGEST_HEADING = 200


def dates_in_columns(folded: str) -> Iterator[tuple[int, int]]:
    """Yield the dates under a heading of birth in a table of lines."""
    separator, column, position = "", -1, 0
    for line in folded.splitlines(keepends=True):
        if column < 0 or separator not in line or words.HEADER.search(line):
            separator, column = _birth_column(line)
        elif cell := _cell(line, separator, column):
            start, end = cell
            if roc_date.is_valid(line[start:end]):
                yield position + start, position + end
        position += len(line)


def _birth_column(line: str) -> tuple[str, int]:
    if not words.HEADER.search(line) or len(line) > _LONGEST_HEADING:
        return "", -1
    for separator in _SEPARATORS:
        cells = line.split(separator)
        if len(cells) > 1:
            return separator, next(index for index, cell in enumerate(cells) if words.HEADER.search(cell))
    return "", -1


def _cell(line: str, separator: str, column: int) -> tuple[int, int] | None:
    cells = line.split(separator, column + 1)
    if len(cells) <= column:
        return None
    start = sum(len(cell) + len(separator) for cell in cells[:column])
    cell = cells[column]
    trimmed = cell.strip(" \"'\r\n")
    start += cell.find(trimmed)
    return (start, start + len(trimmed)) if trimmed else None
