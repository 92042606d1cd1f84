"""A version's or a name's history: what the chained audit says of it, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine, or_, select

from serve.records.audit import AuditRow, audit_row
from serve.records.database import reading
from serve.records.naming import SLUG, VERSION, check
from serve.records.tables import admin_audit

MOST_ROWS = 1000
_ACTIONS = "adapter."


def history(db: Engine, name: str) -> Sequence[AuditRow]:
    """Events of `mof@7`, or of everything that is or was called `mof`, newest first.

    A version's history also has the steps of others that moved it: the promotion that put it on standby.
    Raises InvalidRequest, RecordsUnavailable.
    """
    is_version = "@" in name
    check(VERSION if is_version else SLUG, name, "name")
    public = name.partition("@")[0]
    column = admin_audit.c.object
    wanted = or_(column == public, column.startswith(public + "@", autoescape=True))
    query = (
        select(admin_audit)
        .where(admin_audit.c.action.startswith(_ACTIONS), wanted)
        .order_by(admin_audit.c.id.desc())
        .limit(MOST_ROWS)
    )
    with reading(db) as connection:
        rows = [audit_row(row) for row in connection.execute(query)]
    return [row for row in rows if not is_version or _concerns(row, name)]


def _concerns(row: AuditRow, version: str) -> bool:
    details = row.event.details
    named = {row.event.object, details.get("version"), *details.get("shares", ())}
    return version in named or version in details.get("shares_before", ())
