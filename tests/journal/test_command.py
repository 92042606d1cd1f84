"""`bianmin journal`: looking, checking, copying and purging from a terminal."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from serve.journal.chain import BEGINNING, from_line, verify
from serve.journal.command import journal
from serve.journal.files import only_shipper
from serve.journal.shipper import Shipper
from serve.journal.stop import StopSignal
from serve.records.audit import list_audit
from tests.journal.support import CANARY, MOMENT, stored_ids, write


@pytest.fixture
def home(db: Engine, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The environment of a command: the database and spool of the test."""
    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path))
    assert folder == tmp_path / "spool"
    return tmp_path


@pytest.fixture
async def stored(home: Path, db: Engine, folder: Path, stop: StopSignal) -> str:
    """Four records in the database; the writer's name."""
    writer = await write(folder, list("abcd"))
    assert Shipper(db, folder, stop).ship()
    return writer


def run(*arguments: str) -> Result:
    return CliRunner().invoke(journal, list(arguments))


def stop_handlers() -> list[object]:
    return [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]


def test_tail_shows_the_newest_without_text(stored: str) -> None:
    shown = run("tail", "-n", "2")
    assert shown.exit_code == 0
    assert [line.split()[1] for line in shown.output.splitlines()] == ["c", "d"]
    assert "2026-11-23T06:28:00.123Z" in shown.output and "NAME=1" in shown.output
    assert CANARY not in shown.output
    assert run("tail", "-n", "0").output == ""
    assert len(run("tail").output.splitlines()) == 4


def test_show_prints_a_record(stored: str) -> None:
    shown = json.loads(run("show", "b").output)
    assert (shown["request_id"], shown["writer"], shown["at"]) == ("b", stored, "2026-11-23T06:28:00.123Z")
    assert CANARY in shown["prompt"][0]["content"]
    missing = run("show", "nothing")
    assert missing.exit_code == 1 and "no such record" in missing.output


async def test_verify_counts_and_names_the_first_broken_place(stored: str, folder: Path, url: str) -> None:
    await write(folder, ["e"])
    assert run("verify").output == "OK: 2 writers, 4 records in the database, 1 in the spool.\n"
    assert run("verify", "--writer", stored).output.startswith("OK: 1 writers, 4 records")
    assert run("verify", "--writer", "nobody").exit_code == 1
    with sqlite3.connect(url.removeprefix("sqlite:///")) as intruder:
        intruder.execute("DELETE FROM journal WHERE request_id = 'b'")
    broken = run("verify")
    assert broken.exit_code == 1
    assert f"BROKEN: writer {stored}, record 2" in broken.output


@pytest.mark.parametrize("name", ["copy.jsonl", "copy.jsonl.gz"])
def test_export_writes_a_copy_that_can_be_checked(stored: str, home: Path, db: Engine, name: str) -> None:
    out = home / name
    done = run("export", "--since", "2026-11-01", "--until", "2026-12-01", "--out", str(out))
    assert done.output == "4 records.\n"
    data = gzip.decompress(out.read_bytes()) if name.endswith("gz") else out.read_bytes()
    links = [from_line(line) for line in data.splitlines(keepends=True)]
    assert verify(stored, links, BEGINNING).seq == 4
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert run("export", "--until", "2026-11-01", "--out", str(out)).output == "0 records.\n"
    assert [row.event.action for row in list_audit(db)] == ["journal.export"] * 2
    assert [path.name for path in home.glob(".*partial")] == []
    assert run("export", "--out", str(home / "nowhere" / name)).exit_code == 1


def test_purge_keeps_six_months(stored: str, db: Engine) -> None:
    young = f"{MOMENT + timedelta(days=36_500):%Y-%m-%d}"
    refused = run("purge", "--before", young)
    assert refused.exit_code == 1 and "184 days" in refused.output
    assert len(stored_ids(db)) == 4
    assert run("purge", "--before", "2020-01-01").output == "0 records removed.\n"
    assert run("verify").exit_code == 0


def test_a_second_shipper_is_refused(home: Path, folder: Path) -> None:
    handlers = stop_handlers()
    with only_shipper(folder):
        refused = run("ship")
    assert refused.exit_code == 1
    assert "Another" in refused.output
    assert stop_handlers() == handlers


def test_a_shipper_listens_to_signals_only_while_it_works(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = stop_handlers()

    def work(*args: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        assert isinstance(args[-1], StopSignal) and args[-1].is_set()

    monkeypatch.setattr("serve.journal.service.run", work)
    assert run("ship").exit_code == 0
    assert stop_handlers() == handlers


def test_a_metrics_folder_of_somebody_else_is_told_in_one_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.getuid", lambda: -1)
    refused = run("ship")
    assert refused.exit_code == 1
    assert refused.output.count("\n") == 1 and "BIANMIN_METRICS_DIR" in refused.output


def test_a_database_that_is_away_is_told_in_one_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIANMIN_RECORDS__URL", f"sqlite:///{home}")
    refused = run("tail")
    assert refused.exit_code == 1
    assert refused.output.count("\n") == 1 and "records_unavailable" in refused.output
