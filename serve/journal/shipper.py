"""Carries the spool into the database: in order, checked, exactly once, whatever dies on the way.

A file is deleted only after its records are committed and its writer is gone or has gone on to the next file.
A writer whose spool was changed is stopped with one line in the log; the others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Engine

from serve.errors import RecordsUnavailable
from serve.journal.backlog import measure
from serve.journal.chain import BrokenChainError, CorruptLineError, Link, Position, from_line, verify
from serve.journal.files import SpoolFile, files_by_writer, read_lines, remove_if_abandoned, remove_orphans
from serve.journal.stop import StopSignal
from serve.journal.store import Cursor, load_cursors, store
from serve.metrics import SHIP_FAILURES

log = logging.getLogger(__name__)


class Shipper:
    """Ships one spool folder; there must be only one at a time (`files.only_shipper`)."""

    def __init__(self, db: Engine, folder: Path, stop: StopSignal) -> None:
        self._db = db
        self._folder = folder
        self._stop = stop
        self._cursors: dict[str, Cursor] = {}
        self._stopped: set[str] = set()
        self._failing = False

    def ship(self) -> bool:
        """Ship all that lies there, unless told to stop; false when the database or the disk failed.

        Failures are counted and logged once per outage; the next call tries again.
        """
        try:
            remove_orphans(self._folder)
            self._cursors = load_cursors(self._db)
            for writer, files in files_by_writer(self._folder).items():
                if writer not in self._stopped:
                    self._ship_writer(self._cursors.get(writer, Cursor(writer)), files)
        except (RecordsUnavailable, OSError) as exc:
            self._failed(exc)
            return False
        finally:
            measure(self._folder, self._cursors)
        if self._failing:
            log.warning("journal: shipping again")
        self._failing = False
        return True

    def _ship_writer(self, cursor: Cursor, files: Sequence[SpoolFile]) -> None:
        try:
            for file in files:
                if file.name >= cursor.segment:
                    cursor = self._ship_file(cursor, file)
                if self._stop.is_set():
                    return
                remove_if_abandoned(file.path, cursor.offset if file.name == cursor.segment else None)
        except BrokenChainError as exc:
            self._stopped.add(cursor.writer)
            SHIP_FAILURES.inc()
            log.error("journal: spool of %s; this writer is not shipped any further", exc)

    def _ship_file(self, cursor: Cursor, file: SpoolFile) -> Cursor:
        """Ship a file's complete lines. Raises BrokenChainError after shipping what comes before the flaw."""
        if file.name != cursor.segment:
            cursor = Cursor(cursor.writer, file.name, 0, cursor.position)
        while not self._stop.is_set():
            lines, _ = read_lines(file.path, cursor.offset)
            if not lines:
                break
            links, flaw = _follow(cursor, lines)
            shipped = sum(len(line) for line in lines[: len(links)])
            position = Position(links[-1].seq, links[-1].hash) if links else cursor.position
            cursor = self._store(links, Cursor(cursor.writer, file.name, cursor.offset + shipped, position))
            if flaw is not None:
                raise flaw
        return cursor

    def _store(self, links: Sequence[Link], new: Cursor) -> Cursor:
        if links:
            if not store(self._db, links, self._cursors.get(new.writer, Cursor(new.writer)), new):
                raise RecordsUnavailable("Another shipper moved the cursor.")
            self._cursors[new.writer] = new
        return new

    def _failed(self, error: Exception) -> None:
        SHIP_FAILURES.inc()
        if not self._failing:
            log.error("journal: shipping fails (%s); the spool keeps the records", type(error).__name__)
        self._failing = True


def _follow(cursor: Cursor, lines: Sequence[bytes]) -> tuple[list[Link], BrokenChainError | None]:
    """The links that continue the chain, and the flaw that ends them, if there is one."""
    links: list[Link] = []
    position = cursor.position
    for line in lines:
        try:
            item = from_line(line)
            position = verify(cursor.writer, [item], position)
        except CorruptLineError:
            return links, BrokenChainError(cursor.writer, position.seq + 1, "line is not a record")
        except BrokenChainError as exc:
            return links, exc
        links.append(item)
    return links, None
