"""`bianmin deid import`: every format and encoding, refused rows, and going on after a kill."""

from __future__ import annotations

import csv
import datetime
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from deid.errors import PolicyError
from deid.importing.roles import ImportRefused
from deid.importing.run import ImportJob, run_import

HEADER = ["案號", "姓名", "內容", "日期"]
ROWS = [
    ["2026043000001", "陳怡君", "我叫林志明，電話0912345678，請回電", "2026-04-30"],
    ["2026043000002", "", "路燈不亮，請派人來修", "2026-05-01"],
    ["2026043000003", "林志明", "身分證A123456789，我確診了", "2026-05-02"],
]
COLUMNS = ("案號=keep", "姓名=PERSON", "日期=keep")
CONCEALED = [
    ["2026043000001", "〔姓名1〕", "我叫〔姓名2〕，電話〔電話1〕，請回電", "2026-04-30"],
    ["2026043000002", "", "路燈不亮，請派人來修", "2026-05-01"],
    ["2026043000003", "〔姓名1〕", "身分證〔身分證號1〕，我確診了", "2026-05-02"],
]
PERSONAL = ("陳怡君", "林志明", "0912345678", "A123456789")


def write_csv(path: Path, rows: list[list[str]], encoding: str, delimiter: str = ",") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([HEADER, *rows])


def read_csv(path: Path, encoding: str, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def imported(source: Path, **options: Any) -> tuple[Path, dict[str, Any]]:
    target = source.with_name(f"out{source.suffix}")
    return target, run_import(ImportJob(source, target, columns=COLUMNS, **options))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_comes_back_in_its_own_encoding_and_form(tmp_path: Path, encoding: str, delimiter: str) -> None:
    source = tmp_path / "in.csv"
    write_csv(source, ROWS, encoding, delimiter)
    target, report = imported(source)
    assert read_csv(target, encoding, delimiter) == [HEADER, *CONCEALED]
    assert target.read_bytes()[:3] == source.read_bytes()[:3]
    assert report["rows"] == report["rows_written"] == 3
    assert report["concealed"] == {"PERSON": 3, "PHONE": 1, "TW_NATIONAL_ID": 1}
    assert report["rows_of_special_category"] == 1


def test_nothing_beside_the_output_holds_what_was_concealed(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    write_csv(source, ROWS, "utf-8")
    _, report = imported(source)
    assert report["samples"]
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != source:
            assert not any(value in path.read_text(encoding="utf-8") for value in PERSONAL)
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv", "out.csv.report.json"}


def test_json_lines_keep_their_shape(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    rows = [
        {"id": 1, "內容": "我叫林志明", "more": {"tel": 912345678, "ok": True}},
        {"id": 2, "內容": "路燈不亮"},
    ]
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    target = tmp_path / "out.jsonl"
    run_import(ImportJob(source, target, columns=("id=keep",)))
    assert [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()] == [
        {"id": 1, "內容": "我叫〔姓名1〕", "more": {"tel": "〔電話1〕", "ok": True}},
        {"id": 2, "內容": "路燈不亮"},
    ]


def test_a_workbook_comes_back_as_a_workbook(tmp_path: Path) -> None:
    source = tmp_path / "in.xlsx"
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    for row in [HEADER, *ROWS]:
        workbook.active.append(row)
    workbook.active.append(["2026043000004", None, 912345678, datetime.datetime(2026, 5, 3)])
    workbook.save(source)
    target, report = imported(source)
    sheet = openpyxl.load_workbook(target).worksheets[0]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[1][2] == CONCEALED[0][2] and rows[1][1] == "〔姓名1〕"
    assert rows[4] == ["2026043000004", None, "〔電話1〕", datetime.datetime(2026, 5, 3)]
    assert report["rows"] == 4


def test_parquet_keeps_the_types_of_kept_columns(tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    day = datetime.date(2026, 4, 30)
    table = pa.table(
        {"案號": [1, 2], "姓名": ["陳怡君", None], "內容": ["電話0912345678", None], "日期": [day, None]}
    )
    pq.write_table(table, source)
    target, _ = imported(source)
    result = pq.read_table(target)
    assert result.schema.types == [pa.int64(), pa.string(), pa.string(), pa.date32()]
    assert result.to_pylist() == [
        {"案號": 1, "姓名": "〔姓名1〕", "內容": "電話〔電話1〕", "日期": day},
        {"案號": 2, "姓名": None, "內容": None, "日期": None},
    ]


def test_rows_that_cannot_be_read_or_protected_are_refused_and_told_by_number_only(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    write_csv(source, [*ROWS, ["1", "2", "林志明"], ["4", "", "最後一列", ""]], "utf-8")
    broken = source.read_bytes().replace("路燈".encode(), b"\xff\xfe")
    source.write_bytes(broken)
    policy = tmp_path / "policy.toml"
    policy.write_text("extends = 'default'\n[actions]\nTW_NATIONAL_ID = 'block'", encoding="utf-8")
    target, report = imported(source, policy=str(policy), encoding="utf-8")
    assert report["refused"] == [[3, "undecodable"], [4, "blocked_by_policy"], [5, "malformed"]]
    assert [row[0] for row in read_csv(target, "utf-8")] == ["案號", "2026043000001", "4"]
    assert report["rows_written"] == 2 and report["rows"] == 5


def test_a_dropped_column_is_gone_and_an_unnamed_one_is_concealed(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    write_csv(source, ROWS, "utf-8")
    target = tmp_path / "out.csv"
    run_import(ImportJob(source, target, columns=("內容=drop", "案號=keep")))
    rows = read_csv(target, "utf-8")
    assert rows[0] == ["案號", "姓名", "日期"] and rows[1] == ["2026043000001", "〔姓名1〕", "2026-04-30"]


@pytest.mark.parametrize(
    "columns", [("沒有=keep",), ("姓名=PERSONS",), ("姓名=keep", "姓名=drop"), ("姓名",), ("姓名=LITERAL",)]
)
def test_a_wrong_column_option_is_refused_before_anything_is_written(
    tmp_path: Path, columns: tuple[str, ...]
) -> None:
    source = tmp_path / "in.csv"
    write_csv(source, ROWS, "utf-8")
    with pytest.raises(ImportRefused):
        run_import(ImportJob(source, tmp_path / "out.csv", columns=columns))
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("name", ["in.pdf", "in.xlsx", "in.parquet", "in.jsonl"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    source = tmp_path / name
    source.write_text("我叫林志明", encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        run_import(ImportJob(source, tmp_path / f"out{source.suffix}"))
    assert "林志明" not in str(refused.value)


def test_an_existing_output_and_a_missing_policy_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    write_csv(source, ROWS, "utf-8")
    (tmp_path / "out.csv").write_text("", encoding="utf-8")
    with pytest.raises(ImportRefused):
        imported(source)
    with pytest.raises(PolicyError):
        run_import(ImportJob(source, tmp_path / "other.csv", policy="no_such_policy"))


def test_a_killed_import_goes_on_where_it_was(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    many = [[f"{number:013}", "陳怡君", f"我叫林志明，電話0912{number:06}", "x"] for number in range(6_000)]
    write_csv(source, many, "utf-8")
    target, partial = tmp_path / "out.csv", tmp_path / "out.csv.partial"
    command = [
        sys.executable,
        "-c",
        "from serve.cli import main; main()",
        "deid",
        "import",
        str(source),
        str(target),
    ]
    command += [part for column in COLUMNS for part in ("--column", column)] + ["--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None and len(list(partial.glob("0*.json"))) < 3:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not target.exists()
    done = {path.name: path.stat().st_mtime_ns for path in partial.glob("0*.json")}
    assert 3 <= len(done) < 12

    job = ImportJob(source, target, columns=COLUMNS)
    seen: dict[str, int] = {}
    report = run_import(
        job, lambda *_: seen.update({p.name: p.stat().st_mtime_ns for p in partial.glob("0*.json")})
    )
    assert report["rows_written"] == 6_000 and report["concealed"]["PHONE"] == 6_000
    assert {name: seen[name] for name in done} == done
    rows = read_csv(target, "utf-8")
    assert [row[0] for row in rows[1:]] == [row[0] for row in many]
    assert {row[2] for row in rows[1:]} == {"我叫〔姓名2〕，電話〔電話1〕"}
    assert not partial.exists()


def test_parts_of_another_import_are_not_used(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    write_csv(source, ROWS, "utf-8")
    partial = tmp_path / "out.csv.partial"
    partial.mkdir()
    (partial / "manifest.json").write_text('{"source": "another"}', encoding="utf-8")
    with pytest.raises(ImportRefused):
        imported(source)
