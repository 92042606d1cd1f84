"""Adapters as registered, and the routes in force. A version is immutable: its digest never changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from serve.catalog import Catalog, Route
from serve.errors import Conflict, InvalidRequest, NotFound
from serve.records.audit import AdminEvent, audited
from serve.records.columns import utc_now
from serve.records.database import reading
from serve.records.naming import DIGEST, ENGINE_NAME, SLUG, VERSION, check, check_text
from serve.records.tables import adapters, aliases

_SHORT_TEXT = 32


@dataclass(frozen=True, slots=True)
class AdapterSpec:
    """A version to register: its public name, its name inside the engine, and what its content hashes to.

    The base model is registered the same way, as version `base@1` of the public name `base`.
    """

    public: str
    version: str
    engine_name: str
    digest: str
    ministry: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Adapter:
    """A registered version; `routed` when its public name leads to it now."""

    spec: AdapterSpec
    created_at: datetime
    routed: bool


def load_catalog(db: Engine) -> Catalog:
    """Every public name that has a route, the base model's once registered. Raises RecordsUnavailable."""
    query = select(adapters).join(aliases, aliases.c.version == adapters.c.version)
    with reading(db) as connection:
        rows = connection.execute(query).all()
    return Catalog({row.public: Route(row.public, row.version, row.engine_name, row.digest) for row in rows})


def list_adapters(db: Engine) -> Sequence[Adapter]:
    """Every version by name, newest first. Raises RecordsUnavailable."""
    query = (
        select(adapters, aliases.c.version.label("routed"))
        .outerjoin(aliases, aliases.c.version == adapters.c.version)
        .order_by(adapters.c.public, adapters.c.created_at.desc())
    )
    with reading(db) as connection:
        return [
            Adapter(_spec(row), row.created_at, row.routed is not None) for row in connection.execute(query)
        ]


def register_adapter(db: Engine, spec: AdapterSpec, actor: str) -> bool:
    """Whether it was new. Registering the same content again changes nothing.

    Raises Conflict when the version, or its name inside the engine, stands for other content; InvalidRequest;
    RecordsUnavailable.
    """
    _check(spec)
    known = _find(db, spec.version)
    if known is not None and _same_content(known, spec):
        return False
    details = {"digest": spec.digest, "engine_name": spec.engine_name, "public": spec.public}
    with audited(db, AdminEvent(actor, "adapter.register", spec.version, details=details)) as connection:
        values = {field.name: getattr(spec, field.name) for field in fields(spec)}
        try:
            connection.execute(insert(adapters).values(**values, created_at=utc_now()))
        except IntegrityError:
            raise Conflict(
                f"{spec.version} or {spec.engine_name} stands for other content; give this one a new version."
            ) from None
    return True


def set_alias(db: Engine, public: str, version: str, actor: str) -> None:
    """Lead the public name to this version from now on.

    Raises NotFound for an unknown version, Conflict when it belongs to another name, RecordsUnavailable.
    """
    check(SLUG, public, "public")
    check(VERSION, version, "version")
    with audited(db, AdminEvent(actor, "adapter.route", public, details={"version": version})) as connection:
        _refuse_foreign(connection, public, version)
        connection.execute(delete(aliases).where(aliases.c.public == public))
        connection.execute(insert(aliases).values(public=public, version=version, changed_at=utc_now()))


def _check(spec: AdapterSpec) -> None:
    check(SLUG, spec.public, "public")
    check(VERSION, spec.version, "version")
    check(ENGINE_NAME, spec.engine_name, "engine_name")
    check(DIGEST, spec.digest, "digest")
    if spec.version.partition("@")[0] != spec.public:
        raise InvalidRequest("The version does not begin with the public name.", param="version")
    if spec.ministry is not None:
        check(SLUG, spec.ministry, "ministry")
    if spec.as_of is not None:
        check_text(spec.as_of, _SHORT_TEXT, "as_of")


def _find(db: Engine, version: str) -> AdapterSpec | None:
    with reading(db) as connection:
        row = connection.execute(select(adapters).where(adapters.c.version == version)).one_or_none()
    return None if row is None else _spec(row)


def _same_content(known: AdapterSpec, spec: AdapterSpec) -> bool:
    return (known.digest, known.engine_name, known.public) == (spec.digest, spec.engine_name, spec.public)


def _refuse_foreign(connection: Connection, public: str, version: str) -> None:
    owner = connection.execute(
        select(adapters.c.public).where(adapters.c.version == version)
    ).scalar_one_or_none()
    if owner is None:
        raise NotFound("There is no such adapter version.", param="version")
    if owner != public:
        raise Conflict("The version belongs to another public name.", param="version")


def _spec(row: Row[Any]) -> AdapterSpec:
    return AdapterSpec(row.public, row.version, row.engine_name, row.digest, row.ministry, row.as_of)
