"""Engine replicas and what each holds. Operators add and remove replicas; the controller writes what they hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from serve.errors import Conflict, InvalidRequest, NotFound
from serve.records.adapter_tables import replicas, residents
from serve.records.audit import AdminEvent, audited
from serve.records.columns import utc_now
from serve.records.database import reading, writing
from serve.records.naming import SLUG, check
from serve.records.routing import raise_revision

_LONGEST_URL, _LONGEST_REASON = 512, 200


class Phase(StrEnum):
    """How far a replica is with a version."""

    PENDING = "pending"
    LOADING = "loading"
    READY = "ready"
    DRAINING = "draining"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Replica:
    """One engine: its name, the base address of its OpenAI server, and whether it is being emptied."""

    name: str
    url: str
    draining: bool = False


@dataclass(frozen=True, slots=True)
class Resident:
    """A version on a replica: the name of this load inside the engine, its phase, and why it isn't ready."""

    replica: str
    version: str
    engine_name: str
    phase: Phase
    reason: str = ""
    attempts: int = 0


def add_replica(db: Engine, replica: Replica, actor: str) -> bool:
    """Whether it was new. Raises Conflict when name or address is taken, InvalidRequest, RecordsUnavailable."""
    check(SLUG, replica.name, "name")
    parts = urlsplit(replica.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(replica.url) > _LONGEST_URL:
        raise InvalidRequest("A replica's address begins with http:// or https://.", param="url")
    if replica in list_replicas(db):
        return False
    event = AdminEvent(actor, "replica.add", replica.name, details={"url": replica.url})
    with audited(db, event) as connection:
        try:
            values = {"name": replica.name, "url": replica.url, "draining": False, "added_at": utc_now()}
            connection.execute(insert(replicas).values(values))
        except IntegrityError:
            raise Conflict("A replica of this name or address exists.", param="name") from None
        raise_revision(connection)
    return True


def drain_replica(db: Engine, name: str, draining: bool, actor: str) -> None:
    """Send no more requests there, or again. Raises NotFound, RecordsUnavailable."""
    with audited(db, AdminEvent(actor, "replica.drain", name, details={"draining": draining})) as connection:
        changed = update(replicas).where(replicas.c.name == name).values(draining=draining)
        _changed(connection.execute(changed).rowcount)
        raise_revision(connection)


def remove_replica(db: Engine, name: str, actor: str) -> None:
    """Forget a replica and what it held. Raises NotFound, RecordsUnavailable."""
    with audited(db, AdminEvent(actor, "replica.remove", name)) as connection:
        _changed(connection.execute(delete(replicas).where(replicas.c.name == name)).rowcount)
        raise_revision(connection)


def settle_replicas(db: Engine, ours: Sequence[Replica], names: Collection[str], actor: str) -> None:
    """Of the replicas with these names, exactly `ours` are there afterwards; what another address held is forgotten.

    Raises Conflict when another replica has one of the addresses, InvalidRequest, RecordsUnavailable.
    """
    for known in list_replicas(db):
        if known.name in names and known not in ours:
            remove_replica(db, known.name, actor)
    for replica in ours:
        add_replica(db, replica, actor)


def list_replicas(db: Engine) -> Sequence[Replica]:
    """By name. Raises RecordsUnavailable."""
    with reading(db) as connection:
        return replicas_in(connection)


def replicas_in(connection: Connection) -> Sequence[Replica]:
    """By name, as this transaction sees them."""
    query = select(replicas).order_by(replicas.c.name)
    return [Replica(row.name, row.url, row.draining) for row in connection.execute(query)]


def list_residents(db: Engine) -> Sequence[tuple[Resident, datetime]]:
    """What each replica holds or is to hold, and since when. Raises RecordsUnavailable."""
    query = select(residents).order_by(residents.c.version, residents.c.replica)
    with reading(db) as connection:
        return [(_resident(row), row.changed_at) for row in connection.execute(query)]


def publish_residents(
    db: Engine, replica: str, found: Sequence[Resident], url: str | None = None
) -> int | None:
    """Record what a replica holds, its whole list; the new revision, or None when nothing changed.

    Does nothing for a replica that was removed meanwhile, or is no longer at `url`: what was seen at its old address
    says nothing of the new one. Raises RecordsUnavailable.
    """
    with reading(db) as connection:
        if not _differences(connection, replica, found):
            return None
    with writing(db) as connection:
        at = connection.execute(
            select(replicas.c.url).where(replicas.c.name == replica).with_for_update()
        ).scalar_one_or_none()
        is_there = at is not None and url in (None, at)
        differences = _differences(connection, replica, found) if is_there else {}
        for version, resident in differences.items():
            here = (residents.c.replica == replica, residents.c.version == version)
            connection.execute(delete(residents).where(*here))
            if resident is not None:
                connection.execute(insert(residents).values(**_values(resident), changed_at=utc_now()))
        return raise_revision(connection) if differences else None


def _differences(
    connection: Connection, replica: str, found: Sequence[Resident]
) -> Mapping[str, Resident | None]:
    """By version, what must be written; None where a row must go."""
    rows = connection.execute(select(residents).where(residents.c.replica == replica))
    known = {row.version: _resident(row) for row in rows}
    wanted = {resident.version: _short(resident) for resident in found}
    gone: dict[str, Resident | None] = {version: None for version in known.keys() - wanted.keys()}
    return gone | {version: one for version, one in wanted.items() if known.get(version) != one}


def _short(resident: Resident) -> Resident:
    name, version, engine_name, phase, reason, attempts = astuple(resident)
    return Resident(name, version, engine_name, phase, reason[:_LONGEST_REASON], attempts)


def _values(resident: Resident) -> dict[str, Any]:
    return {
        "replica": resident.replica,
        "version": resident.version,
        "engine_name": resident.engine_name,
        "phase": resident.phase.value,
        "reason": resident.reason,
        "attempts": resident.attempts,
    }


def _resident(row: Any) -> Resident:
    return Resident(row.replica, row.version, row.engine_name, Phase(row.phase), row.reason, row.attempts)


def _changed(rows: int) -> None:
    if not rows:
        raise NotFound("There is no such replica.", param="name")
