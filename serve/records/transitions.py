"""What each step does to versions and shares, inside a transaction that the caller opens and records.

Every change of stage goes through `adapters.stages.next_stage`. A name has at most one serving version, one canary and
one standby: engines hold all three, so more would crowd out other ministries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from adapters.stages import ANSWERING, HELD, Stage, Step, StepRefused, next_stage
from serve.catalog import BASE_MODEL, WHOLE
from serve.errors import Conflict, InvalidRequest, NotFound
from serve.records.adapter_tables import replicas, residents, routing
from serve.records.naming import check_text
from serve.records.roles import Right, Role
from serve.records.routing import READY, load_shares, set_shares
from serve.records.versions import Adapter, list_staged, require_version, set_stage, want

REASON_LENGTH = 500

_HELD_AFTER_PASS_S = 3600.0


class StepNotAllowed(Conflict):
    """The version's stage does not allow the step."""

    code = "step_refused"
    message = "The version's stage does not allow this step."


class NotReady(Conflict):
    """No replica holds the version, and the name answers with another one now."""

    code = "not_ready"
    message = "No replica holds this version yet; have it loaded first."


class NoStandby(Conflict):
    """There is nothing to roll back to."""

    code = "no_standby"
    message = "This name has no version to roll back to."


@dataclass(frozen=True, slots=True)
class Act:
    """Who takes a step, in which role, and why."""

    actor: str
    role: Role
    reason: str = ""

    def with_reason(self) -> Act:
        """This act, if it says why. Raises InvalidRequest."""
        if not self.reason.strip():
            raise InvalidRequest("This step needs a reason.", param="reason")
        return self.checked()

    def checked(self) -> Act:
        """This act, if its reason is short and printable. Raises InvalidRequest."""
        check_text(self.reason, REASON_LENGTH, "reason")
        return self


@dataclass(frozen=True, slots=True)
class Move:
    """One step under way: its transaction, its actor, and what the audit will say of it besides."""

    connection: Connection
    act: Act
    details: dict[str, Any] = field(default_factory=dict)

    def require(self, version: str, right: Right) -> Adapter:
        """The version, which this role may do this with. Raises NotFound, Forbidden, Conflict for the base model."""
        adapter = require_version(self.connection, version)
        self.act.role.require(right, adapter.spec.ministry)
        if adapter.spec.public == BASE_MODEL:
            raise Conflict("The base model comes with the engine profile; it takes no steps here.")
        return adapter

    def require_name(self, public: str, right: Right) -> None:
        """As `require`, for a public name as a whole: its newest version says whose it is."""
        versions = list_staged(self.connection, public, set(Stage))
        if not versions:
            raise NotFound("There is no such public name.", param="public")
        self.require(versions[0].spec.version, right)

    def step(self, adapter: Adapter, step: Step) -> None:
        """Record the stage after the step. Raises StepNotAllowed."""
        set_stage(self.connection, adapter.spec.version, stage_after(adapter.stage, step))

    def lead(self, public: str, weights: Mapping[str, int]) -> None:
        """Set the name's shares and note how they were."""
        self.details["shares_before"] = dict(load_shares(self.connection, public))
        self.details["shares"] = dict(weights)
        set_shares(self.connection, public, weights)


def stage_after(stage: Stage, step: Step) -> Stage:
    """As `adapters.stages.next_stage`. Raises StepNotAllowed."""
    try:
        return next_stage(stage, step)
    except StepRefused as exc:
        raise StepNotAllowed(str(exc)) from None


def take_turns(connection: Connection) -> None:
    """Wait until no other step is under way. SQLite has one writer anyway; PostgreSQL locks the routing row."""
    connection.execute(select(routing.c.id).with_for_update())


def start_canary(move: Move, version: str, weight: int) -> None:
    """Give the version this share of the name's conversations, or another share than it has.

    Raises InvalidRequest for a weight that isn't 1 to 99, and Conflict when nothing serves or another canary runs.
    """
    if not 1 <= weight < WHOLE:
        raise InvalidRequest("A canary's weight is 1 to 99 percent.", param="weight")
    adapter = move.require(version, Right.CANARY)
    answering = list_staged(move.connection, adapter.spec.public, ANSWERING)
    serving = [one.spec.version for one in answering if one.stage is Stage.SERVING]
    others = [one for one in answering if one.stage is Stage.CANARY and one.spec.version != version]
    stage_after(adapter.stage, Step.CANARY)
    if not serving:
        raise Conflict("Nothing serves under this name yet: promote its first version.")
    if others:
        raise Conflict("Another version is this name's canary: promote or withdraw that one first.")
    move.step(adapter, Step.CANARY)
    move.lead(adapter.spec.public, {version: weight, serving[0]: WHOLE - weight})


def withdraw(move: Move, public: str) -> None:
    """Take the canary away; the serving version answers alone. Raises StepNotAllowed when there is none."""
    move.require_name(public, Right.CANARY)
    canary = newest(move.connection, public, Stage.CANARY)
    if canary is None:
        raise StepNotAllowed("This name has no canary.")
    move.step(canary, Step.WITHDRAW)
    move.details["version"] = canary.spec.version
    serving = newest(move.connection, public, Stage.SERVING)
    move.lead(public, {} if serving is None else {serving.spec.version: WHOLE})


def promote(move: Move, version: str) -> None:
    """Let the version answer alone. Raises NotReady when that would silence a name that answers now."""
    adapter = move.require(version, Right.PROMOTE)
    stage_after(adapter.stage, Step.PROMOTE)
    if load_shares(move.connection, adapter.spec.public) and not _is_held(move.connection, version):
        raise NotReady
    _take_over(move, adapter)


def roll_back(move: Move, public: str) -> None:
    """Let the standby answer again; what served before it leaves the engines. Raises NoStandby.

    Whether a replica holds the standby is not asked: who rolls back prefers a moment without answers to wrong ones.
    """
    move.require_name(public, Right.PROMOTE)
    target = newest(move.connection, public, Stage.STANDBY)
    if target is None:
        raise NoStandby
    serving = newest(move.connection, public, Stage.SERVING)
    move.details["version"] = target.spec.version
    _take_over(move, target)
    if serving is not None:
        move.step(require_version(move.connection, serving.spec.version), Step.WITHDRAW)


def retire(move: Move, version: str, last: bool) -> None:
    """End the version. One that serves only with `last`: then the name leads nowhere and its canary is withdrawn.

    Raises StepNotAllowed.
    """
    adapter = move.require(version, Right.RETIRE)
    public = adapter.spec.public
    if adapter.stage is Stage.SERVING:
        if not last:
            raise StepNotAllowed("It serves: promote another version first, or say that it is the last one.")
        for one in list_staged(move.connection, public, {Stage.CANARY, Stage.STANDBY}):
            move.step(one, Step.WITHDRAW)
        move.lead(public, {})
    move.step(adapter, Step.RETIRE)


def judge(move: Move, version: str, passed: bool) -> None:
    """The stage after an evaluation; versions that answer or stand by keep theirs. Raises StepNotAllowed.

    One that passed stays on the engines for a while, so that its canary or promotion answers at once.
    """
    adapter = move.require(version, Right.REPORT)
    if adapter.stage not in HELD:
        move.step(adapter, Step.PASS if passed else Step.FAIL)
        if passed:
            want(move.connection, version, _HELD_AFTER_PASS_S)


def newest(connection: Connection, public: str, stage: Stage) -> Adapter | None:
    """The name's version that came into this stage last, or None."""
    found = list_staged(connection, public, {stage})
    return found[0] if found else None


def _take_over(move: Move, adapter: Adapter) -> None:
    """The version serves alone; what served stands by, and canary and older standbys leave the engines."""
    public, version = adapter.spec.public, adapter.spec.version
    for one in list_staged(move.connection, public, {Stage.SERVING, Stage.CANARY, Stage.STANDBY}):
        if one.spec.version != version:
            move.step(one, Step.DEMOTE if one.stage is Stage.SERVING else Step.WITHDRAW)
    move.step(adapter, Step.PROMOTE)
    move.lead(public, {version: WHOLE})


def _is_held(connection: Connection, version: str) -> bool:
    held = (
        select(residents.c.replica)
        .join(replicas, replicas.c.name == residents.c.replica)
        .where(residents.c.version == version, residents.c.phase == READY, replicas.c.draining.is_(False))
    )
    return connection.execute(held.limit(1)).first() is not None
