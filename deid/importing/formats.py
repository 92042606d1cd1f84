"""Back-files as rows: CSV, JSON lines, XLSX and Parquet, read and written one row at a time."""

from __future__ import annotations

import csv
import importlib
import json
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

from deid.importing.encodings import detect_encoding
from deid.importing.roles import ImportRefused

UNDECODABLE, MALFORMED = "undecodable", "malformed"
_LONGEST_CELL = 1 << 20
_DELIMITERS = "\t,;|"
_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the input. ``cells`` is None when it could not be read; ``problem`` says why."""

    number: int
    position: int
    cells: dict[str, Any] | None
    problem: str = ""


class BackFile(ABC):
    """A file of rows. ``length`` and a row's ``position`` are in the same unit (bytes or rows), for progress."""

    columns: Sequence[str]
    length: int

    def __init__(self, path: Path) -> None:
        self.path = path

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Yield every row in order. May be called again."""

    @abstractmethod
    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        """Write rows to a new file in the format and encoding of this one.

        ``columns`` are those of the output in order; True for one whose cells are as they were read.
        """


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


class XlsxFile(BackFile):
    """The first sheet of a workbook; its first row names the columns."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._openpyxl = _need("openpyxl")
        with self._sheet() as sheet:
            first = next(sheet.iter_rows(max_row=1, values_only=True), ())
            self.length = max(1, (sheet.max_row or 1) - 1)
        self.columns = [str(value).strip() for value in first if value is not None]

    def _sheet(self) -> _Sheet:
        return _Sheet(self._openpyxl, self.path)

    def rows(self) -> Iterator[Row]:
        width = len(self.columns)
        with self._sheet() as sheet:
            for number, values in enumerate(sheet.iter_rows(min_row=2, values_only=True), 1):
                if any(value is not None for value in values[width:]):
                    yield Row(number, number, None, MALFORMED)
                    continue
                padded = (*values[:width], *(None for _ in range(width - len(values))))
                yield Row(number, number, dict(zip(self.columns, padded, strict=True)))

    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        workbook = self._openpyxl.Workbook(write_only=True)
        sheet = workbook.create_sheet()
        sheet.append(list(columns))
        for row in rows:
            sheet.append([row[column] for column in columns])
        workbook.save(path)


class _Sheet:
    """A sheet open for reading; its file is closed with it."""

    def __init__(self, openpyxl: ModuleType, path: Path) -> None:
        # It would tell a cell's value on standard error: a telephone number in a column of dates.
        warnings.filterwarnings("ignore", module="openpyxl")
        self._workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)

    def __enter__(self) -> Any:
        return self._workbook.worksheets[0]

    def __exit__(self, *_: object) -> None:
        self._workbook.close()


class ParquetFile(BackFile):
    """A Parquet file, a batch of rows at a time. Concealed columns become strings, kept ones stay typed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._arrow, self._parquet = _need("pyarrow"), _need("pyarrow.parquet")
        with self._parquet.ParquetFile(path) as file:
            self._schema = file.schema_arrow
            self.length = max(1, file.metadata.num_rows)
        self.columns = list(self._schema.names)

    def rows(self) -> Iterator[Row]:
        number = 0
        with self._parquet.ParquetFile(self.path) as file:
            for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
                for cells in batch.to_pylist():
                    number += 1
                    yield Row(number, number, cells)

    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        schema = self._arrow.schema([self._field(column, kept) for column, kept in columns.items()])
        changed = [column for column, kept in columns.items() if not kept]
        with self._parquet.ParquetWriter(path, schema) as writer:
            while batch := [_as_strings(row, changed) for row in islice(rows, _ROWS_AT_ONCE)]:
                writer.write_table(self._arrow.Table.from_pylist(batch, schema=schema))

    def _field(self, column: str, kept: bool) -> Any:
        return self._schema.field(column) if kept else self._arrow.field(column, self._arrow.string())


def _position(file: TextIO) -> int:
    """Return how many bytes were read; ``TextIO.tell`` would be slow and is forbidden while iterating."""
    buffer: Any = file.buffer
    position = buffer.tell()
    assert isinstance(position, int)
    return position


def _as_strings(row: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    changed = {column: row[column] for column in columns if row[column] is not None}
    return row | {name: v if isinstance(v, str) else str(v) for name, v in changed.items()}


def _need(module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise ImportRefused(
            f"this format needs {module.partition('.')[0]}, which the `import` extra installs"
        ) from None


def open_back_file(path: Path, encoding: str | None = None) -> BackFile:
    """Open a file by its name's ending: csv, tsv, txt, jsonl, ndjson, xlsx or parquet.

    Raises ImportRefused when the ending is none of these or the file cannot be read.
    """
    ending = path.suffix.lower()
    try:
        if ending in {".csv", ".tsv", ".txt"}:
            return CsvFile(path, encoding)
        if ending in {".jsonl", ".ndjson"}:
            return JsonLinesFile(path, encoding)
        if ending == ".xlsx":
            return XlsxFile(path)
        if ending == ".parquet":
            return ParquetFile(path)
    except ImportRefused:
        raise
    except Exception as exc:  # noqa: BLE001  a reader's own message may quote what the file holds
        raise ImportRefused(f"the file cannot be read: {type(exc).__name__}") from None
    raise ImportRefused("the file's name must end in csv, tsv, txt, jsonl, ndjson, xlsx or parquet")
