"""Workbooks as they come: several sheets, gaps, wrong sizes, titles, text that looks like a formula."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from deid.importing.formats import open_back_file
from deid.importing.roles import ImportRefused
from deid.importing.run import ImportJob, run_import

Rows = list[list[Any]]


def workbook(path: Path, *sheets: tuple[str, str, Rows]) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, state, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def cells(path: Path, sheet: str | None = None) -> list[list[Any]]:
    return [list(row.cells.values()) for row in open_back_file(path, sheet=sheet).rows() if row.cells]


def written(path: Path) -> Any:
    return openpyxl.load_workbook(path).worksheets[0]


def patched(path: Path, old: str, new: str) -> Path:
    """Return a copy of a workbook with its first sheet's XML changed."""
    copy = path.with_name("patched.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            target.writestr(name, re.sub(old, new, content) if name.endswith("sheet1.xml") else content)
    return copy


def test_the_first_sheet_that_shows_is_read_or_the_one_that_is_named(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "in.xlsx",
        ("暗", "hidden", [["a"], [1]]),
        ("明", "visible", [["a"], [2]]),
        ("王小明", "visible", [["a"], [3]]),
    )
    assert cells(path) == [[2]] and cells(path, "王小明") == [[3]] and cells(path, "暗") == [[1]]
    assert open_back_file(path).read_as == {"sheet": 2, "other_sheets": 2}
    with pytest.raises(ImportRefused) as refused:
        open_back_file(path, sheet="陳怡君")
    assert "陳怡君" not in str(refused.value) and "王小明" not in str(refused.value)
    with pytest.raises(ImportRefused):
        open_back_file(tmp_path / "in.csv", sheet="明")


@pytest.mark.parametrize(
    ("header", "columns"), [(["a", "b", None, " "], ["a", "b"]), ([" a ", 3], ["a", "3"]), ([None], [])]
)
def test_empty_names_at_the_end_of_the_header_are_no_columns(
    tmp_path: Path, header: list[Any], columns: list[str]
) -> None:
    assert open_back_file(workbook(tmp_path / "in.xlsx", ("a", "visible", [header]))).columns == columns


def test_a_gap_in_the_header_is_refused_by_its_place(tmp_path: Path) -> None:
    path = workbook(tmp_path / "in.xlsx", ("a", "visible", [["案號", None, "內容"], [1, "王小明", "好"]]))
    with pytest.raises(ImportRefused, match=r"column no\. 2"):
        open_back_file(path)


def test_the_size_that_a_sheet_claims_is_not_believed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "in.xlsx", ("a", "visible", [["a", "b"], [1, 2], [3, 4]]))
    for wrong in ("A1", "A1:A2", "A1:Z9", "B2:B2"):
        assert cells(patched(path, 'dimension ref="[^"]*"', f'dimension ref="{wrong}"')) == [[1, 2], [3, 4]]


def test_rows_have_the_sheets_numbers_and_empty_ones_are_none(tmp_path: Path) -> None:
    rows: Rows = [["a", "b"], [1], [None, None], [1, 2, 3], [4, 5]]
    path = workbook(tmp_path / "in.xlsx", ("a", "visible", rows))
    assert [(row.number, row.problem) for row in open_back_file(path).rows()] == [(2, ""), (4, "malformed"), (5, "")]


def test_texts_stay_texts_and_values_keep_their_types(tmp_path: Path) -> None:
    day, clock = datetime.datetime(2026, 5, 3), datetime.time(9, 30)
    path = workbook(tmp_path / "in.xlsx", ("a", "visible", [["文", "值"], ["好", 1]]))
    target = tmp_path / "out.xlsx"
    pairs = ("=1+1", day), ("=cmd|' /C calc'!A0", 912), ("好\x07\x0b壞", clock), ("#N/A", 1.5), (None, True)
    rows = ({"文": text, "值": value} for text, value in pairs)
    open_back_file(path).write(target, {"文": False, "值": True}, rows)
    sheet = written(target)
    texts = [sheet.cell(row, 1) for row in range(2, 7)]
    assert [cell.value for cell in texts] == ["=1+1", "=cmd|' /C calc'!A0", "好壞", "#N/A", None]
    assert [cell.data_type for cell in texts] == ["s", "s", "s", "s", "n"]
    assert [sheet.cell(row, 2).value for row in range(2, 7)] == [day, 912, clock, 1.5, True]
    assert [path.name for path in tmp_path.iterdir()].count("out.xlsx") == len(list(tmp_path.iterdir())) - 1


def test_the_value_of_a_formula_is_read_and_unchanged_cells_of_a_text_column_keep_their_type(tmp_path: Path) -> None:
    day = datetime.datetime(2026, 5, 3)
    rows: Rows = [["內容", "日期"], ["電話0912345678", day], [5, day], ["=2+3", None]]
    path = patched(workbook(tmp_path / "in.xlsx", ("a", "visible", rows)), "<v ?/>|<v></v>", "<v>5</v>")
    target = tmp_path / "out.xlsx"
    report = run_import(ImportJob(path, target))
    values = [[cell.value for cell in row] for row in written(target).iter_rows(min_row=2)]
    assert values == [["電話〔電話1〕", day], [5, day], [5, None]]
    assert report["read_as"] == {"sheet": 1, "other_sheets": 0}


def test_a_title_above_the_header_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    rows: Rows = [["清冊"], ["案號", "內容"], [1, "好"], [2, "好"]]
    path = workbook(tmp_path / "in.xlsx", ("a", "visible", rows))
    with pytest.raises(ImportRefused, match="no row could be written: 3 malformed"):
        run_import(ImportJob(path, tmp_path / "out.xlsx"))
    assert [left.name for left in tmp_path.iterdir()] == ["in.xlsx"]


def test_drafts_of_openpyxl_stand_beside_the_output(tmp_path: Path) -> None:
    path = workbook(tmp_path / "in.xlsx", ("a", "visible", [["a"], [1]]))
    folder = tmp_path / "work"
    folder.mkdir()
    drafts: list[str] = []

    def rows() -> Iterator[dict[str, Any]]:
        drafts.extend(draft.name for draft in folder.iterdir())
        yield {"a": 1}

    open_back_file(path).write(folder / "out.xlsx", {"a": True}, rows())
    assert len(drafts) == 1 and [left.name for left in folder.iterdir()] == ["out.xlsx"]


def test_a_cell_that_cannot_be_read_is_told_without_its_value(tmp_path: Path) -> None:
    path = workbook(tmp_path / "in.xlsx", ("a", "visible", [["a"], [7]]))
    broken = patched(path, "<v>7</v>", "<v>陳怡君</v>")
    with pytest.raises(ImportRefused, match="cannot be read") as refused:
        run_import(ImportJob(broken, tmp_path / "out.xlsx"))
    assert "陳怡君" not in str(refused.value)


@pytest.mark.parametrize(("length", "refused"), [(32_765, []), (32_766, [[2, "unwritable"]])])
def test_a_cell_that_grows_too_long_for_a_workbook_is_refused_and_not_cut(
    tmp_path: Path, length: int, refused: list[list[Any]]
) -> None:
    text = "我叫林志明。".ljust(length, "好")
    path = workbook(tmp_path / "in.xlsx", ("a", "visible", [["a"], [text], ["好"]]))
    report = run_import(ImportJob(path, tmp_path / "out.xlsx"))
    assert report["refused"] == refused
    grown = [] if refused else [text.replace("林志明", "〔姓名1〕")]
    assert [cell.value for cell in written(tmp_path / "out.xlsx")["A"]] == ["a", *grown, "好"]
