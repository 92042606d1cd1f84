"""/admin/adapters: a version's life, step by step. Each step is recorded with its person, and told to all gateways."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from serve.admin.access import Person
from serve.admin.adapter_views import find_compared, look_at, look_at_all, require_visible
from serve.admin.adapters_wire import (
    AdapterDetailOut,
    AdapterOut,
    ApproveIn,
    CanaryIn,
    ComparedOut,
    EventOut,
    LoadIn,
    Name,
    Public,
    ReasonIn,
    ReportOut,
    RetireIn,
    StepOut,
    Version,
    adapter_out,
    compared_out,
    detail_out,
    pending_out,
    report_out,
)
from serve.admin.services import Parts, Services, User
from serve.errors import NotFound, ServeError
from serve.records import lifecycle
from serve.records.approvals import Outcome
from serve.records.audit import AdminEvent, record_admin
from serve.records.history import history
from serve.records.reports import get_report, record_report
from serve.records.roles import Right
from serve.records.transitions import Act
from serve.records.versions import get_adapter

router = APIRouter(prefix="/admin/adapters", tags=["adapters"])

UPLOAD_PATH = "/admin/adapters"
REPORT_PAGE_HEADERS = {
    "content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
_ARCHIVE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    "description": "A .tar, .tar.gz or .zip of one adapter folder.",
}


@router.post("", status_code=201, openapi_extra={"requestBody": _ARCHIVE})
async def submit(
    request: Request, parts: Parts, user: User, response: Response, ministry: Public
) -> AdapterDetailOut:
    """Submit an archive as the raw body. 201 for a new version, 200 for content that is a version already."""
    act = Act(user.name, user.role)
    try:
        user.role.require(Right.SUBMIT, ministry)
        async with parts.steps.uploads.receive(ministry, request.stream()) as received:
            adapter, is_new = await parts.steps.submit(ministry, received, act)
    except ServeError as exc:
        if exc.status in (403, 422):  # refused before the life cycle, which records its own refusals
            await asyncio.to_thread(
                record_admin, parts.db, AdminEvent(user.name, "adapter.submit", ministry, exc.code)
            )
        raise
    response.status_code = 201 if is_new else 200
    return await _detail(parts, user, adapter.spec.version)


@router.get("")
def list_versions(parts: Parts, user: User, public: Public | None = None) -> list[AdapterOut]:
    """Every version that you may see, by name, newest first."""
    return [adapter_out(look) for look in look_at_all(parts.steps.desk, user.role, public)]


@router.get("/{version}")
def get_version(version: Version, parts: Parts, user: User) -> AdapterDetailOut:
    """One version with its card and its phase on each replica."""
    return detail_out(look_at(parts.steps.desk, user.role, version), user)


@router.get("/{name}/history")
def get_history(name: Name, parts: Parts, user: User) -> list[EventOut]:
    """Who did what with a version or a public name, when and why; newest first."""
    require_visible(parts.steps.desk, user.role, name.partition("@")[0])
    return [
        EventOut(
            id=row.id,
            at=row.at,
            actor=row.event.actor,
            action=row.event.action,
            object=row.event.object,
            outcome=row.event.outcome,
            details=dict(row.event.details),
        )
        for row in history(parts.db, name)
    ]


@router.get("/{version}/report")
def get_version_report(version: Version, parts: Parts, user: User) -> ReportOut:
    """The newest evaluation with the gates' verdict and reasons."""
    look_at(parts.steps.desk, user.role, version)
    return report_out(version, get_report(parts.db, version))


@router.get("/{version}/report.html", response_class=HTMLResponse)
def get_report_page(version: Version, parts: Parts, user: User) -> HTMLResponse:
    """The same as a page that needs nothing else."""
    look_at(parts.steps.desk, user.role, version)
    return HTMLResponse(get_report(parts.db, version).judgement.page, headers=REPORT_PAGE_HEADERS)


@router.post(
    "/{version}/report", openapi_extra={"requestBody": {"content": {"application/json": {"schema": {}}}}}
)
async def post_report(version: Version, request: Request, parts: Parts, user: User) -> ReportOut:
    """Record an evaluation (operators). The gates are looked at here; the version becomes evaluated or rejected."""
    adapter = await asyncio.to_thread(get_adapter, parts.db, version)
    user.role.require(Right.REPORT, adapter.spec.ministry)
    judgement = await asyncio.to_thread(parts.steps.judge.judge, adapter.spec, await request.body())
    await asyncio.to_thread(record_report, parts.db, version, judgement, Act(user.name, user.role))
    return report_out(version, await asyncio.to_thread(get_report, parts.db, version))


@router.get("/{version}/compared")
def get_compared(version: Version, parts: Parts, user: User) -> ComparedOut:
    """Where the version can be evaluated now (operators); 404 until a replica holds all that is compared."""
    adapter = get_adapter(parts.db, version)
    user.role.require(Right.REPORT, adapter.spec.ministry)
    compared = find_compared(parts.db, adapter)
    if compared is None:
        raise NotFound("No replica holds this version yet.", param="version")
    return compared_out(compared)


@router.post("/{version}/load")
async def load(version: Version, body: LoadIn, parts: Parts, user: User) -> AdapterDetailOut:
    """Let the engines hold the version for a while, for its evaluation or before it is promoted."""
    await parts.steps.take(lifecycle.request_load, parts.db, version, body.seconds, Act(user.name, user.role))
    return await _detail(parts, user, version)


@router.post("/{version}/canary")
async def start_canary(version: Version, body: CanaryIn, parts: Parts, user: User) -> StepOut:
    """Give the version a share of its name's conversations."""
    adapter = await parts.steps.take(parts.steps.desk.start_canary, version, body.weight, _act(user, body))
    return await _done(parts, user, Outcome(adapter))


@router.post("/{public}/withdraw")
async def withdraw(public: Public, body: ReasonIn, parts: Parts, user: User) -> StepOut:
    """End the name's canary."""
    adapter = await parts.steps.take(lifecycle.withdraw, parts.db, public, _act(user, body))
    return await _done(parts, user, Outcome(adapter))


@router.post("/{version}/promote", responses={202: {"model": StepOut}})
async def promote(version: Version, body: ReasonIn, parts: Parts, user: User, response: Response) -> StepOut:
    """Let the version answer alone; 202 when a second person has to approve it first."""
    outcome = await parts.steps.take(parts.steps.desk.promote, version, _act(user, body))
    return await _done(parts, user, outcome, response)


@router.post("/{public}/roll-back", responses={202: {"model": StepOut}})
async def roll_back(public: Public, body: ReasonIn, parts: Parts, user: User, response: Response) -> StepOut:
    """Let the version before answer again; 202 when a second person has to approve it first."""
    outcome = await parts.steps.take(parts.steps.desk.roll_back, public, _act(user, body))
    return await _done(parts, user, outcome, response)


@router.post("/{version}/retire", responses={202: {"model": StepOut}})
async def retire(version: Version, body: RetireIn, parts: Parts, user: User, response: Response) -> StepOut:
    """End the version for good."""
    outcome = await parts.steps.take(parts.steps.desk.retire, version, _act(user, body), last=body.last)
    return await _done(parts, user, outcome, response)


@router.post("/{version}/approve")
async def approve(version: Version, body: ApproveIn, parts: Parts, user: User) -> StepOut:
    """Take the step that somebody else asked for."""
    act = Act(user.name, user.role, body.reason)
    return await _done(parts, user, await parts.steps.take(parts.steps.desk.approve, version, act))


def _act(user: Person, body: ReasonIn) -> Act:
    return Act(user.name, user.role, body.reason)


async def _detail(parts: Services, user: Person, version: str) -> AdapterDetailOut:
    return detail_out(await asyncio.to_thread(look_at, parts.steps.desk, user.role, version), user)


async def _done(parts: Services, user: Person, outcome: Outcome, response: Response | None = None) -> StepOut:
    if outcome.pending is not None and response is not None:
        response.status_code = 202
    detail = await _detail(parts, user, outcome.adapter.spec.version)
    pending = None if outcome.pending is None else pending_out(outcome.pending)
    return StepOut(adapter=detail, pending=pending)
