"""Bodies and answers of /admin/adapters."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from serve.admin.access import Person
from serve.admin.adapter_views import Compared, Look, allowed_steps
from serve.admin.wire import In, Out
from serve.records.approvals import Approval
from serve.records.naming import SLUG, VERSION
from serve.records.reports import RecordedReport
from serve.records.transitions import REASON_LENGTH

Version = Annotated[str, StringConstraints(pattern=VERSION, max_length=128)]
Public = Annotated[str, StringConstraints(pattern=SLUG)]
Name = Annotated[str, StringConstraints(pattern=rf"{SLUG}|{VERSION}", max_length=128)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=REASON_LENGTH)]


class ReasonIn(In):
    """Why; it stays in the history."""

    reason: Reason


class ApproveIn(In):
    """What the second person has to say, if anything."""

    reason: str = Field("", max_length=REASON_LENGTH)


class CanaryIn(ReasonIn):
    """A canary's share of the name's conversations, in percent."""

    weight: int = Field(ge=1, le=99)


class RetireIn(ReasonIn):
    """`last` ends a version that serves: its name leads nowhere afterwards."""

    last: bool = False


class LoadIn(In):
    """How long the engines are to hold a version that neither answers nor stands by."""

    seconds: float = Field(1800, ge=60, le=86400)


class ResidentOut(Out):
    """One replica's phase for a version; `reason` is a code."""

    replica: str
    phase: str
    reason: str
    since: datetime


class PendingOut(Out):
    """A step that waits for a second person."""

    version: str
    step: str
    asked_by: str
    reason: str
    asked_at: datetime
    expires_at: datetime


class AdapterOut(Out):
    """A version: its content, its stage, its share, and on how many replicas it is ready."""

    version: str
    public: str
    digest: str
    ministry: str | None
    as_of: str | None
    created_at: datetime
    changed_at: datetime
    wanted_until: datetime | None
    stage: str
    weight: int
    standing: str
    ready: int
    replicas: int
    pending: list[PendingOut]


class AdapterDetailOut(AdapterOut):
    """A version with its card, what each replica says, and the steps that you may take."""

    card: dict[str, Any]
    residents: list[ResidentOut]
    steps: list[str]


class StepOut(Out):
    """The version after the step, or before it while `pending` waits for a second person."""

    adapter: AdapterDetailOut
    pending: PendingOut | None = None


class EventOut(Out):
    """One event of a history."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    outcome: str
    details: dict[str, Any]


class ReportOut(Out):
    """The newest evaluation: the verdict, every reason, and the report itself."""

    version: str
    passed: bool
    reasons: list[dict[str, Any]]
    report: dict[str, Any]
    actor: str
    created_at: datetime


class ComparedOut(Out):
    """Where a version can be compared, and what it, the base and the serving version are called there."""

    replica: str
    url: str
    candidate: str
    base: str
    serving: str | None


def adapter_out(look: Look) -> AdapterOut:
    """The short form."""
    return AdapterOut.model_validate(_facts(look))


def detail_out(look: Look, person: Person) -> AdapterDetailOut:
    """The long form, for this person."""
    residents = [
        {"replica": one.replica, "phase": one.phase.value, "reason": one.reason, "since": since}
        for one, since in look.residents
    ]
    more = {
        "card": dict(look.adapter.spec.card),
        "residents": residents,
        "steps": allowed_steps(look, person),
    }
    return AdapterDetailOut.model_validate(_facts(look) | more)


def pending_out(approval: Approval) -> PendingOut:
    """An open request."""
    return PendingOut.model_validate(approval)


def report_out(version: str, found: RecordedReport) -> ReportOut:
    """The newest report."""
    judged = found.judgement
    return ReportOut(
        version=version,
        passed=judged.passed,
        reasons=[dict(reason) for reason in judged.reasons],
        report=dict(judged.report),
        actor=found.actor,
        created_at=found.created_at,
    )


def compared_out(compared: Compared) -> ComparedOut:
    """Engine-side names; for operators only."""
    return ComparedOut.model_validate(compared)


def _facts(look: Look) -> dict[str, Any]:
    adapter, spec, summary = look.adapter, look.adapter.spec, look.summary
    return {
        "version": spec.version,
        "public": spec.public,
        "digest": spec.digest,
        "ministry": spec.ministry,
        "as_of": spec.as_of,
        "created_at": adapter.created_at,
        "changed_at": adapter.changed_at,
        "wanted_until": adapter.wanted_until,
        "stage": adapter.stage.value,
        "weight": look.weight,
        "standing": summary.standing.value,
        "ready": summary.ready,
        "replicas": summary.replicas,
        "pending": [pending_out(one) for one in look.pending],
    }
