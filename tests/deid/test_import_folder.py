"""The work folder beside the output: whose it is and who may look into it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deid.importing.roles import ImportRefused
from deid.importing.run import ImportJob, run_import

DONE = ["in.csv", "out.csv", "out.csv.report.json"]


@pytest.fixture
def job(tmp_path: Path) -> ImportJob:
    source = tmp_path / "in.csv"
    source.write_text("案號,內容\n1,電話0912345678\n2,路燈不亮\n", encoding="utf-8")
    return ImportJob(source, tmp_path / "out.csv", columns=("案號=keep",))


def names(job: ImportJob) -> list[str]:
    return sorted(path.name for path in job.target.parent.iterdir())


def partial(job: ImportJob) -> Path:
    return job.target.with_name("out.csv.partial")


def denied(*_: object, **__: object) -> None:
    raise PermissionError


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
