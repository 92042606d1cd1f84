"""Parquet files as back-files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from deid.importing.back_file import UNDECODABLE, BackFile, Row, need
from deid.importing.cells import as_json
from deid.importing.parquet_types import readable, why_odd, writable
from deid.importing.roles import ImportRefused

_ROWS_AT_ONCE = 4096
_UNREADABLE = object()


class ParquetFile(BackFile):
    """A Parquet file, a batch of rows at a time. A column in which anything was concealed becomes one of strings.

    The others keep their type. Times are read in microseconds; one beyond the years 1 to 9999 cannot be read. Columns
    of a type that could not be written back are left out.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._arrow, self._parquet = need("pyarrow"), need("pyarrow.parquet")
        with self._parquet.ParquetFile(path) as file:
            self._schema = file.schema_arrow
            self.length = max(1, file.metadata.num_rows)
        self.columns = list(self._schema.names)
        self.read_as = {}
        self._odd = {field.name: why for field in self._schema if (why := why_odd(field.type))}
        self._read_types = {f.name: readable(f.type) for f in self._schema if f.name not in self._odd}

    def check(self, written: Iterable[str]) -> None:
        for column in written:
            if why := self._odd.get(column):
                number = self.columns.index(column) + 1
                raise ImportRefused(
                    f"column no. {number} has a type that cannot be written back ({why}): leave it out with NAME=drop"
                )

    def rows(self) -> Iterator[Row]:
        number = 0
        for batch in self._batches():
            for values in zip(*(self._values(batch.column(name), name) for name in self._read_types), strict=True):
                number += 1
                if any(value is _UNREADABLE for value in values):
                    yield Row(number, number, None, UNDECODABLE)
                else:
                    yield Row(number, number, dict(zip(self._read_types, values, strict=True)))

    def _batches(self) -> Iterator[Any]:
        """Yield some rows at a time, none of two row groups: Arrow could not join their nested dictionaries."""
        with self._parquet.ParquetFile(self.path) as file:
            for group in range(file.num_row_groups):
                yield from file.iter_batches(batch_size=_ROWS_AT_ONCE, row_groups=[group])

    def _values(self, column: Any, name: str) -> list[Any]:
        """Return a column's values, the whole of it at once if all can be read."""
        read_type = self._read_types[name]
        try:
            if column.type != read_type:
                column = column.cast(read_type, safe=False)
            values = column.to_pylist()
            assert isinstance(values, list)
            return values
        except (ValueError, OverflowError):
            return [_value(cell) for cell in column]

    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        schema = self._arrow.schema([self._field(column, same) for column, same in columns.items()])
        changed = [column for column, same in columns.items() if not same]
        with self._parquet.ParquetWriter(path, schema) as writer:
            while batch := [_with_texts(row, changed) for row in islice(rows, _ROWS_AT_ONCE)]:
                writer.write_table(self._arrow.Table.from_pylist(batch, schema=schema))

    def _field(self, column: str, same: bool) -> Any:
        if not same:
            return self._arrow.field(column, self._arrow.string())
        field = self._schema.field(column)
        return field.with_type(writable(field.type))


def _value(cell: Any) -> Any:
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        return _UNREADABLE


def _with_texts(row: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    return row | {column: _text(as_json(row[column])) for column in columns if row[column] is not None}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
