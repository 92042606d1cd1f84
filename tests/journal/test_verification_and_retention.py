"""Tampering is found at its place; retention removes old records and the rest can still be checked."""

from __future__ import annotations

import logging
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from serve.journal import service
from serve.journal.chain import BrokenChainError
from serve.journal.shipper import Shipper
from serve.journal.stop import StopSignal
from serve.journal.store import purge
from serve.journal.verification import Verified, verify_writer
from serve.records.columns import utc_now
from serve.settings import JournalSettings, SettingsError, load_settings
from tests.journal.support import MOMENT, record, spool_files, stored_ids, write


@pytest.fixture
async def writer(db: Engine, folder: Path, stop: StopSignal) -> str:
    """A writer with five records in the database."""
    made = await write(folder, list("abcde"))
    assert Shipper(db, folder, stop).ship()
    return made


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE journal SET outcome = 'x' WHERE seq = 3", 3),
        ("UPDATE journal SET prompt = '[]' WHERE seq = 1", 1),
        ("UPDATE journal SET prompt = 'not json' WHERE seq = 4", None),
        ("UPDATE journal SET at = '2026-11-23 06:28:00.124000' WHERE seq = 2", 2),
        ("UPDATE journal SET completion_tokens = 0 WHERE seq = 5", 5),
        ("UPDATE journal SET request_id = 'z' WHERE seq = 3", 3),
        ("UPDATE journal SET hash = prev_hash WHERE seq = 2", 2),
        ("DELETE FROM journal WHERE seq = 1", 1),
        ("DELETE FROM journal WHERE seq = 3", 3),
        ("DELETE FROM journal WHERE seq = 5", 5),
        ("DELETE FROM journal", 1),
        ("DELETE FROM journal_cursors", 6),
        ("UPDATE journal_cursors SET seq = 4", 6),
        ("INSERT INTO journal_anchors SELECT writer, 3, prev_hash FROM journal WHERE seq = 3", 3),
    ],
)
async def test_tampering_in_the_database_is_found(
    db: Engine, folder: Path, url: str, writer: str, statement: str, place: int | None
) -> None:
    assert verify_writer(db, folder, writer) == Verified(writer, 5, 0)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as intruder:
        assert intruder.execute(statement).rowcount > 0
    with pytest.raises(BrokenChainError) as broken:
        verify_writer(db, folder, writer)
    assert broken.value.writer in (writer, "")
    assert place is None or broken.value.seq == place


async def test_tampering_in_the_spool_is_found(db: Engine, folder: Path) -> None:
    writer = await write(folder, ["a", "b"])
    (path,) = spool_files(folder)
    assert verify_writer(db, folder, writer) == Verified(writer, 0, 2)
    path.write_bytes(path.read_bytes().replace(b'"request_id":"b"', b'"request_id":"x"'))
    with pytest.raises(BrokenChainError) as broken:
        verify_writer(db, folder, writer)
    assert broken.value.seq == 2
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] + b"noise\n")
    with pytest.raises(BrokenChainError):
        verify_writer(db, folder, writer)


async def old_and_new(folder: Path, ages_days: list[int]) -> str:
    from serve.journal.spool import Spool

    spool = Spool(folder, None, 2**20)
    await spool.open()
    for number, age in enumerate(ages_days):
        await spool.append(record(f"r{number}", at=MOMENT - timedelta(days=age)))
    await spool.close()
    return spool.writer


@pytest.mark.parametrize(
    ("ages_days", "left"),
    [
        ([400, 399, 1, 0], ["r2", "r3"]),
        ([400, 399], []),
        ([1, 0], ["r0", "r1"]),
        ([400, 1, 400, 0], ["r1", "r2", "r3"]),  # a chain only loses its beginning
    ],
)
async def test_old_records_go_and_the_rest_can_be_checked(
    db: Engine, folder: Path, stop: StopSignal, url: str, ages_days: list[int], left: list[str]
) -> None:
    writer = await old_and_new(folder, ages_days)
    shipper = Shipper(db, folder, stop)
    assert shipper.ship()
    before = MOMENT - timedelta(days=200)
    assert purge(db, before) == len(ages_days) - len(left)
    assert purge(db, before) == 0
    assert stored_ids(db) == left
    assert verify_writer(db, folder, writer) == Verified(writer, len(left), 0)
    if left:
        with sqlite3.connect(url.removeprefix("sqlite:///")) as intruder:
            intruder.execute("DELETE FROM journal WHERE request_id = ?", (left[0],))
        with pytest.raises(BrokenChainError):
            verify_writer(db, folder, writer)


async def test_a_chain_goes_on_after_all_its_records_went(db: Engine, folder: Path, stop: StopSignal) -> None:
    from serve.journal.spool import Spool

    spool = Spool(folder, None, 2**20)
    await spool.open()
    shipper = Shipper(db, folder, stop)
    for number in range(3):
        await spool.append(record(f"r{number}", at=MOMENT - timedelta(days=400)))
        assert shipper.ship()
        assert purge(db, MOMENT) == 1
    await spool.append(record("new"))
    assert shipper.ship()
    assert verify_writer(db, folder, spool.writer) == Verified(spool.writer, 1, 0)
    await spool.close()


async def test_the_running_task_purges(db: Engine, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    from serve.journal.spool import Spool

    spool = Spool(folder, None, 2**20)
    await spool.open()
    await spool.append(record("old", at=utc_now() - timedelta(days=200)))
    await spool.append(record("young", at=utc_now() - timedelta(days=183)))
    await spool.close()

    class OneRound(StopSignal):
        def wait(self, timeout_s: float) -> None:
            self.set()

    one_round = OneRound()
    with caplog.at_level(logging.INFO):
        service.run(db, folder, JournalSettings(retention_days=184), one_round)
    one_round.close()
    assert stored_ids(db) == ["young"]
    assert "removed 1 records" in caplog.text


def test_less_than_six_months_cannot_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIANMIN_JOURNAL__RETENTION_DAYS", "183")
    with pytest.raises(SettingsError, match="RETENTION_DAYS"):
        load_settings()
