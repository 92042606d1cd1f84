"""Who did what on the admin plane (CR-02, CR-03): one row per admin function, hash-chained.

The row of a success is written in the transaction of the change itself: what can't be recorded doesn't
happen. A refused or failed attempt changes nothing and is recorded on its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, insert, select, text

from serve.errors import RecordsUnavailable, ServeError
from serve.records.columns import utc_now
from serve.records.database import reading, writing
from serve.records.tables import admin_audit

FIRST_HASH = "0" * 64
DONE = "ok"


@dataclass(frozen=True, slots=True)
class AdminEvent:
    """One admin function: actor, stable action name, object, how it went, and details without secrets."""

    actor: str
    action: str
    object: str
    outcome: str = DONE
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A recorded event with its place in the chain."""

    id: int
    at: datetime
    event: AdminEvent
    hash: str


def record_admin(db: Engine, event: AdminEvent) -> None:
    """Write one event in a transaction of its own. Raises RecordsUnavailable."""
    with writing(db) as connection:
        append_event(connection, event)


@contextmanager
def audited(db: Engine, event: AdminEvent) -> Iterator[Connection]:
    """A write transaction that records `event` with its change, or the refusal's code without it.

    Raises what the body raises, and RecordsUnavailable.
    """
    try:
        with writing(db) as connection:
            yield connection
            append_event(connection, event)
    except RecordsUnavailable:
        raise
    except ServeError as exc:
        record_admin(db, AdminEvent(event.actor, event.action, event.object, exc.code, event.details))
        raise


def list_audit(db: Engine, *, before_id: int | None = None, limit: int = 100) -> Sequence[AuditRow]:
    """The newest events first, older than `before_id` where given. Raises RecordsUnavailable."""
    query = select(admin_audit).order_by(admin_audit.c.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(admin_audit.c.id < before_id)
    with reading(db) as connection:
        return [audit_row(row) for row in connection.execute(query)]


def find_broken_link(db: Engine) -> int | None:
    """The id of the first event whose chain doesn't hold, or None. Raises RecordsUnavailable."""
    previous = FIRST_HASH
    with reading(db) as connection:
        for row in connection.execute(select(admin_audit).order_by(admin_audit.c.id)):
            event = audit_row(row).event
            if row.prev_hash != previous or row.hash != _chain_hash(previous, row.at, event):
                return int(row.id)
            previous = row.hash
    return None


def audit_row(row: Row[Any]) -> AuditRow:
    """A row of the audit's table as what it records."""
    event = AdminEvent(row.actor, row.action, row.object, row.outcome, row.details)
    return AuditRow(row.id, row.at, event, row.hash)


def append_event(connection: Connection, event: AdminEvent) -> None:
    """Write one event in a transaction of the caller's."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        connection.execute(text("LOCK TABLE admin_audit IN SHARE ROW EXCLUSIVE MODE"))
    newest = select(admin_audit.c.hash).order_by(admin_audit.c.id.desc()).limit(1)
    previous = connection.execute(newest).scalar_one_or_none() or FIRST_HASH
    at = utc_now()
    connection.execute(
        insert(admin_audit).values(
            at=at,
            actor=event.actor,
            action=event.action,
            object=event.object,
            outcome=event.outcome,
            details=dict(event.details),
            prev_hash=previous,
            hash=_chain_hash(previous, at, event),
        )
    )


def _chain_hash(previous: str, at: datetime, event: AdminEvent) -> str:
    facts = [
        previous,
        at.isoformat(),
        event.actor,
        event.action,
        event.object,
        event.outcome,
        dict(event.details),
    ]
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()
