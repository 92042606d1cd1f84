"""The journal for the admin plane: pages of what happened, and one record with its concealed text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, or_, select

from serve.errors import InvalidRequest, NotFound
from serve.records.database import reading
from serve.records.tables import journal

_TEXTS = ("prompt", "answer")


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which records, newest first; None leaves it open. `until` itself is not included."""

    tenant: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Records without their texts, and where the next page begins, if there is one."""

    records: list[Mapping[str, Any]]
    next_cursor: str | None


def read_page(db: Engine, wanted: JournalFilter, limit: int) -> JournalPage:
    """Raises InvalidRequest for a cursor that isn't one of ours, RecordsUnavailable."""
    query = (
        select(*(column for column in journal.c if column.name not in _TEXTS))
        .where(*_conditions(wanted))
        .order_by(journal.c.at.desc(), journal.c.request_id.desc())
        .limit(limit + 1)
    )
    with reading(db) as connection:
        rows = [row._mapping for row in connection.execute(query)]
    page = rows[:limit]
    return JournalPage([dict(row) for row in page], _cursor(page[-1]) if len(rows) > limit else None)


def read_record(db: Engine, request_id: str) -> Mapping[str, Any]:
    """One whole record. Raises NotFound, RecordsUnavailable."""
    with reading(db) as connection:
        row = connection.execute(select(journal).where(journal.c.request_id == request_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such record.")
    return dict(row._mapping)


def _conditions(wanted: JournalFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.tenant is not None:
        conditions.append(journal.c.tenant == wanted.tenant)
    if wanted.outcome is not None:
        conditions.append(journal.c.outcome == wanted.outcome)
    if wanted.since is not None:
        conditions.append(journal.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(journal.c.at < wanted.until)
    if wanted.cursor is not None:
        at, request_id = _parse_cursor(wanted.cursor)
        older = and_(journal.c.at == at, journal.c.request_id < request_id)
        conditions.append(or_(journal.c.at < at, older))
    return conditions


def _cursor(row: Mapping[Any, Any]) -> str:
    return base64.urlsafe_b64encode(f"{row['at'].isoformat()} {row['request_id']}".encode()).decode()


def _parse_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        at, _, request_id = base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii").partition(" ")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not request_id.isprintable():
            raise ValueError
    except (ValueError, binascii.Error, OverflowError):
        raise InvalidRequest(param="cursor") from None
    return moment, request_id
