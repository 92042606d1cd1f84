"""The journal in the database: rows and cursors move together, so each record arrives exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, insert, select, update

from serve.journal.chain import BEGINNING, BrokenChainError, Link, Position
from serve.journal.rows import request_ids, to_link, to_row
from serve.records.database import reading, writing
from serve.records.journal_tables import journal, journal_anchors, journal_cursors

_STREAM_ROWS = 500


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a writer's spool is in the database: a byte offset in a file, and a place in the chain."""

    writer: str
    segment: str = ""
    offset: int = 0
    position: Position = BEGINNING


def load_cursors(db: Engine) -> dict[str, Cursor]:
    """Every writer's cursor. Raises RecordsUnavailable."""
    with reading(db) as connection:
        return {row.writer: _cursor(row) for row in connection.execute(select(journal_cursors))}


def load_cursor(connection: Connection, writer: str) -> Cursor:
    """One writer's cursor, at the chain's beginning for a writer never seen."""
    row = connection.execute(select(journal_cursors).where(journal_cursors.c.writer == writer)).one_or_none()
    return Cursor(writer) if row is None else _cursor(row)


def store(db: Engine, links: Sequence[Link], old: Cursor, new: Cursor) -> bool:
    """Insert the records between two cursors and move the cursor, in one transaction.

    False, and nothing done, when the stored cursor is not `old`: someone else shipped meanwhile.
    Raises RecordsUnavailable.
    """
    with writing(db) as connection:
        if load_cursor(connection, old.writer) != old:
            return False
        taken = _taken(connection, set(request_ids(links)))
        rows = []
        for item in links:
            rows.append(to_row(item, taken))
            taken.add(rows[-1]["request_id"])
        if rows:
            connection.execute(insert(journal), rows)
        values = {
            "segment": new.segment,
            "offset": new.offset,
            "seq": new.position.seq,
            "last_hash": new.position.last_hash,
        }
        known = journal_cursors.c.writer == new.writer
        if connection.execute(update(journal_cursors).where(known).values(values)).rowcount == 0:
            connection.execute(insert(journal_cursors).values(writer=new.writer, **values))
    return True


def writers(connection: Connection) -> list[str]:
    """Every writer that has rows, a cursor or an anchor."""
    tables = (journal.c.writer, journal_cursors.c.writer, journal_anchors.c.writer)
    return sorted({name for column in tables for name in connection.scalars(select(column).distinct())})


def start_of(connection: Connection, writer: str) -> Position:
    """Where a writer's rows begin: behind what retention removed, else at the beginning of the chain."""
    anchors = select(journal_anchors).where(journal_anchors.c.writer == writer)
    row = connection.execute(anchors.order_by(journal_anchors.c.seq.desc()).limit(1)).one_or_none()
    return BEGINNING if row is None else Position(row.seq - 1, row.prev_hash)


def read_links(connection: Connection, *conditions: ColumnElement[bool]) -> Iterator[Link]:
    """Chained records by writer and sequence, streamed.

    Raises BrokenChainError where a row holds what no record of ours can hold.
    """
    query = select(journal).where(*conditions).order_by(journal.c.writer, journal.c.seq)
    writer, seq = "", 0
    try:
        for row in connection.execute(query, execution_options={"yield_per": _STREAM_ROWS}).mappings():
            writer, seq = row["writer"], row["seq"]
            yield to_link(row)
    except (TypeError, ValueError, AttributeError):
        raise BrokenChainError(writer, seq, "a value here, or soon after, is not readable") from None


def purge(db: Engine, before: datetime) -> int:
    """Remove the rows older than `before`, oldest first, leaving each writer's chain checkable.

    Only a whole beginning of a chain goes: a row that is older than one before it stays until that one goes too.
    Returns how many rows went. Raises RecordsUnavailable.
    """
    with reading(db) as connection:
        found = list(connection.scalars(select(journal.c.writer).where(journal.c.at < before).distinct()))
    return sum(_purge_writer(db, writer, before) for writer in found)


def _purge_writer(db: Engine, writer: str, before: datetime) -> int:
    own = journal.c.writer == writer
    with writing(db) as connection:
        keep = connection.scalar(select(func.min(journal.c.seq)).where(own, journal.c.at >= before))
        if keep is None:
            newest = select(journal.c.seq, journal.c.hash).where(own).order_by(journal.c.seq.desc()).limit(1)
            last = connection.execute(newest).one_or_none()
            if last is None:
                return 0
            keep, prev_hash = last.seq + 1, last.hash
        else:
            prev_hash = connection.scalar(select(journal.c.prev_hash).where(own, journal.c.seq == keep))
        removed = connection.execute(delete(journal).where(own, journal.c.seq < keep)).rowcount
        if removed:
            connection.execute(delete(journal_anchors).where(journal_anchors.c.writer == writer))
            connection.execute(insert(journal_anchors).values(writer=writer, seq=keep, prev_hash=prev_hash))
    return removed


def _taken(connection: Connection, wanted: set[str]) -> set[str]:
    known: set[str] = set()
    names = sorted(wanted)
    for begin in range(0, len(names), _STREAM_ROWS):
        part = names[begin : begin + _STREAM_ROWS]
        known.update(connection.scalars(select(journal.c.request_id).where(journal.c.request_id.in_(part))))
    return known


def _cursor(row: Any) -> Cursor:
    return Cursor(row.writer, row.segment, row.offset, Position(row.seq, row.last_hash))
