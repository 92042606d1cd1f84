"""CSV and JSON lines as back-files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from deid.importing.back_file import MALFORMED, UNDECODABLE, BackFile, Row
from deid.importing.encodings import detect_encoding
from deid.importing.roles import ImportRefused

_LONGEST_CELL = 1 << 20
_DELIMITERS = "\t,;|"


class CsvFile(BackFile):
    """Comma, tab, semicolon or bar between the cells; the first line names the columns."""

    def __init__(self, path: Path, encoding: str | None) -> None:
        super().__init__(path)
        csv.field_size_limit(_LONGEST_CELL)
        self._encoding = encoding or detect_encoding(path)
        self.length = path.stat().st_size
        with path.open(encoding=self._encoding, errors="replace", newline="") as file:
            head = file.readline(_LONGEST_CELL)
            self._delimiter = max(_DELIMITERS, key=head.count)
            file.seek(0)
            header = next(csv.reader(file, delimiter=self._delimiter), [])
        self.columns = [name.strip().lstrip("\ufeff") for name in header]

    def rows(self) -> Iterator[Row]:
        with self.path.open(encoding=self._encoding, errors="replace", newline="") as file:
            reader = csv.reader(file, delimiter=self._delimiter, strict=True)
            next(reader, None)
            number = 0
            while True:
                number += 1
                try:
                    values = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield Row(number, _position(file), None, MALFORMED)
                    continue
                yield self._row(number, _position(file), values)

    def _row(self, number: int, position: int, values: list[str]) -> Row:
        if len(values) != len(self.columns):
            return Row(number, position, None, MALFORMED)
        if any("\ufffd" in value for value in values):
            return Row(number, position, None, UNDECODABLE)
        return Row(number, position, dict(zip(self.columns, values, strict=True)))

    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        with path.open("x", encoding=self._encoding, newline="") as file:
            writer = csv.writer(file, delimiter=self._delimiter, lineterminator="\r\n")
            writer.writerow(columns)
            writer.writerows([row[column] for column in columns] for row in rows)


class JsonLinesFile(BackFile):
    """One JSON object a line. The first line's keys are the columns; an object may lack some, but has no others."""

    def __init__(self, path: Path, encoding: str | None) -> None:
        super().__init__(path)
        self._encoding = encoding or detect_encoding(path)
        self.length = path.stat().st_size
        first = next(self._objects(), None)
        if first is None or first.cells is None:
            raise ImportRefused("the first line is not a JSON object")
        self.columns = list(first.cells)

    def rows(self) -> Iterator[Row]:
        known = set(self.columns)
        for row in self._objects():
            unknown = row.cells is not None and not row.cells.keys() <= known
            yield Row(row.number, row.position, None, MALFORMED) if unknown else row

    def _objects(self) -> Iterator[Row]:
        with self.path.open(encoding=self._encoding, errors="replace") as file:
            lines = iter(lambda: file.readline(_LONGEST_CELL), "")
            for number, line in enumerate((line for line in lines if line.strip()), 1):
                if "\ufffd" in line:
                    yield Row(number, _position(file), None, UNDECODABLE)
                    continue
                try:
                    value = json.loads(line)
                except (ValueError, RecursionError):
                    value = None
                cells = value if isinstance(value, dict) else None
                yield Row(number, _position(file), cells, "" if cells is not None else MALFORMED)

    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        with path.open("x", encoding=self._encoding) as file:
            for row in rows:
                cells = {column: row[column] for column in columns if column in row}
                file.write(json.dumps(cells, ensure_ascii=False) + "\n")


def _position(file: TextIO) -> int:
    """Return how many bytes were read; ``TextIO.tell`` would be slow and is forbidden while iterating."""
    buffer: Any = file.buffer
    position = buffer.tell()
    assert isinstance(position, int)
    return position
