"""CSV and JSON lines as back-files."""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from deid.importing.back_file import MALFORMED, UNDECODABLE, BackFile, Row
from deid.importing.cells import is_nested_too_deep
from deid.importing.encodings import detect_encoding, given_encoding
from deid.importing.roles import ImportRefused
from deid.json_source import read_json

_LONGEST_CELL = 1 << 20
_LONGEST_LINE = 1 << 24
_LINES_AHEAD = 100
_BROKEN_QUOTES = "expected after"
_DELIMITERS = "\t,;|"
_REPLACED = "\ufffd"


class _LineTooLong(Exception):
    """A line was passed over whole."""


class _Lines:
    """The lines of a text file, one of which may be too long to hold.

    ``number`` is that of the last line read; of the record that is being read, ``first`` is the first line and
    ``quotes`` counts the quotation marks.
    """

    def __init__(self, file: TextIO, longest: int) -> None:
        self._file = file
        self._longest = longest
        self._ahead: deque[str] = deque()
        self.number = 0
        self.begin_record()

    def begin_record(self) -> None:
        self.first = ""
        self.quotes = 0

    @property
    def position(self) -> int:
        """How many bytes were read; ``TextIO.tell`` would be slow."""
        buffer: Any = self._file.buffer
        position = buffer.tell()
        assert isinstance(position, int)
        return position

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._ahead.popleft() if self._ahead else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self.first = self.first or line
        self.quotes += line.count('"')
        if self._is_cut(line):
            while self._is_cut(piece := self._read()):
                self.quotes += piece.count('"')
            self.quotes += piece.count('"')
            raise _LineTooLong
        return line

    def pass_over_record(self, goes_on: re.Pattern[str], *, is_open: bool) -> None:
        """Read on to where a record ends whose quotation marks are broken.

        It goes on where the next line with marks matches ``goes_on``, and while a cell ``is_open`` that is too long.
        """
        while (is_open and self.quotes % 2) or self._goes_on(goes_on):
            try:
                next(self)
            except _LineTooLong:
                continue
            except StopIteration:
                return

    def _goes_on(self, pattern: re.Pattern[str]) -> bool:
        while (marked := self._marked_line()) is None and self._may_look_ahead():
            if not (line := self._read()):
                return False
            self._ahead.append(line)
        return bool(marked and pattern.match(marked))

    def _marked_line(self) -> str | None:
        return next((line for line in self._ahead if '"' in line), None)

    def _may_look_ahead(self) -> bool:
        """Tell whether the end of a cell could lie behind the lines ahead: not behind more than a cell may hold."""
        ahead = self._ahead
        if len(ahead) == _LINES_AHEAD or sum(map(len, ahead)) >= _LONGEST_CELL:
            return False
        return not (ahead and self._is_cut(ahead[-1]))

    def _read(self) -> str:
        return self._file.readline(self._longest)

    def _is_cut(self, piece: str) -> bool:
        return len(piece) == self._longest and not piece.endswith(("\n", "\r"))


class _Marks:
    """Judges a file's quotation marks. ``inner`` matches a line whose first mark opens no cell.

    Such a line is part of a cell that began before, or of a file that does not put cells in quotation marks.
    """

    def __init__(self, delimiter: str) -> None:
        between = rf"{re.escape(delimiter)}\r\n"
        self.inner = re.compile(rf'[^"]*[^"{between}]"|"(?:[{between}]|$)')
        self._quotes_cells = False

    def check(self, line: str) -> None:
        """Raise csv.Error when a record begins with an inner line, though others put cells in quotation marks."""
        if '"' not in line:
            return
        if not self.inner.match(line):
            self._quotes_cells = True
        elif self._quotes_cells:
            raise csv.Error(_BROKEN_QUOTES)


class CsvFile(BackFile):
    """Comma, tab, semicolon or bar between the cells; the first line names the columns. Blank lines are no rows."""

    def __init__(self, path: Path, encoding: str | None) -> None:
        super().__init__(path)
        csv.field_size_limit(_LONGEST_CELL)
        self.cell_encoding = given_encoding(path, encoding) if encoding else detect_encoding(path)
        self.length = path.stat().st_size
        with self._open() as file:
            head = file.readline(_LONGEST_CELL)
        self._delimiter = max(_DELIMITERS, key=head.count)
        self.read_as = {"encoding": self.cell_encoding, "delimiter": self._delimiter}
        with self._open() as file:
            header = next(self._reader(_Lines(file, _LONGEST_LINE)), [])
        self.columns = [name.strip().lstrip("\ufeff") for name in header]
        for number, name in enumerate(self.columns, 1):
            if _REPLACED in name:
                raise ImportRefused(f"a column's name (no. {number}) cannot be read as {self.cell_encoding}")

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.cell_encoding, errors="replace", newline="")

    def _reader(self, lines: _Lines) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._delimiter, strict=True)

    def rows(self) -> Iterator[Row]:
        with self._open() as file:
            lines = _Lines(file, _LONGEST_LINE)
            reader, marks = self._reader(lines), _Marks(self._delimiter)
            next(reader, None)
            marks.check(lines.first)
            while True:
                number = lines.number + 1
                lines.begin_record()
                try:
                    values = next(reader)
                    marks.check(lines.first)
                except StopIteration:
                    return
                except (csv.Error, _LineTooLong) as exc:
                    lines.pass_over_record(marks.inner, is_open=_BROKEN_QUOTES not in str(exc))
                    yield _refused(number, lines, MALFORMED)
                    continue
                if values:
                    yield self._row(number, lines, values)

    def _row(self, number: int, lines: _Lines, values: list[str]) -> Row:
        if len(values) != len(self.columns):
            return _refused(number, lines, MALFORMED)
        if any(_REPLACED in value for value in values):
            return _refused(number, lines, UNDECODABLE)
        return Row(number, lines.position, dict(zip(self.columns, values, strict=True)))

    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        with path.open("x", encoding=self.cell_encoding, newline="") as file:
            writer = csv.writer(file, delimiter=self._delimiter, lineterminator="\r\n")
            writer.writerow(columns)
            writer.writerows([row[column] for column in columns] for row in rows)


class JsonLinesFile(BackFile):
    """One JSON object a line. The first line's keys are the columns; an object may lack some and have others."""

    def __init__(self, path: Path, encoding: str | None) -> None:
        super().__init__(path)
        self._encoding = given_encoding(path, encoding) if encoding else detect_encoding(path)
        self.read_as = {"encoding": self._encoding}
        self.length = path.stat().st_size
        first = next(self.rows(), None)
        if first is None or first.cells is None:
            raise ImportRefused("the first line is not a JSON object")
        self.columns = list(first.cells)

    def rows(self) -> Iterator[Row]:
        with self.path.open(encoding=self._encoding, errors="replace") as file:
            lines = _Lines(file, _LONGEST_CELL)
            while True:
                cells, problem = None, MALFORMED
                try:
                    line = next(lines)
                except StopIteration:
                    return
                except _LineTooLong:
                    pass
                else:
                    if not line.strip():
                        continue
                    cells, problem = _json_object(line)
                yield Row(lines.number, lines.position, cells, problem)

    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        with path.open("x", encoding=self._encoding) as file:
            for row in rows:
                line = json.dumps(row, ensure_ascii=False)
                try:
                    line.encode(self._encoding)
                except UnicodeEncodeError:
                    line = json.dumps(row)
                file.write(line + "\n")


def _refused(number: int, lines: _Lines, problem: str) -> Row:
    return Row(number, lines.position, None, problem, lines.number - number)


def _json_object(line: str) -> tuple[dict[str, Any] | None, str]:
    """Return the object of a line, or None and why it has none."""
    if _REPLACED in line:
        return None, UNDECODABLE
    try:
        value = read_json(line)
    except UnicodeEncodeError:
        return None, UNDECODABLE
    except (ValueError, RecursionError):
        return None, MALFORMED
    if not isinstance(value, dict) or is_nested_too_deep(value):
        return None, MALFORMED
    return value, ""
