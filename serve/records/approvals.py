"""Two persons for what changes the answers of a whole name: one asks, another approves, and only then it happens.

A request is one row; it is taken up in the transaction of the step itself, so it can be used once. The stage table,
the roles and the readiness are looked at when it is approved, not only when it was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Connection, Engine, Row, insert, select, update

from adapters.stages import Stage, Step
from serve.errors import Conflict, Forbidden, InvalidRequest
from serve.records import lifecycle, transitions
from serve.records.adapter_tables import approvals
from serve.records.columns import utc_now
from serve.records.database import reading
from serve.records.roles import Right
from serve.records.transitions import Act, Move, NoStandby, StepNotAllowed
from serve.records.versions import Adapter, get_adapter

ALONE_WEIGHT = 20


class OwnRequest(Forbidden):
    """Who asked for a step can't approve it."""

    code: ClassVar[str] = "own_request"
    message = "You asked for this step yourself; another person has to approve it."


class ApprovalMissing(Conflict):
    """Nobody asked for a step of this version, or the request is too old."""

    code: ClassVar[str] = "approval_missing"
    message = "No open request waits for approval; requests end by themselves after a while."


class Asked(StrEnum):
    """The steps that can need a second person."""

    PROMOTE = "promote"
    ROLL_BACK = "roll_back"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Approval:
    """An open request: who asked for what, when and why, and when it ends."""

    version: str
    step: Asked
    asked_by: str
    reason: str
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """The version after a step, or before it while the request waits for the second person."""

    adapter: Adapter
    pending: Approval | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """Where promote, roll back and the retirement of what serves are asked for: at once, or by two persons."""

    db: Engine
    two_persons: bool
    open_for: timedelta

    def promote(self, version: str, act: Act) -> Outcome:
        """Raises what `lifecycle.promote` raises, and Conflict when somebody else has asked already."""
        if not self.two_persons:
            return Outcome(lifecycle.promote(self.db, version, act))
        return self._ask(Asked.PROMOTE, version, act.with_reason())

    def start_canary(self, version: str, weight: int, act: Act) -> Adapter:
        """As `lifecycle.start_canary`; who could not promote alone gives a canary ALONE_WEIGHT percent at most.

        Otherwise a canary of 99 percent would be a promotion without the second person. Raises InvalidRequest.
        """
        public = version.partition("@")[0]
        if weight > ALONE_WEIGHT and (self.two_persons or not act.role.has(Right.PROMOTE, public)):
            raise InvalidRequest(
                f"You can give a canary {ALONE_WEIGHT} percent at most; more is a promotion.", param="weight"
            )
        return lifecycle.start_canary(self.db, version, weight, act)

    def roll_back(self, public: str, act: Act) -> Outcome:
        """Raises as `promote` does, and NoStandby."""
        if not self.two_persons:
            return Outcome(lifecycle.roll_back(self.db, public, act))
        with reading(self.db) as connection:
            Move(connection, act).require_name(public, Right.PROMOTE)
            target = transitions.newest(connection, public, Stage.STANDBY)
        if target is None:
            raise NoStandby
        return self._ask(Asked.ROLL_BACK, target.spec.version, act.with_reason())

    def retire(self, version: str, act: Act, *, last: bool) -> Outcome:
        """A version that serves needs the second person, any other none. Raises as `lifecycle.retire` does."""
        serves = get_adapter(self.db, version).stage is Stage.SERVING
        if self.two_persons and last and serves:
            return self._ask(Asked.RETIRE, version, act.with_reason())
        return Outcome(lifecycle.retire(self.db, version, act, last=last and not self.two_persons))

    def approve(self, version: str, act: Act) -> Outcome:
        """Take the step that somebody else asked for. Raises ApprovalMissing, OwnRequest, and what the step raises."""
        with lifecycle.moving(self.db, "approve", version, act.checked()) as move:
            row = self._open_row(move.connection, version)
            if row is None:
                raise ApprovalMissing
            if row.asked_by == act.actor:
                raise OwnRequest
            move.details.update(step=row.step, asked_by=row.asked_by, asked_reason=row.reason)
            _take(move, Asked(row.step), version)
            decided = {"decided_by": act.actor, "decided_at": utc_now()}
            move.connection.execute(update(approvals).where(approvals.c.id == row.id).values(decided))
        return Outcome(get_adapter(self.db, version))

    def open_requests(self, version: str | None = None) -> Sequence[Approval]:
        """What waits for a second person, the oldest first. Raises RecordsUnavailable."""
        query = self._open().order_by(approvals.c.asked_at)
        if version is not None:
            query = query.where(approvals.c.version == version)
        with reading(self.db) as connection:
            return [self._approval(row) for row in connection.execute(query)]

    def _ask(self, step: Asked, version: str, act: Act) -> Outcome:
        with lifecycle.moving(self.db, "ask", version, act) as move:
            _try(move, step, version)
            move.details["step"] = step.value
            row = self._open_row(move.connection, version)
            if row is not None and row.step == step and row.asked_by != act.actor:
                raise Conflict("Somebody has asked for this already: approve it.")
            if row is None or row.step != step:
                row_of = {"version": version, "step": step.value, "asked_by": act.actor, "reason": act.reason}
                move.connection.execute(insert(approvals).values(**row_of, asked_at=utc_now()))
        (*_, asked) = (one for one in self.open_requests(version) if one.step is step)
        return Outcome(get_adapter(self.db, version), asked)

    def _open(self) -> Any:
        since = utc_now() - self.open_for
        return select(approvals).where(approvals.c.decided_by.is_(None), approvals.c.asked_at > since)

    def _open_row(self, connection: Connection, version: str) -> Row[Any] | None:
        """The newest open request of the version: the one that counts."""
        query = self._open().where(approvals.c.version == version).order_by(approvals.c.id.desc()).limit(1)
        row: Row[Any] | None = connection.execute(query).one_or_none()
        return row

    def _approval(self, row: Row[Any]) -> Approval:
        ends = row.asked_at + self.open_for
        return Approval(row.version, Asked(row.step), row.asked_by, row.reason, row.asked_at, ends)


def _try(move: Move, step: Asked, version: str) -> None:
    """Refuse a request that could not be granted now. Raises NotFound, Forbidden, StepNotAllowed."""
    right = Right.RETIRE if step is Asked.RETIRE else Right.PROMOTE
    adapter = move.require(version, right)
    transitions.stage_after(adapter.stage, Step.RETIRE if step is Asked.RETIRE else Step.PROMOTE)


def _take(move: Move, step: Asked, version: str) -> None:
    public = version.partition("@")[0]
    if step is Asked.PROMOTE:
        transitions.promote(move, version)
    elif step is Asked.RETIRE:
        transitions.retire(move, version, last=True)
    else:
        target = transitions.newest(move.connection, public, Stage.STANDBY)
        if target is None or target.spec.version != version:
            raise StepNotAllowed("Another version stands by now: ask again.")
        transitions.roll_back(move, public)
