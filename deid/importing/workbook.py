"""XLSX workbooks as back-files."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from deid.importing.back_file import MALFORMED, BackFile, Row, need


class XlsxFile(BackFile):
    """The first sheet of a workbook; its first row names the columns."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._openpyxl = need("openpyxl")
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
