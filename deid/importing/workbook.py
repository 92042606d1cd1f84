"""XLSX workbooks as back-files."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deid.importing.back_file import MALFORMED, BackFile, Row, need
from deid.importing.roles import ImportRefused


class XlsxFile(BackFile):
    """One sheet of a workbook, the first that shows if none is named; its first row names the columns.

    Of a formula the value counts that the workbook holds. Empty rows are no rows.
    """

    longest_cell = 32_767  # openpyxl cuts what is longer, as no workbook may hold it

    def __init__(self, path: Path, sheet: str | None) -> None:
        super().__init__(path)
        self._openpyxl = need("openpyxl")
        # It would tell a cell's value on standard error: a telephone number in a column of dates.
        warnings.filterwarnings("ignore", module="openpyxl")
        with self._workbook() as workbook:
            self._place = _place(workbook.worksheets, sheet)
            self.read_as = {"sheet": self._place + 1, "other_sheets": len(workbook.worksheets) - 1}
            self.length = max(1, (workbook.worksheets[self._place].max_row or 1) - 1)
        with self._lines() as lines:
            self.columns = _columns(next(lines, ()))

    def rows(self) -> Iterator[Row]:
        width = len(self.columns)
        with self._lines() as lines:
            next(lines, None)
            for number, values in enumerate(lines, 2):
                if all(value is None for value in values):
                    continue
                if any(value is not None for value in values[width:]):
                    yield Row(number, number, None, MALFORMED)
                    continue
                padded = (*values[:width], *(None for _ in range(width - len(values))))
                yield Row(number, number, dict(zip(self.columns, padded, strict=True)))

    def write(self, path: Path, columns: Mapping[str, bool], rows: Iterator[dict[str, Any]]) -> None:
        with _temporary_files_in(path.parent):
            workbook = self._openpyxl.Workbook(write_only=True)
            sheet = workbook.create_sheet()
            sheet.append([self._cell(sheet, column) for column in columns])
            for row in rows:
                sheet.append([self._cell(sheet, row[column]) for column in columns])
            workbook.save(path)

    def _cell(self, sheet: Any, value: Any) -> Any:
        """Return what is written for a value. A text stays a text: no formula, and no character that XML refuses."""
        if not isinstance(value, str):
            return value
        cell = need("openpyxl.cell").WriteOnlyCell(sheet, _legal(value))
        cell.data_type = "s"
        return cell

    @contextmanager
    def _workbook(self) -> Iterator[Any]:
        workbook = self._openpyxl.load_workbook(self.path, read_only=True, data_only=True)
        try:
            yield workbook
        finally:
            workbook.close()

    @contextmanager
    def _lines(self) -> Iterator[Iterator[tuple[Any, ...]]]:
        """Open the sheet's rows. What the file says of the sheet's size is not believed."""
        with self._workbook() as workbook:
            sheet = workbook.worksheets[self._place]
            sheet.reset_dimensions()
            yield sheet.iter_rows(values_only=True)


def _place(sheets: Iterable[Any], name: str | None) -> int:
    """Return where the sheet stands that is to be read. Messages name no sheet: it may be called like a person."""
    for place, sheet in enumerate(sheets):
        if sheet.title == name if name else sheet.sheet_state == "visible":
            return place
    raise ImportRefused("the workbook has no sheet of the name given with --sheet" if name else "no sheet shows")


def _columns(header: tuple[Any, ...]) -> list[str]:
    names = ["" if value is None else str(value).strip() for value in header]
    while names and not names[-1]:
        names.pop()
    if "" in names:
        raise ImportRefused(f"the first row has no name for column no. {names.index('') + 1}")
    return names


def _legal(text: str) -> str:
    illegal = need("openpyxl.cell.cell").ILLEGAL_CHARACTERS_RE
    without = illegal.sub("", text)
    assert isinstance(without, str)
    return without


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Let openpyxl's drafts, which hold cells as they were read, be made where they are deleted after a crash."""
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
