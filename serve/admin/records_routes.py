"""/admin/journal, usage and audit: what happened, and who did it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime

from serve.admin import journal_pages
from serve.admin.services import Actor, Parts
from serve.admin.wire import (
    AuditOut,
    ChainOut,
    Cursor,
    JournalEntryOut,
    JournalPageOut,
    JournalRecordOut,
    Outcome,
    PageSize,
    RequestId,
    TenantName,
    UsageOut,
)
from serve.records.audit import AdminEvent, AuditRow, find_broken_link, list_audit, record_admin
from serve.records.usage import UsageFilter, read_usage

router = APIRouter(prefix="/admin", tags=["records"])


def _journal_filter(
    tenant: TenantName | None = None,
    outcome: Outcome | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    cursor: Cursor | None = None,
) -> journal_pages.JournalFilter:
    return journal_pages.JournalFilter(tenant, outcome, since, until, cursor)


@router.get("/journal")
def get_journal(
    parts: Parts,
    actor: Actor,
    wanted: Annotated[journal_pages.JournalFilter, Depends(_journal_filter)],
    limit: PageSize = 50,
) -> JournalPageOut:
    """Records without their texts, newest first. Looking is recorded."""
    page = journal_pages.read_page(parts.db, wanted, limit)
    asked = {name: str(value) for name, value in asdict(wanted).items() if value is not None}
    record_admin(parts.db, AdminEvent(actor, "journal.list", wanted.tenant or "*", details=asked))
    return JournalPageOut(
        records=[JournalEntryOut.model_validate(record) for record in page.records],
        next_cursor=page.next_cursor,
    )


@router.get("/journal/{request_id}")
def get_journal_record(request_id: RequestId, parts: Parts, actor: Actor) -> JournalRecordOut:
    """One whole record with its de-identified texts. Looking is recorded."""
    record = journal_pages.read_record(parts.db, request_id)
    record_admin(parts.db, AdminEvent(actor, "journal.read", request_id))
    return JournalRecordOut.model_validate(record)


@router.get("/usage")
def get_usage(
    parts: Parts, tenant: TenantName | None = None, since: date | None = None, until: date | None = None
) -> list[UsageOut]:
    """Requests and tokens by day (Asia/Taipei), tenant and model; both days included."""
    return [UsageOut.model_validate(row) for row in read_usage(parts.db, UsageFilter(tenant, since, until))]


@router.get("/audit")
def get_audit(
    parts: Parts, before_id: Annotated[int | None, Query(ge=1, le=2**31)] = None, limit: PageSize = 100
) -> list[AuditOut]:
    """Admin functions, newest first; `before_id` asks for older ones."""
    return [_audit(row) for row in list_audit(parts.db, before_id=before_id, limit=limit)]


@router.get("/audit/verify")
def verify_audit(parts: Parts) -> ChainOut:
    """Recompute the hash chain over all admin functions."""
    broken = find_broken_link(parts.db)
    return ChainOut(intact=broken is None, first_broken_id=broken)


def _audit(row: AuditRow) -> AuditOut:
    event = row.event
    return AuditOut(
        id=row.id,
        at=row.at,
        actor=event.actor,
        action=event.action,
        object=event.object,
        outcome=event.outcome,
        details=dict(event.details),
        hash=row.hash,
    )
