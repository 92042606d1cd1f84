"""What is in the spool arrives in the database, in order and once, and the spool is emptied behind it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from serve.errors import RecordsUnavailable
from serve.journal import shipper as shipper_module
from serve.journal.files import only_shipper
from serve.journal.shipper import Shipper
from serve.journal.spool import Spool
from serve.journal.stop import StopSignal
from serve.journal.verification import Verified, known_writers, verify_writer
from serve.metrics import SHIP_FAILURES, SPOOL_BACKLOG_BYTES, SPOOL_BACKLOG_SECONDS
from tests.journal.support import CANARY, record, spool_files, stored_ids, write


@pytest.fixture
def shipper(db: Engine, folder: Path, stop: StopSignal) -> Shipper:
    return Shipper(db, folder, stop)


def value(metric: Any) -> float:
    return float(metric.collect()[0].samples[0].value)


@contextmanager
def database_away(url: str) -> Iterator[None]:
    """A folder lies where the database file was."""
    path = Path(url.removeprefix("sqlite:///"))
    aside = path.rename(path.with_suffix(".aside"))
    path.mkdir()
    yield
    path.rmdir()
    aside.rename(path)


async def test_a_living_writers_records_arrive_and_its_file_stays(
    spool: Spool, shipper: Shipper, db: Engine, folder: Path
) -> None:
    await spool.append(record("a"))
    assert shipper.ship()
    assert stored_ids(db) == ["a"]
    await spool.append(record("b"))
    assert shipper.ship() and shipper.ship()
    assert stored_ids(db) == ["a", "b"]
    assert len(spool_files(folder)) == 1
    await spool.close()
    assert shipper.ship()
    assert spool_files(folder) == []
    assert verify_writer(db, folder, spool.writer) == Verified(spool.writer, 2, 0)


async def test_rotated_files_are_deleted_while_the_writer_lives(
    shipper: Shipper, db: Engine, folder: Path
) -> None:
    spool = Spool(folder, None, 4096)
    await spool.open()
    for number in range(40):
        await spool.append(record(f"r{number}"))
    assert len(spool_files(folder)) > 3
    assert shipper.ship()
    assert stored_ids(db) == [f"r{number}" for number in range(40)]
    assert len(spool_files(folder)) == 1
    await spool.append(record("last"))
    await spool.close()
    assert shipper.ship()
    assert stored_ids(db)[-1] == "last"
    assert spool_files(folder) == []


async def test_the_backlog_is_told(spool: Spool, shipper: Shipper, folder: Path, url: str) -> None:
    await spool.append(record("a"))
    with sqlite3.connect(url.removeprefix("sqlite:///")) as away:
        away.execute("ALTER TABLE journal_cursors RENAME TO gone")
    failures = value(SHIP_FAILURES)
    assert not shipper.ship()
    assert value(SHIP_FAILURES) == failures + 1
    assert value(SPOOL_BACKLOG_BYTES) == spool_files(folder)[0].stat().st_size
    assert value(SPOOL_BACKLOG_SECONDS) > 0
    with sqlite3.connect(url.removeprefix("sqlite:///")) as back:
        back.execute("ALTER TABLE gone RENAME TO journal_cursors")
    assert shipper.ship()
    assert value(SPOOL_BACKLOG_BYTES) == value(SPOOL_BACKLOG_SECONDS) == 0


async def test_a_database_outage_loses_nothing_and_is_logged_once(
    shipper: Shipper, db: Engine, folder: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await write(folder, ["a"])
    assert shipper.ship()
    db.dispose()
    with database_away(url):
        await write(folder, ["b", "c"])
        assert [shipper.ship() for _ in range(3)] == [False, False, False]
        assert len(spool_files(folder)) == 1
    assert shipper.ship()
    assert sorted(stored_ids(db)) == ["a", "b", "c"]
    own = [line.levelno for line in caplog.records if line.name == shipper_module.__name__]
    assert own == [logging.ERROR, logging.WARNING]
    assert CANARY not in caplog.text


@pytest.mark.parametrize("moment", ["before the commit", "after the commit", "before the deletion"])
async def test_a_shipment_cut_at_any_moment_is_not_repeated(
    db: Engine, folder: Path, stop: StopSignal, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = await write(folder, ["a", "b"])
    real = shipper_module.store

    def cut(*arguments: Any) -> bool:
        if moment == "after the commit":
            real(*arguments)
        raise RecordsUnavailable

    def refuse(*_: Any) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        if moment == "before the deletion":
            patch.setattr(shipper_module, "remove_if_abandoned", refuse)
        else:
            patch.setattr(shipper_module, "store", cut)
        assert not Shipper(db, folder, stop).ship()
    assert Shipper(db, folder, stop).ship()
    assert stored_ids(db) == ["a", "b"]
    assert spool_files(folder) == []
    assert verify_writer(db, folder, writer).shipped == 2


async def test_a_request_id_seen_twice_is_kept_twice(db: Engine, folder: Path, shipper: Shipper) -> None:
    first = await write(folder, ["same", "same"])
    assert shipper.ship()
    second = await write(folder, ["other", "same"])
    assert shipper.ship()
    found = stored_ids(db)
    assert len(set(found)) == len(found) == 4
    assert sorted(name.partition("~")[0] for name in found) == ["other", "same", "same", "same"]
    for writer in (first, second):
        assert verify_writer(db, folder, writer).shipped == 2


async def test_a_torn_last_line_is_ignored(db: Engine, folder: Path, shipper: Shipper) -> None:
    writer = await write(folder, ["a", "b"])
    (path,) = spool_files(folder)
    path.write_bytes(path.read_bytes()[:-20])
    assert shipper.ship()
    assert stored_ids(db) == ["a"]
    assert spool_files(folder) == []
    assert verify_writer(db, folder, writer).shipped == 1


async def test_a_changed_line_stops_its_writer_only(
    db: Engine, folder: Path, shipper: Shipper, caplog: pytest.LogCaptureFixture
) -> None:
    writer = await write(folder, ["a", "b", "c"])
    (path,) = spool_files(folder)
    path.write_bytes(path.read_bytes().replace(b'"request_id":"b"', b'"request_id":"x"'))
    await write(folder, ["d"])
    failures = value(SHIP_FAILURES)
    assert shipper.ship() and shipper.ship()
    assert sorted(stored_ids(db)) == ["a", "d"]
    assert spool_files(folder) == [path]
    assert value(SHIP_FAILURES) == failures + 1
    (line,) = [line.getMessage() for line in caplog.records if line.levelno == logging.ERROR]
    assert f"writer {writer}, record 2: record was changed" in line
    assert value(SPOOL_BACKLOG_BYTES) > 0


async def test_a_missing_file_in_the_middle_is_seen(db: Engine, folder: Path, shipper: Shipper) -> None:
    await write(folder, [f"r{number}" for number in range(30)], 4096)
    first, missing, *_ = spool_files(folder)
    kept = first.read_bytes().count(b"\n")
    missing.unlink()
    assert shipper.ship()
    assert len(stored_ids(db)) == kept


async def test_there_is_only_one_shipper(folder: Path) -> None:
    with only_shipper(folder) as first, only_shipper(folder) as second:
        assert (first, second) == (True, False)
    with only_shipper(folder) as third:
        assert third


async def test_writers_are_known_before_they_are_shipped(db: Engine, folder: Path) -> None:
    writer = await write(folder, ["a"])
    assert known_writers(db, folder) == [writer]
    assert verify_writer(db, folder, writer) == Verified(writer, 0, 1)
