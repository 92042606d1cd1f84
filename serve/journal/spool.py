"""The journal's spool: an append returns only when the record is on the disk.

One thread takes all waiting records, writes them with one fdatasync (group commit) and wakes the event loop once.
When the disk fails, appends raise JournalUnavailable, `check` refuses requests before they are served, and the
thread tries the disk every second until it works again (annex 10, #21: a defined action when logging fails).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from serve.errors import JournalUnavailable
from serve.journal.record import JournalRecord, encode
from serve.journal.writer import ChainWriter
from serve.metrics import JOURNAL_FAILURES, JOURNAL_RECORDS

log = logging.getLogger(__name__)

QUEUE_LIMIT = 10_000
GROUP_LIMIT = 1_000
RETRY_S = 1.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    record: bytes
    done: asyncio.Future[None]

    def __repr__(self) -> str:
        return "_Waiting()"


class Spool:
    """A process's own chain of spool files in `folder` (mode 700; files 600).

    `writer` is None for a fresh unique name. A file is followed by the next once it has `segment_bytes`.
    """

    def __init__(
        self, folder: Path, writer: str | None, segment_bytes: int, *, queue_limit: int = QUEUE_LIMIT
    ) -> None:
        self._chain = ChainWriter(folder, writer, segment_bytes)
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._queue_limit = queue_limit
        self._waiting = 0
        self._usable = False
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def writer(self) -> str:
        """The present writer's name; a failed write begins a new one."""
        return self._chain.writer

    async def open(self) -> None:
        """Create the first file and start writing. Raises JournalUnavailable when the folder can't be written."""
        self._loop = asyncio.get_running_loop()
        try:
            await asyncio.to_thread(self._chain.open)
        except OSError as exc:
            log.error("journal: the spool can't be opened (%s)", _cause(exc))
            raise JournalUnavailable from None
        self._usable = True
        self._thread = Thread(target=self._run, name="journal-spool", daemon=True)
        self._thread.start()

    async def close(self) -> None:
        """Write what waits, then let go of the file."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._queue.put(None)
        await asyncio.to_thread(thread.join)
        self._usable = False

    def check(self) -> None:
        """Raises JournalUnavailable when an append now would fail: ask before serving."""
        if not self._usable or self._thread is None or self._waiting >= self._queue_limit:
            raise JournalUnavailable

    async def append(self, record: JournalRecord) -> None:
        """Write one record; returns when it is durable.

        Raises JournalUnavailable when it isn't, and InvalidRecordError for a record that the journal can't
        hold. A cancelled append may still be written.
        """
        line = encode(record)
        if self._thread is None or self._loop is None or self._waiting >= self._queue_limit:
            JOURNAL_FAILURES.inc()
            raise JournalUnavailable
        waiting = _Waiting(line, self._loop.create_future())
        self._waiting += 1
        self._queue.put(waiting)
        await waiting.done

    def _run(self) -> None:
        going_on = True
        while going_on:
            group, going_on = self._take()
            if group:
                self._commit(group)
            elif going_on:
                self._recover()
        self._chain.close()

    def _take(self) -> tuple[list[_Waiting], bool]:
        """All that waits, and whether to go on. An empty group while the disk is failing means: try it."""
        group: list[_Waiting] = []
        with suppress(Empty):
            item = self._queue.get(timeout=None if self._usable else RETRY_S)
            while item is not None:
                group.append(item)
                if len(group) == GROUP_LIMIT:
                    return group, True
                item = self._queue.get_nowait()
            return group, False
        return group, True

    def _commit(self, group: Sequence[_Waiting]) -> None:
        try:
            self._chain.write([waiting.record for waiting in group])
        except Exception as exc:  # noqa: BLE001 - the thread's edge: whatever it is, nobody may wait forever
            self._failed(exc)
            JOURNAL_FAILURES.inc(len(group))
            self._wake(group, JournalUnavailable())
        else:
            self._succeeded()
            JOURNAL_RECORDS.inc(len(group))
            self._wake(group, None)

    def _recover(self) -> None:
        try:
            self._chain.recover()
        except OSError as exc:
            self._failed(exc)
        else:
            self._succeeded()

    def _failed(self, error: Exception) -> None:
        if self._usable:
            log.error("journal: the spool can't be written (%s); requests are refused", _cause(error))
        self._usable = False
        self._chain.abandon()

    def _succeeded(self) -> None:
        if not self._usable:
            log.warning("journal: the spool can be written again")
        self._usable = True

    def _wake(self, group: Sequence[_Waiting], error: JournalUnavailable | None) -> None:
        assert self._loop is not None
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._resolve, group, error)

    def _resolve(self, group: Sequence[_Waiting], error: JournalUnavailable | None) -> None:
        self._waiting -= len(group)
        for waiting in group:
            if waiting.done.done():
                continue
            if error is None:
                waiting.done.set_result(None)
            else:
                waiting.done.set_exception(JournalUnavailable(error.text))


def _cause(error: Exception) -> str:
    return (
        f"{type(error).__name__} {error.errno or ''}".strip()
        if isinstance(error, OSError)
        else type(error).__name__
    )
