"""Recomputes the chains, in the database and in the spool behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from serve.journal.chain import BrokenChainError, CorruptLineError, Link, Position, from_line, verify
from serve.journal.files import SpoolFile, files_by_writer, read_lines
from serve.journal.store import Cursor, load_cursor, read_links, start_of, writers
from serve.records.database import reading
from serve.records.journal_tables import journal

_TRIES = 3  # shipping or purging in the middle of a check looks like a flaw


@dataclass(frozen=True, slots=True)
class Verified:
    """A chain that holds: how many records of it are in the database and how many still in the spool."""

    writer: str
    shipped: int
    spooled: int


def known_writers(db: Engine, folder: Path) -> list[str]:
    """Every writer in the database or the spool. Raises RecordsUnavailable, OSError."""
    with reading(db) as connection:
        return sorted({*writers(connection), *files_by_writer(folder)})


def verify_writer(db: Engine, folder: Path, writer: str) -> Verified:
    """Check one writer from its beginning (or what retention left) to the last complete line in the spool.

    Raises BrokenChainError naming the first flaw, RecordsUnavailable, OSError.
    """
    for attempt in range(1, _TRIES + 1):
        before = _marks(db, writer)
        try:
            return _verify(db, folder, writer)
        except BrokenChainError:
            if attempt == _TRIES or _marks(db, writer) == before:
                raise
    raise AssertionError("unreachable")


def _verify(db: Engine, folder: Path, writer: str) -> Verified:
    with reading(db) as connection:
        start, cursor = start_of(connection, writer), load_cursor(connection, writer)
        end = verify(writer, read_links(connection, journal.c.writer == writer), start)
    if end != cursor.position:
        raise BrokenChainError(writer, end.seq + 1, "records at the end are missing or were added")
    spooled = verify(writer, _unshipped(cursor, files_by_writer(folder).get(writer, [])), end)
    return Verified(writer, end.seq - start.seq, spooled.seq - end.seq)


def _marks(db: Engine, writer: str) -> tuple[Position, Cursor]:
    with reading(db) as connection:
        return start_of(connection, writer), load_cursor(connection, writer)


def _unshipped(cursor: Cursor, files: list[SpoolFile]) -> Iterator[Link]:
    seq = cursor.position.seq
    for file in files:
        if file.name < cursor.segment:
            continue
        offset = cursor.offset if file.name == cursor.segment else 0
        while True:
            lines, offset = read_lines(file.path, offset)
            if not lines:
                break
            for line in lines:
                seq += 1
                try:
                    yield from_line(line)
                except CorruptLineError:
                    raise BrokenChainError(cursor.writer, seq, "line in the spool is not a record") from None
