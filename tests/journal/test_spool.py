"""An append that returned is on the disk; one that can't be written says so, and the spool heals by itself."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import logging
import stat
import threading
from pathlib import Path

import pytest

from serve.errors import JournalUnavailable
from serve.journal import segment
from serve.journal.chain import BEGINNING, from_line, verify
from serve.journal.spool import Spool
from tests.journal.support import CANARY, record, spool_files, write


def read_chain(folder: Path, writer: str) -> list[bytes]:
    """A writer's records in order, after checking the chain."""
    lines = [line for path in spool_files(folder) if path.name.startswith(writer) for line in path.open("rb")]
    links = [from_line(line) for line in lines]
    verify(writer, links, BEGINNING)
    return [item.record for item in links]


async def until_usable(spool: Spool) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                spool.check()
            except JournalUnavailable:
                await asyncio.sleep(0.02)
            else:
                return


async def test_what_was_appended_can_be_read_at_once(spool: Spool, folder: Path) -> None:
    spool.check()
    for number in range(3):
        await spool.append(record(f"r{number}"))
        assert len(read_chain(folder, spool.writer)) == number + 1


async def test_many_at_once_are_all_written_in_one_chain(spool: Spool, folder: Path) -> None:
    await asyncio.gather(*(spool.append(record(f"r{number}")) for number in range(3000)))
    found = read_chain(folder, spool.writer)
    assert len(found) == len(set(found)) == 3000


async def test_files_are_private_locked_and_follow_one_another(folder: Path) -> None:
    spool = Spool(folder, "w", 4096)
    await spool.open()
    for number in range(30):
        await spool.append(record(f"r{number}"))
    paths = spool_files(folder)
    assert [path.name for path in paths] == [f"w.{number:06d}.jsonl" for number in range(len(paths))]
    assert len(paths) > 3
    assert mode(folder) == 0o700
    assert set(map(mode, paths)) == {0o600}
    assert [is_locked(path) for path in paths] == [False] * (len(paths) - 1) + [True]
    assert len(read_chain(folder, "w")) == 30
    await spool.close()
    assert not is_locked(paths[-1])


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def is_locked(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


async def test_an_unused_spool_leaves_nothing(folder: Path) -> None:
    await write(folder, [])
    assert spool_files(folder) == []


async def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    spool = Spool(tmp_path / "file" / "spool", None, 4096)
    with pytest.raises(JournalUnavailable):
        spool.check()
    with pytest.raises(JournalUnavailable):
        await spool.open()


async def test_after_closing_nothing_is_taken(folder: Path) -> None:
    spool = Spool(folder, None, 4096)
    await spool.open()
    waiting = [asyncio.ensure_future(spool.append(record(f"r{number}"))) for number in range(5)]
    await asyncio.sleep(0)
    await spool.close()
    await asyncio.gather(*waiting)
    assert len(read_chain(folder, spool.writer)) == 5
    with pytest.raises(JournalUnavailable):
        spool.check()
    with pytest.raises(JournalUnavailable):
        await spool.append(record("late"))


@pytest.mark.parametrize("broken_call", ["write", "fdatasync"])
async def test_a_failing_disk_refuses_and_then_heals(
    spool: Spool,
    folder: Path,
    broken_call: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await spool.append(record("before"))
    first = spool.writer

    def fail(*_: object) -> int:
        raise OSError(errno.ENOSPC, f"{CANARY}")

    with monkeypatch.context() as patch:
        patch.setattr(segment.os, broken_call, fail)
        results = await asyncio.gather(
            *(spool.append(record(f"lost{number}")) for number in range(20)), return_exceptions=True
        )
        assert all(isinstance(result, JournalUnavailable) for result in results)
        with pytest.raises(JournalUnavailable):
            spool.check()
    await until_usable(spool)
    await spool.append(record("after"))
    assert spool.writer != first
    assert [b"before" in found for found in read_chain(folder, first)] == [True]
    assert [b"after" in found for found in read_chain(folder, spool.writer)] == [True]
    lines = [line for line in caplog.records if line.name.startswith("serve.journal")]
    assert [line.levelno for line in lines] == [logging.ERROR, logging.WARNING]
    assert CANARY not in caplog.text


async def test_a_bug_in_the_writing_thread_leaves_nobody_waiting(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(segment.os, "write", fail)
        with pytest.raises(JournalUnavailable):
            await asyncio.wait_for(spool.append(record("r")), 30)
    await until_usable(spool)
    await spool.append(record("s"))


async def test_a_full_queue_refuses(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(folder, None, 4096, queue_limit=2)
    await spool.open()
    gate = threading.Event()
    monkeypatch.setattr(segment.os, "fdatasync", lambda _: gate.wait(30))
    waiting = [asyncio.ensure_future(spool.append(record(f"r{number}"))) for number in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(JournalUnavailable):
        spool.check()
    with pytest.raises(JournalUnavailable):
        await spool.append(record("r2"))
    gate.set()
    await asyncio.gather(*waiting)
    spool.check()
    await spool.close()


async def test_a_cancelled_append_disturbs_nobody(spool: Spool, folder: Path) -> None:
    tasks = [asyncio.ensure_future(spool.append(record(f"r{number}"))) for number in range(50)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results[::2]] == [asyncio.CancelledError] * 25
    assert results[1::2] == [None] * 25
    found = b"".join(read_chain(folder, spool.writer))
    assert all(b'"r%d"' % number in found for number in range(1, 50, 2))
