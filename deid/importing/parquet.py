"""Parquet files as back-files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from deid.importing.back_file import UNDECODABLE, BackFile, Row, need
from deid.importing.cells import as_json

_ROWS_AT_ONCE = 4096
_UNREADABLE = object()


class ParquetFile(BackFile):
    """A Parquet file, a batch of rows at a time. A column in which anything was concealed becomes one of strings.

    The others keep their type. Times are read in microseconds; one beyond the years 1 to 9999 cannot be read.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._arrow, self._parquet = need("pyarrow"), need("pyarrow.parquet")
        with self._parquet.ParquetFile(path) as file:
            self._schema = file.schema_arrow
            self.length = max(1, file.metadata.num_rows)
        self.columns = list(self._schema.names)
        self.read_as = {}

    def rows(self) -> Iterator[Row]:
        number = 0
        with self._parquet.ParquetFile(self.path) as file:
            for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE):
                for values in zip(*map(self._values, batch.columns), strict=True):
                    number += 1
                    if any(value is _UNREADABLE for value in values):
                        yield Row(number, number, None, UNDECODABLE)
                    else:
                        yield Row(number, number, dict(zip(self.columns, values, strict=True)))

    def _values(self, column: Any) -> list[Any]:
        """Return a column's values, the whole of it at once if all can be read."""
        try:
            values = self._in_microseconds(column).to_pylist()
            assert isinstance(values, list)
            return values
        except (ValueError, OverflowError):
            return [_value(cell) for cell in column]

    def _in_microseconds(self, column: Any) -> Any:
        types, type_ = self._arrow.types, column.type
        if getattr(type_, "unit", "") != "ns":
            return column
        if types.is_timestamp(type_):
            return column.cast(self._arrow.timestamp("us", type_.tz), safe=False)
        coarser = self._arrow.time64("us") if types.is_time(type_) else self._arrow.duration("us")
        return column.cast(coarser, safe=False)

    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        schema = self._arrow.schema([self._field(column, same) for column, same in columns.items()])
        changed = [column for column, same in columns.items() if not same]
        with self._parquet.ParquetWriter(path, schema) as writer:
            while batch := [_with_texts(row, changed) for row in islice(rows, _ROWS_AT_ONCE)]:
                writer.write_table(self._arrow.Table.from_pylist(batch, schema=schema))

    def _field(self, column: str, same: bool) -> Any:
        return self._schema.field(column) if same else self._arrow.field(column, self._arrow.string())


def _value(cell: Any) -> Any:
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        return _UNREADABLE


def _with_texts(row: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    return row | {column: _text(as_json(row[column])) for column in columns if row[column] is not None}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else str(value)
