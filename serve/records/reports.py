"""What evaluations found, every one of them; the newest counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert, select

from serve.errors import NotFound
from serve.records import lifecycle, transitions
from serve.records.adapter_tables import reports
from serve.records.columns import utc_now
from serve.records.database import reading
from serve.records.transitions import Act
from serve.records.versions import Adapter, get_adapter


@dataclass(frozen=True, slots=True)
class Judgement:
    """A report, what the gates say of it with every reason, and the page for people."""

    passed: bool
    report: Mapping[str, Any]
    reasons: Sequence[Mapping[str, Any]]
    page: str


@dataclass(frozen=True, slots=True)
class RecordedReport:
    """A judgement with who recorded it and when."""

    judgement: Judgement
    actor: str
    created_at: datetime


def record_report(db: Engine, version: str, judgement: Judgement, act: Act) -> Adapter:
    """Record the report and take the version to its stage; what answers or stands by keeps its own.

    Raises NotFound, Forbidden, StepNotAllowed, RecordsUnavailable.
    """
    with lifecycle.moving(db, "evaluate", version, act.checked()) as move:
        transitions.judge(move, version, judgement.passed)
        failed = [reason["gate"] for reason in judgement.reasons if not reason["passed"]]
        move.details.update(passed=judgement.passed, failed=failed)
        values = {
            "version": version,
            "passed": judgement.passed,
            "report": dict(judgement.report),
            "reasons": [dict(reason) for reason in judgement.reasons],
            "page": judgement.page,
            "actor": act.actor,
            "created_at": utc_now(),
        }
        move.connection.execute(insert(reports).values(values))
    return get_adapter(db, version)


def find_report(db: Engine, version: str) -> RecordedReport | None:
    """The version's newest report, or None. Raises RecordsUnavailable."""
    query = select(reports).where(reports.c.version == version).order_by(reports.c.id.desc()).limit(1)
    with reading(db) as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        return None
    judgement = Judgement(row.passed, row.report, row.reasons, row.page)
    return RecordedReport(judgement, row.actor, row.created_at)


def get_report(db: Engine, version: str) -> RecordedReport:
    """Raises NotFound, RecordsUnavailable."""
    found = find_report(db, version)
    if found is None:
        raise NotFound("This version has no evaluation report yet.", param="version")
    return found
