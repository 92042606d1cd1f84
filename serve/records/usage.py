"""Use by day, tenant and model, read from the journal: there is no second book that could disagree with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import ColumnElement, Engine, String, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from serve.records.database import reading
from serve.records.tables import journal

TAIPEI = timezone(timedelta(hours=8), "Asia/Taipei")  # no summer time since 1979


@dataclass(frozen=True, slots=True)
class Usage:
    """What one tenant used of one model on one day (Asia/Taipei)."""

    day: date
    tenant: str | None
    model: str | None
    requests: int
    prompt_tokens: int
    completion_tokens: int


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """Which days (both included) and whose; None leaves it open."""

    tenant: str | None = None
    since: date | None = None
    until: date | None = None


class _taipei_day(FunctionElement[str]):  # noqa: N801 - an SQL function
    """The day in Taipei of a stored time, as YYYY-MM-DD."""

    type = String()
    inherit_cache = True


@compiles(_taipei_day, "sqlite")
def _sqlite_day(element: _taipei_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"strftime('%Y-%m-%d', {compiler.process(element.clauses, **options)}, '+8 hours')"


@compiles(_taipei_day, "postgresql")
def _postgres_day(element: _taipei_day, compiler: SQLCompiler, **options: Any) -> str:
    return f"to_char(timezone('Asia/Taipei', {compiler.process(element.clauses, **options)}), 'YYYY-MM-DD')"


def read_usage(db: Engine, wanted: UsageFilter) -> Sequence[Usage]:
    """The newest day first. Raises RecordsUnavailable."""
    day: ColumnElement[str] = _taipei_day(journal.c.at)
    query = (
        select(
            day.label("day"),
            journal.c.tenant,
            journal.c.model,
            func.count().label("requests"),
            func.sum(journal.c.prompt_tokens).label("prompt_tokens"),
            func.sum(journal.c.completion_tokens).label("completion_tokens"),
        )
        .where(*_conditions(wanted))
        .group_by("day", journal.c.tenant, journal.c.model)
        .order_by(day.desc(), journal.c.tenant, journal.c.model)
    )
    with reading(db) as connection:
        return [
            Usage(
                date.fromisoformat(row.day),
                row.tenant,
                row.model,
                row.requests,
                int(row.prompt_tokens),
                int(row.completion_tokens),
            )
            for row in connection.execute(query)
        ]


def _conditions(wanted: UsageFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.tenant is not None:
        conditions.append(journal.c.tenant == wanted.tenant)
    if wanted.since is not None:
        conditions.append(journal.c.at >= datetime.combine(wanted.since, time.min, TAIPEI))
    if wanted.until is not None:
        conditions.append(journal.c.at < datetime.combine(wanted.until, time.min, TAIPEI) + timedelta(days=1))
    return conditions
