"""The import as processes and files: what stops it before it begins, what a stopped one leaves, who else is at work."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from deid.command import deid
from deid.importing import output, parts, text_files
from deid.importing.roles import ImportRefused
from deid.importing.rows import RowConcealer
from deid.importing.run import ImportJob, run_import

CONTENT = "案號,內容\n1,電話0912345678\n2,路燈不亮\n"
COLUMNS = ("案號=keep",)


@pytest.fixture
def job(tmp_path: Path) -> ImportJob:
    source = tmp_path / "in.csv"
    source.write_text(CONTENT, encoding="utf-8")
    return ImportJob(source, tmp_path / "out.csv", columns=COLUMNS)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def partial(job: ImportJob) -> Path:
    return job.target.with_name("out.csv.partial")


def within(seconds: float, happened: Callable[[], bool]) -> bool:
    """Wait until something happened, and tell whether it did in time."""
    until = time.monotonic() + seconds
    while not (done := happened()) and time.monotonic() < until:
        time.sleep(0.01)
    return done


def stopped(job: ImportJob, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Import until the file named `at` would get its name."""
    link = os.link

    def stop(source: Path, target: Path) -> None:
        if target.name == at:
            raise KeyboardInterrupt
        link(source, target)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(output.os, "link", stop)
        run_import(job)


@pytest.mark.parametrize("header", ["王小明,路燈", "1,電話0912345678請回電", "a,A123456789"])
def test_a_file_without_a_header_is_refused_before_anything_is_written(tmp_path: Path, header: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(f"{header}\n陳怡君,壞了\n", encoding="utf-8")
    result = CliRunner().invoke(deid, ["import", str(source), str(tmp_path / "out.csv")])
    assert result.exit_code == 1 and "is the header missing?" in result.output
    assert not any(value in result.output for value in ("王小明", "0912345678", "A123456789"))
    assert names(tmp_path) == ["in.csv"]


def test_a_policy_whose_words_the_encoding_lacks_is_refused_at_the_start(tmp_path: Path) -> None:
    source, policy = tmp_path / "in.csv", tmp_path / "policy.toml"
    source.write_text(CONTENT, encoding="cp950")
    policy.write_text("extends = 'default'\n[words]\nPHONE = '电话'", encoding="utf-8")
    with pytest.raises(ImportRefused, match="cannot be written in cp950"):
        run_import(ImportJob(source, tmp_path / "out.csv", policy=str(policy)))
    assert names(tmp_path) == ["in.csv", "policy.toml"]


def test_a_row_that_the_encoding_cannot_hold_is_refused_and_the_others_written(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text('內容\n"{""a"": ""電話0912345678\\ud83d\\ude00""}"\n好\n', encoding="cp950")
    report = run_import(ImportJob(source, tmp_path / "out.csv"))
    assert report["refused"] == [[2, "unwritable"]] and report["read_as"]["encoding"] == "cp950"
    assert (tmp_path / "out.csv").read_text(encoding="cp950") == "內容\n好\n"


def test_json_lines_keep_keys_that_the_first_line_lacks_concealed(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": 1, "去": 2}\n{"新": "電話0912345678", "id": 2}\n{"王小明": 1}\n', encoding="utf-8")
    report = run_import(ImportJob(source, target, columns=("id=keep", "去=drop")))
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert rows == [{"id": 1}, {"新": "電話〔電話1〕", "id": 2}]
    assert report["refused"] == [[3, "personal_data_in_key"]]


def test_a_line_nested_too_deep_is_refused_and_the_others_written(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(f'{{"a": "好"}}\n{{"a": {"[" * 600}1{"]" * 600}}}\n{{"a": "亮"}}\n', encoding="utf-8")
    report = run_import(ImportJob(source, target))
    assert report["refused"] == [[2, "malformed"]] and report["rows_written"] == 2


@pytest.mark.parametrize(
    ("row", "lines"),
    [("2,好", 0), ("2", 0), ('2,"沒有結束\n王小明,電話\n\n4,路燈', 3), ('2,"兩\n行",多', 1), ('2,"他"說\n請回"', 1)],
)
def test_the_lines_that_went_with_refused_rows_are_counted(job: ImportJob, row: str, lines: int) -> None:
    job.source.write_text(f"案號,內容\n1,好\n{row}\n", encoding="utf-8")
    result = CliRunner().invoke(deid, ["import", str(job.source), str(job.target), "--column", "案號=keep"])
    report = json.loads(job.target.with_name("out.csv.report.json").read_text(encoding="utf-8"))
    assert report["lines_passed_over"] == lines
    assert (f"lines left out behind refused rows {lines}" in result.output) is (lines > 0)


@pytest.mark.parametrize("place", ["none/out.csv", "in.csv/out.csv"])
def test_a_folder_that_is_not_there_is_told(job: ImportJob, place: str) -> None:
    with pytest.raises(ImportRefused, match="folder does not exist"):
        run_import(ImportJob(job.source, job.source.parent / place))


def test_the_first_thousand_refused_rows_are_listed_and_all_are_counted(job: ImportJob) -> None:
    job.source.write_text(CONTENT + "3\n" * 2_100 + "4,好\n", encoding="utf-8")
    report = run_import(job)
    assert report["refused"] == [[number, "malformed"] for number in range(4, 1_004)]
    assert report["rows_refused"] == {"malformed": 2_100} and report["rows_refused_not_listed"] == 1_100
    assert report["rows"] == 2_103 and report["rows_written"] == 3


def test_a_file_in_the_place_of_the_work_folder_is_told(job: ImportJob) -> None:
    partial(job).write_text("", encoding="utf-8")
    with pytest.raises(ImportRefused, match="is no folder"):
        run_import(job)


def test_a_fault_of_the_system_without_a_text_is_told_by_its_name(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output.Output, "check", no_links)
    result = CliRunner().invoke(deid, ["import", str(job.source), str(job.target)])
    assert result.exit_code == 1 and "Error: PermissionError; call again" in result.output


def test_a_handler_that_python_does_not_know_becomes_the_systems(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers: list[object] = []
    monkeypatch.setattr(signal, "signal", lambda _, handler: handlers.append(handler))
    result = CliRunner().invoke(deid, ["import", str(job.source), str(job.target)])
    assert result.exit_code == 0 and handlers == [signal.default_int_handler, signal.SIG_DFL]


def test_a_report_of_before_is_not_overwritten(job: ImportJob) -> None:
    job.target.with_name("out.csv.report.json").write_text("", encoding="utf-8")
    with pytest.raises(ImportRefused, match="report"):
        run_import(job)


@pytest.mark.parametrize("at", ["out.csv.report.json", "out.csv"])
def test_an_import_stopped_at_its_end_goes_on(job: ImportJob, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    stopped(job, monkeypatch, at)
    assert not job.target.exists() and partial(job).exists()
    seen: list[tuple[int, int]] = []
    report = run_import(job, lambda share, rows, fresh: seen.append((rows, fresh)))
    assert seen == [(2, 0)] and report["rows_written"] == 2
    assert names(job.target.parent) == ["in.csv", "out.csv", "out.csv.report.json"]


def test_parts_read_in_another_encoding_or_with_a_broken_manifest_are_not_used(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(job, monkeypatch, "out.csv")
    with pytest.raises(ImportRefused, match="encoding"):
        run_import(ImportJob(job.source, job.target, columns=COLUMNS, encoding="utf-8-sig"))
    manifest = partial(job) / "manifest.json"
    manifest.write_text("{", encoding="utf-8")
    with pytest.raises(ImportRefused, match="another input"):
        run_import(job)
    manifest.unlink()
    with pytest.raises(ImportRefused, match="another input"):
        run_import(job)


def test_a_second_import_into_the_same_output_is_refused(job: ImportJob) -> None:
    partial(job).mkdir()
    descriptor = os.open(partial(job), os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(ImportRefused, match="at work"):
        run_import(job)
    os.close(descriptor)
    assert run_import(job)["rows_written"] == 2


@pytest.mark.parametrize(
    "content",
    [CONTENT.replace("路燈不亮", "電話0987654321"), f"{CONTENT}3,好\n", CONTENT.replace("2,路燈不亮\n", ""), "a\n"],
)
def test_an_input_that_changes_while_it_is_read_leaves_no_output(job: ImportJob, content: str) -> None:
    def change(*_: object) -> None:
        job.source.write_text(content, encoding="utf-8")

    with pytest.raises(ImportRefused, match="changed"):
        run_import(job, change)
    assert names(job.target.parent) == ["in.csv"]


def test_an_input_that_is_replaced_behind_its_header_leaves_no_output(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check_names(*_: object) -> None:
        job.source.write_text("內容,案號\n電話0912345678,1\n路燈不亮,2\n", encoding="utf-8")

    monkeypatch.setattr(RowConcealer, "check_names", check_names)
    with pytest.raises(ImportRefused, match="changed"):
        run_import(job)
    assert names(job.target.parent) == ["in.csv"]


def test_a_draft_that_is_not_finished_is_removed(job: ImportJob, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object, path: Path, *__: object) -> None:
        path.write_text("half", encoding="utf-8")
        raise ValueError

    monkeypatch.setattr(text_files.CsvFile, "write", broken)
    with pytest.raises(ImportRefused, match="cannot be written: ValueError"):
        run_import(job)
    assert "output.csv" not in names(partial(job))


def no_links(*_: object) -> None:
    raise PermissionError


@pytest.mark.parametrize("link", [os.link, no_links])
@pytest.mark.parametrize("made", ["out.csv", "out.csv.report.json"])
def test_a_file_made_during_the_import_is_not_overwritten(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch, made: str, link: Callable[..., None]
) -> None:
    monkeypatch.setattr(output.os, "link", link)
    path = job.target.with_name(made)
    with pytest.raises(ImportRefused, match="not overwritten"):
        run_import(job, lambda *_: path.write_text("another's", encoding="utf-8") and None)
    assert path.read_text(encoding="utf-8") == "another's"
    assert names(job.target.parent) == sorted(["in.csv", made, "out.csv.partial"])
    path.unlink()
    assert run_import(job)["rows_written"] == 2 and job.target.exists()


@pytest.mark.parametrize("again", [False, True])
def test_a_folder_that_another_import_removes_before_the_lock_is_not_used(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    def remove(*_: object) -> None:
        partial(job).rename(job.target.with_name("gone"))
        if again:
            partial(job).mkdir()

    monkeypatch.setattr(parts.fcntl, "flock", remove)
    with pytest.raises(ImportRefused, match="just ended"):
        run_import(job)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_its_parent(tmp_path: Path, how: signal.Signals) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("內容\n" + "我叫林志明，電話0912345678\n" * 20_000, encoding="utf-8")
    command = [sys.executable, "-c", "from serve.cli import main; main()", "deid", "import", str(source), str(target)]
    process = subprocess.Popen([*command, "--workers", "1", "--batch-rows", "200"], stdout=subprocess.DEVNULL)
    folder = tmp_path / "out.csv.partial"
    try:
        assert within(60, lambda: process.poll() is not None or bool(list(folder.glob("0*.json"))))
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        process.send_signal(how)
        assert process.wait(30) != 0 and children
    finally:
        process.kill()
        process.wait()
    assert within(10, lambda: not any(Path(f"/proc/{child}/exe").exists() for child in children))
    assert not target.exists() and (folder / "manifest.json").exists()
