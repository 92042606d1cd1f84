"""Parquet files as back-files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from deid.importing.back_file import BackFile, Row, need

_ROWS_AT_ONCE = 4096


class ParquetFile(BackFile):
    """A Parquet file, a batch of rows at a time. Concealed columns become strings, kept ones stay typed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._arrow, self._parquet = need("pyarrow"), need("pyarrow.parquet")
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


def _as_strings(row: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    changed = {column: row[column] for column in columns if row[column] is not None}
    return row | {name: v if isinstance(v, str) else str(v) for name, v in changed.items()}
