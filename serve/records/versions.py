"""Adapter versions as recorded. A version is immutable: its digest and card never change, only its stage does."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from adapters.stages import Stage
from serve.errors import Conflict, InvalidRequest, NotFound
from serve.records.adapter_tables import adapters
from serve.records.audit import AdminEvent, audited
from serve.records.columns import utc_now
from serve.records.database import reading
from serve.records.naming import DIGEST, SLUG, VERSION, check, check_text

_SHORT_TEXT = 32


@dataclass(frozen=True, slots=True)
class AdapterSpec:
    """A version to register: its public name and what its content hashes to.

    The base model is registered the same way, as version `base@1` of the public name `base`.
    """

    public: str
    version: str
    digest: str
    ministry: str | None = None
    as_of: str | None = None
    card: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Adapter:
    """A registered version and its stage; `wanted_until` is how long engines hold it for its evaluation."""

    spec: AdapterSpec
    stage: Stage
    created_at: datetime
    changed_at: datetime
    wanted_until: datetime | None


def register_adapter(db: Engine, spec: AdapterSpec, actor: str, stage: Stage = Stage.CHECKED) -> bool:
    """Whether it was new. Registering the same content under the same version again changes nothing.

    Raises Conflict when the version stands for other content or the content for another version of the name;
    InvalidRequest; RecordsUnavailable.
    """
    _check(spec)
    with reading(db) as connection:
        known = find_version(connection, spec.version)
    if known is not None and (known.spec.digest, known.spec.public) == (spec.digest, spec.public):
        return False
    details = {"digest": spec.digest, "public": spec.public, "stage": stage.value}
    with audited(db, AdminEvent(actor, "adapter.register", spec.version, details=details)) as connection:
        insert_version(connection, spec, stage)
    return True


def insert_version(connection: Connection, spec: AdapterSpec, stage: Stage) -> None:
    """Write the version. Raises Conflict when it or its content exists."""
    now = utc_now()
    try:
        connection.execute(
            insert(adapters).values(
                version=spec.version,
                public=spec.public,
                digest=spec.digest,
                ministry=spec.ministry,
                as_of=spec.as_of,
                card=dict(spec.card),
                stage=stage.value,
                created_at=now,
                changed_at=now,
            )
        )
    except IntegrityError:
        raise Conflict(
            f"{spec.version} stands for other content, or this content is another version; give new content a new one."
        ) from None


def list_adapters(db: Engine, public: str | None = None) -> Sequence[Adapter]:
    """Every version by name, newest first. Raises RecordsUnavailable."""
    query = select(adapters).order_by(adapters.c.public, adapters.c.created_at.desc())
    if public is not None:
        query = query.where(adapters.c.public == public)
    with reading(db) as connection:
        return [_adapter(row) for row in connection.execute(query)]


def get_adapter(db: Engine, version: str) -> Adapter:
    """Raises NotFound, InvalidRequest, RecordsUnavailable."""
    check(VERSION, version, "version")
    with reading(db) as connection:
        return require_version(connection, version)


def find_version(connection: Connection, version: str) -> Adapter | None:
    """The version, or None."""
    row = connection.execute(select(adapters).where(adapters.c.version == version)).one_or_none()
    return None if row is None else _adapter(row)


def require_version(connection: Connection, version: str) -> Adapter:
    """The version. Raises NotFound."""
    found = find_version(connection, version)
    if found is None:
        raise NotFound("There is no such adapter version.", param="version")
    return found


def find_content(connection: Connection, public: str, digest: str) -> Adapter | None:
    """The version of a name that has this content, or None."""
    query = select(adapters).where(adapters.c.public == public, adapters.c.digest == digest)
    row = connection.execute(query).one_or_none()
    return None if row is None else _adapter(row)


def list_staged(connection: Connection, public: str, stages: Collection[Stage]) -> Sequence[Adapter]:
    """The name's versions in one of these stages, the one changed last first."""
    query = (
        select(adapters)
        .where(adapters.c.public == public, adapters.c.stage.in_([stage.value for stage in stages]))
        .order_by(adapters.c.changed_at.desc(), adapters.c.created_at.desc())
    )
    return [_adapter(row) for row in connection.execute(query)]


def next_number(connection: Connection, public: str) -> int:
    """The number of the name's next version; retired ones keep theirs."""
    known = connection.execute(select(adapters.c.version).where(adapters.c.public == public)).scalars()
    numbers = [
        int(number) for _, _, number in (version.partition("@") for version in known) if number.isdecimal()
    ]
    return max(numbers, default=0) + 1


def set_stage(connection: Connection, version: str, stage: Stage) -> None:
    """Record the stage; the step is checked before, by `adapters.stages.next_stage`."""
    changed = {"stage": stage.value, "changed_at": utc_now(), "wanted_until": None}
    connection.execute(update(adapters).where(adapters.c.version == version).values(changed))


def want(connection: Connection, version: str, seconds: float) -> None:
    """Let the engines hold the version for so long, whatever its stage."""
    until = utc_now() + timedelta(seconds=seconds)
    connection.execute(update(adapters).where(adapters.c.version == version).values(wanted_until=until))


def _check(spec: AdapterSpec) -> None:
    check(SLUG, spec.public, "public")
    check(VERSION, spec.version, "version")
    check(DIGEST, spec.digest, "digest")
    if spec.version.partition("@")[0] != spec.public:
        raise InvalidRequest("The version does not begin with the public name.", param="version")
    if spec.ministry is not None:
        check(SLUG, spec.ministry, "ministry")
    if spec.as_of is not None:
        check_text(spec.as_of, _SHORT_TEXT, "as_of")


def _adapter(row: Row[Any]) -> Adapter:
    spec = AdapterSpec(row.public, row.version, row.digest, row.ministry, row.as_of, row.card)
    return Adapter(spec, Stage(row.stage), row.created_at, row.changed_at, row.wanted_until)
