"""The work folder beside the output: whose it is, who may look into it, and what a run finds that was killed late."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deid.importing import output
from deid.importing.roles import ImportRefused
from deid.importing.run import ImportJob, run_import

BEGUN = ["in.csv", "out.csv", "out.csv.partial", "out.csv.report.json"]
DONE = ["in.csv", "out.csv", "out.csv.report.json"]


@pytest.fixture
def job(tmp_path: Path) -> ImportJob:
    source = tmp_path / "in.csv"
    source.write_text("案號,內容\n1,電話0912345678\n2,路燈不亮\n", encoding="utf-8")
    return ImportJob(source, tmp_path / "out.csv", columns=("案號=keep",))


def names(job: ImportJob) -> list[str]:
    return sorted(path.name for path in job.target.parent.iterdir())


def changed(job: ImportJob) -> list[tuple[int, int]]:
    """Return which files the output and its report are, and when they were last written."""
    stats = [job.target.with_name(name).stat() for name in ("out.csv", "out.csv.report.json")]
    return [(stat.st_ino, stat.st_mtime_ns) for stat in stats]


def partial(job: ImportJob) -> Path:
    return job.target.with_name("out.csv.partial")


def denied(*_: object, **__: object) -> None:
    raise PermissionError


@pytest.fixture(params=["links", "no links"])
def linking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """File systems with links, and those without, as on a USB stick."""
    if request.param == "no links":
        monkeypatch.setattr(output.os, "link", denied)


def stopped(job: ImportJob, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Import until a step of the output, which is not taken."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(output.Output, at, stop)
        run_import(job)


@pytest.mark.usefixtures("linking")
@pytest.mark.parametrize("removed", [(), ("00000000.json",), ("00000000.json", "manifest.json", "report")])
def test_an_import_stopped_behind_its_last_step_is_finished_by_the_same_command(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch, removed: tuple[str, ...]
) -> None:
    stopped(job, monkeypatch, "clean_up")
    assert names(job) == BEGUN
    for name in removed:
        (partial(job) / name).unlink(missing_ok=True)
    before = changed(job)
    seen: list[int] = []
    report = run_import(job, lambda share, rows, fresh: seen.append(rows))
    assert names(job) == DONE and seen == []
    assert report == json.loads(job.target.with_name("out.csv.report.json").read_text(encoding="utf-8"))
    assert report["rows_written"] == 2 and changed(job) == before


def run_python(program: str, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)


def test_an_import_killed_behind_its_last_step_is_finished_by_the_same_command(job: ImportJob) -> None:
    killed = "import os; from deid.importing.output import Output; Output.clean_up = lambda _: os.kill(os.getpid(), 9)"
    main = "if __name__ == '__main__':\n from serve.cli import main; main()"
    command = ["deid", "import", str(job.source), str(job.target), "--column", "案號=keep", "--workers", "1"]
    assert run_python(f"{killed}\n{main}", command).returncode == -signal.SIGKILL
    assert names(job) == BEGUN
    again = run_python(main, command)
    assert again.returncode == 0 and "2 of 2 rows written" in again.stdout and names(job) == DONE


def test_a_cleaning_up_that_is_stopped_leaves_no_parts_without_what_tells_their_import(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another import would take them for its own."""
    stopped(job, monkeypatch, "clean_up")
    unlink = Path.unlink
    removed: list[str] = []

    def recorded(path: Path) -> None:
        removed.append(path.name)
        assert (partial(job) / "published.json").exists()
        unlink(path)

    monkeypatch.setattr(Path, "unlink", recorded)
    run_import(job)
    assert sorted(removed) == ["00000000.json", "manifest.json", "report"] and removed[-1] == "manifest.json"


@pytest.mark.usefixtures("linking")
def test_a_report_that_was_published_alone_is_replaced_when_the_import_goes_on(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped(job, monkeypatch, "_link_output")
    assert names(job) == ["in.csv", "out.csv.partial", "out.csv.report.json"]
    assert run_import(job)["rows_written"] == 2 and names(job) == DONE


def another_policy(job: ImportJob) -> ImportJob:
    return ImportJob(job.source, job.target, columns=job.columns, policy="strict")


def another_output(job: ImportJob) -> ImportJob:
    job.target.write_text("another's", encoding="utf-8")
    return job


def another_input(job: ImportJob) -> ImportJob:
    job.source.write_text("案號,內容\n1,好\n", encoding="utf-8")
    return job


def another_report(job: ImportJob) -> ImportJob:
    job.target.with_name("out.csv.report.json").write_text("{}", encoding="utf-8")
    return job


@pytest.mark.parametrize("change", [another_policy, another_output, another_input, another_report])
def test_an_output_that_is_not_of_this_import_stays_and_what_to_do_is_told(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch, change: Callable[[ImportJob], ImportJob]
) -> None:
    stopped(job, monkeypatch, "clean_up")
    other = change(job)
    before = job.target.read_bytes()
    with pytest.raises(ImportRefused, match=r"^the output exists already; .* delete out\.csv\.partial"):
        run_import(other)
    assert names(job) == BEGUN and job.target.read_bytes() == before
    shutil.rmtree(partial(job))
    with pytest.raises(ImportRefused, match=r"^the output exists already; it is not overwritten$"):
        run_import(other)


@pytest.mark.parametrize("mode", [0o755, 0o777, 0o2775])
def test_a_work_folder_that_stands_open_is_closed_to_others_before_anything_is_kept_in_it(
    job: ImportJob, mode: int
) -> None:
    partial(job).mkdir()
    partial(job).chmod(mode)
    seen: list[int] = []
    run_import(job, lambda *_: seen.append(partial(job).stat().st_mode & 0o7777))
    assert seen == [0o700] and names(job) == DONE


def test_a_file_system_that_keeps_no_modes_is_worked_on(job: ImportJob, monkeypatch: pytest.MonkeyPatch) -> None:
    partial(job).mkdir(0o755)
    monkeypatch.setattr("deid.importing.parts.os.fchmod", denied)
    assert run_import(job)["rows_written"] == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder away")
def test_a_work_folder_of_another_user_is_refused(job: ImportJob) -> None:
    partial(job).mkdir()
    os.chown(partial(job), 12_345, 12_345)
    with pytest.raises(ImportRefused, match="not this user"):
        run_import(job)
    assert list(partial(job).iterdir()) == []


def test_a_work_folder_that_may_not_be_opened_or_written_to_is_refused(
    job: ImportJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    partial(job).mkdir()
    for step in ("os.open", "TemporaryFile"):
        with monkeypatch.context() as patch, pytest.raises(ImportRefused, match="not this user"):
            patch.setattr(f"deid.importing.parts.{step}", denied)
            run_import(job)


def test_a_link_in_the_place_of_the_work_folder_is_refused(job: ImportJob, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    partial(job).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ImportRefused, match="is no folder"):
        run_import(job)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_what_a_writer_quotes_of_a_cell_is_not_told(job: ImportJob, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = "電話0912345678"

    def quote(*_: object) -> None:
        raise ValueError(f"cannot convert {canary}")

    monkeypatch.setattr("deid.importing.text_files.CsvFile.write", quote)
    with pytest.raises(ImportRefused) as refused:
        run_import(job)
    assert str(refused.value) == "the output cannot be written: ValueError"
    assert refused.value.__suppress_context__
    assert not (partial(job) / "output.csv").exists()
