"""Processes killed at any moment: what was acknowledged is in the database, once, and the chains hold."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from serve.journal.shipper import Shipper
from serve.journal.stop import StopSignal
from serve.journal.verification import known_writers, verify_writer
from serve.records.database import reading
from serve.records.journal_tables import journal
from tests.journal.support import spool_files, stored_ids, write
from tests.waiting import eventually


async def start(module: str, *arguments: object) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"tests.journal.{module}", *map(str, arguments),
        stdout=asyncio.subprocess.PIPE, env=dict(os.environ),
    )  # fmt: skip
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n", f"ended with {await process.wait()}"
    return process


async def rest_of(process: asyncio.subprocess.Process) -> set[tuple[str, str]]:
    """What a writer says from now on until it is dead: pairs of a word and a request id."""
    assert process.stdout is not None
    said = await process.stdout.read()
    await process.wait()
    whole = said[: said.rfind(b"\n") + 1].decode().splitlines()
    return {(word, request_id) for word, request_id in map(str.split, whole)}


async def kill_after(process: asyncio.subprocess.Process, lines: int) -> set[tuple[str, str]]:
    """What a writer says if it is killed (-9) after so many lines."""
    assert process.stdout is not None
    said = {tuple((await process.stdout.readline()).decode().split()) for _ in range(lines)}
    process.send_signal(signal.SIGKILL)
    return {(word, request_id) for word, request_id in said} | await rest_of(process)


def newest(db: Engine) -> int:
    with reading(db) as connection:
        return connection.scalar(select(func.max(journal.c.seq))) or 0


def assert_all_there_once(db: Engine, folder: Path, acknowledged: set[str]) -> None:
    found = Counter(stored_ids(db))
    assert set(found.values()) <= {1}
    assert acknowledged <= set(found)
    for writer in known_writers(db, folder):
        verify_writer(db, folder, writer)


async def test_killed_writers_lose_nothing_they_acknowledged(
    db: Engine, folder: Path, stop: StopSignal
) -> None:
    chance = random.Random(1)
    acknowledged: set[str] = set()
    shipper = Shipper(db, folder, stop)
    for life in range(5):
        process = await start("writing", folder, f"life{life}", 8192)
        said = await kill_after(process, chance.randrange(1, 400))
        acknowledged |= {request_id for word, request_id in said if word == "done"}
        assert shipper.ship()
    assert len(acknowledged) >= 5
    assert shipper.ship()
    assert_all_there_once(db, folder, acknowledged)
    assert spool_files(folder) == []


async def test_killed_shippers_repeat_nothing(db: Engine, folder: Path, url: str, stop: StopSignal) -> None:
    chance = random.Random(2)
    writer = await start("writing", folder, "w", 65536)
    saying = asyncio.create_task(rest_of(writer))
    for _ in range(4):
        shipping = await start("shipping", url, folder)
        before = newest(db)
        await eventually(lambda known=before: newest(db) > known, "more is in the database")
        await asyncio.sleep(chance.random() / 20)
        shipping.send_signal(signal.SIGKILL)
        await shipping.wait()
    writer.send_signal(signal.SIGKILL)
    said = await saying
    assert Shipper(db, folder, stop).ship()
    assert_all_there_once(db, folder, {request_id for _, request_id in said})
    assert spool_files(folder) == []


async def test_a_full_disk_refuses_then_goes_on(db: Engine, folder: Path, stop: StopSignal) -> None:
    # Files may not pass 40 KiB, and the writer means to fill them up to 1 MiB: each is full in the middle of a group.
    process = await start("writing", folder, "w", 2**20, 40 * 1024)
    said = await kill_after(process, 1000)
    refused = {request_id for word, request_id in said if word == "refused"}
    acknowledged = {request_id for word, request_id in said if word == "done"}
    assert refused and acknowledged
    assert Shipper(db, folder, stop).ship()
    assert_all_there_once(db, folder, acknowledged)
    assert len(known_writers(db, folder)) > 1
    assert not refused & set(stored_ids(db))


async def test_sigterm_ends_the_shipper_in_order(db: Engine, folder: Path, url: str) -> None:
    await write(folder, ["a"])
    process = await start("shipping", url, folder)
    await eventually(lambda: stored_ids(db) and not spool_files(folder), "all is in the database")
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 60) == 0
    assert spool_files(folder) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_a_sleep(stop: StopSignal, number: signal.Signals) -> None:
    handlers = {known: signal.getsignal(known) for known in (signal.SIGTERM, signal.SIGINT)}
    try:
        stop.listen()
        os.kill(os.getpid(), number)
        stop.wait(3600)
        assert stop.is_set()
    finally:
        for known, handler in handlers.items():
            signal.signal(known, handler)
