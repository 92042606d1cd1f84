"""Every step of a version's life: one write transaction with its audit event, which is the version's history.

What a step changes is in `serve.records.transitions`, who may take it in `serve.records.roles`. Where two persons are
needed, `serve.records.approvals` stands in front of promote, roll back and the retirement of what serves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from adapters.stages import Stage
from adapters.store import Store, StoreError
from serve.catalog import BASE_MODEL
from serve.errors import Conflict, InvalidRequest, ServeError, Unavailable
from serve.records import transitions
from serve.records.audit import AdminEvent, append_event, audited, record_admin
from serve.records.database import writing
from serve.records.naming import SLUG, check
from serve.records.roles import Right
from serve.records.transitions import Act, Move
from serve.records.versions import (
    Adapter,
    AdapterSpec,
    find_content,
    get_adapter,
    insert_version,
    next_number,
    require_version,
    want,
)

ROUTER_NAME = "auto"
SHORTEST_LOAD_S, LONGEST_LOAD_S = 60.0, 24 * 3600.0


class StoreUnavailable(Unavailable):
    """The artifact store can't be read or written."""

    code = "store_unavailable"
    message = "The store of adapters can't be used right now."


class ContentRetired(Conflict):
    """The same content was a version of this name and was retired."""

    code = "content_retired"
    message = "This very content was retired; submit it changed."


@dataclass(frozen=True, slots=True)
class Submission:
    """A checked adapter folder that is to become a version of a ministry's public name."""

    ministry: str
    folder: Path
    digest: str
    card: Mapping[str, Any]
    as_of: str | None = None


def submit(db: Engine, store: Store, submission: Submission, act: Act) -> tuple[Adapter, bool]:
    """The version, and whether it is new: the same content twice is the same version.

    Raises Forbidden, InvalidRequest, ContentRetired, StoreUnavailable, RecordsUnavailable.
    """
    public = check(SLUG, submission.ministry, "ministry")
    act.checked()
    try:
        act.role.require(Right.SUBMIT, public)
        if public in (BASE_MODEL, ROUTER_NAME):
            raise InvalidRequest("This name is not a ministry's.", param="ministry")
        _store(store, submission)
        with writing(db) as connection:
            transitions.take_turns(connection)
            known = find_content(connection, public, submission.digest)
            if known is not None and known.stage is Stage.RETIRED:
                raise ContentRetired
            if known is not None:
                return known, False
            version = f"{public}@{next_number(connection, public)}"
            spec = AdapterSpec(public, version, submission.digest, public, submission.as_of, submission.card)
            insert_version(connection, spec, Stage.CHECKED)
            details = {"digest": submission.digest, **({"reason": act.reason} if act.reason else {})}
            append_event(connection, AdminEvent(act.actor, "adapter.submit", version, details=details))
            return require_version(connection, version), True
    except ServeError as exc:
        record_admin(db, AdminEvent(act.actor, "adapter.submit", public, exc.code))
        raise


def start_canary(db: Engine, version: str, weight: int, act: Act) -> Adapter:
    """Raises InvalidRequest, NotFound, Forbidden, Conflict (step_refused), RecordsUnavailable."""
    with moving(db, "canary", version, act.with_reason()) as move:
        transitions.start_canary(move, version, weight)
    return get_adapter(db, version)


def withdraw(db: Engine, public: str, act: Act) -> Adapter:
    """End the name's canary; the controller does so too. Raises as `start_canary` does."""
    with moving(db, "withdraw", public, act.with_reason()) as move:
        transitions.withdraw(move, public)
    return get_adapter(db, move.details["version"])


def promote(db: Engine, version: str, act: Act) -> Adapter:
    """Raises as `start_canary` does, and NotReady."""
    with moving(db, "promote", version, act.with_reason()) as move:
        transitions.promote(move, version)
    return get_adapter(db, version)


def roll_back(db: Engine, public: str, act: Act) -> Adapter:
    """Back to the newest standby. Raises as `start_canary` does, and NoStandby."""
    with moving(db, "roll_back", public, act.with_reason()) as move:
        transitions.roll_back(move, public)
    return get_adapter(db, move.details["version"])


def retire(db: Engine, version: str, act: Act, *, last: bool = False) -> Adapter:
    """Raises as `start_canary` does; a version that serves ends only with `last`."""
    with moving(db, "retire", version, act.with_reason()) as move:
        transitions.retire(move, version, last)
    return get_adapter(db, version)


def request_load(db: Engine, version: str, seconds: float, act: Act) -> Adapter:
    """Let the engines hold the version for so long, for its evaluation or before it is promoted.

    Raises InvalidRequest, NotFound, Forbidden, Conflict (step_refused), RecordsUnavailable.
    """
    if not SHORTEST_LOAD_S <= seconds <= LONGEST_LOAD_S:
        raise InvalidRequest("A version is loaded for 60 to 86400 seconds.", param="seconds")
    with moving(db, "load", version, act.checked()) as move:
        adapter = move.require(version, Right.LOAD)
        if adapter.stage is Stage.RETIRED:
            raise transitions.StepNotAllowed("A retired version is loaded no more.")
        want(move.connection, version, seconds)
        move.details["seconds"] = seconds
    return get_adapter(db, version)


@contextmanager
def moving(db: Engine, action: str, name: str, act: Act) -> Iterator[Move]:
    """The transaction of one step, recorded as `adapter.<action>` whether it succeeds or is refused."""
    details: dict[str, Any] = {"reason": act.reason} if act.reason else {}
    # `details` is read when the event is written, at the end: the step adds what it found.
    with audited(db, AdminEvent(act.actor, f"adapter.{action}", name, details=details)) as connection:
        transitions.take_turns(connection)
        yield Move(connection, act, details)


def _store(store: Store, submission: Submission) -> None:
    try:
        store.put(submission.folder, submission.digest)
    except StoreError as exc:
        raise StoreUnavailable from exc
