"""Tenants: who may call, which models, with which limits. Every change is recorded with its actor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from serve.callers import DEFAULT_LIMITS, DEFAULT_PRIORITY, TENANT_KINDS, Limits, TenantKind
from serve.errors import Conflict, InvalidRequest, NotFound
from serve.records.audit import AdminEvent, audited
from serve.records.columns import utc_now
from serve.records.database import reading
from serve.records.naming import POLICY, PREFIX_LENGTH, SLUG, check, check_models, check_text
from serve.records.tables import tenants

LARGEST_LIMIT = 2**31 - 1
LARGEST_TOKENS = 2**53


@dataclass(frozen=True, slots=True)
class TenantSpec:
    """A tenant to create; what is None comes from the kind's defaults."""

    name: str
    kind: TenantKind
    models: frozenset[str] = frozenset()
    limits: Limits | None = None
    priority: int | None = None
    answer_prefix: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class TenantChange:
    """What to change; None leaves a field as it is. A tenant's name and kind never change."""

    models: frozenset[str] | None = None
    limits: Limits | None = None
    priority: int | None = None
    answer_prefix: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant as recorded."""

    name: str
    kind: TenantKind
    models: frozenset[str]
    limits: Limits
    priority: int
    answer_prefix: str
    policy: str
    created_at: datetime
    disabled_at: datetime | None


def create_tenant(db: Engine, spec: TenantSpec, actor: str) -> Tenant:
    """Raises Conflict when the name is taken, InvalidRequest, RecordsUnavailable."""
    check(SLUG, spec.name, "name")
    if spec.kind not in TENANT_KINDS:
        raise InvalidRequest(param="kind")
    limits = spec.limits or DEFAULT_LIMITS[spec.kind]
    priority = DEFAULT_PRIORITY[spec.kind] if spec.priority is None else spec.priority
    values = _columns(TenantChange(spec.models, limits, priority, spec.answer_prefix, spec.policy))
    event = AdminEvent(actor, "tenant.create", spec.name, details={"kind": spec.kind, **values})
    row = {"name": spec.name, "kind": spec.kind, "created_at": utc_now(), **values}
    with audited(db, event) as connection:
        try:
            connection.execute(insert(tenants).values(row))
        except IntegrityError:
            raise Conflict("A tenant of this name exists.", param="name") from None
        return _get(connection, spec.name)


def update_tenant(db: Engine, name: str, change: TenantChange, actor: str) -> Tenant:
    """Raises NotFound, InvalidRequest, RecordsUnavailable."""
    check(SLUG, name, "name")
    values = _columns(change)
    with audited(db, AdminEvent(actor, "tenant.update", name, details=values)) as connection:
        _get(connection, name)
        if values:
            connection.execute(update(tenants).where(tenants.c.name == name).values(values))
        return _get(connection, name)


def disable_tenant(db: Engine, name: str, actor: str) -> Tenant:
    """All its keys stop working. Doing it again changes nothing. Raises NotFound, RecordsUnavailable."""
    check(SLUG, name, "name")
    with audited(db, AdminEvent(actor, "tenant.disable", name)) as connection:
        if _get(connection, name).disabled_at is None:
            connection.execute(update(tenants).where(tenants.c.name == name).values(disabled_at=utc_now()))
        return _get(connection, name)


def enable_tenant(db: Engine, name: str, actor: str) -> Tenant:
    """Undo a disabling; keys that weren't revoked work again. Raises NotFound, RecordsUnavailable."""
    check(SLUG, name, "name")
    with audited(db, AdminEvent(actor, "tenant.enable", name)) as connection:
        _get(connection, name)
        connection.execute(update(tenants).where(tenants.c.name == name).values(disabled_at=None))
        return _get(connection, name)


def get_tenant(db: Engine, name: str) -> Tenant:
    """Raises NotFound, RecordsUnavailable."""
    check(SLUG, name, "name")
    with reading(db) as connection:
        return _get(connection, name)


def list_tenants(db: Engine) -> Sequence[Tenant]:
    """All of them by name, also disabled ones. Raises RecordsUnavailable."""
    with reading(db) as connection:
        return [_tenant(row) for row in connection.execute(select(tenants).order_by(tenants.c.name))]


def limits_of(row: Row[Any]) -> Limits:
    """The limits in a row that holds the tenant's columns."""
    return Limits(*(getattr(row, f"limit_{field.name}") for field in fields(Limits)))


def _get(connection: Connection, name: str) -> Tenant:
    row = connection.execute(select(tenants).where(tenants.c.name == name)).one_or_none()
    if row is None:
        raise NotFound("There is no such tenant.")
    return _tenant(row)


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(
        name=row.name,
        kind=row.kind,
        models=frozenset(row.models),
        limits=limits_of(row),
        priority=row.priority,
        answer_prefix=row.answer_prefix,
        policy=row.policy,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )


def policies_in_use(db: Engine) -> frozenset[str]:
    """The names of the policies that enabled tenants have of their own. Raises RecordsUnavailable."""
    named = select(tenants.c.policy).where(tenants.c.policy != "", tenants.c.disabled_at.is_(None)).distinct()
    with reading(db) as connection:
        return frozenset(connection.execute(named).scalars())


def _columns(change: TenantChange) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    if change.models is not None:
        values["models"] = sorted(check_models(change.models))
    if change.limits is not None:
        values |= {f"limit_{name}": value for name, value in asdict(_checked(change.limits)).items()}
    if change.priority is not None:
        if not -LARGEST_LIMIT <= change.priority <= LARGEST_LIMIT:
            raise InvalidRequest(param="priority")
        values["priority"] = change.priority
    if change.answer_prefix is not None:
        values["answer_prefix"] = check_text(change.answer_prefix, PREFIX_LENGTH, "answer_prefix")
    if change.policy is not None:
        values["policy"] = check(POLICY, change.policy, "policy")
    return values


def _checked(limits: Limits) -> Limits:
    for name, value in asdict(limits).items():
        if not 1 <= value <= (LARGEST_TOKENS if name == "tokens_per_day" else LARGEST_LIMIT):
            raise InvalidRequest(param="limits")
    return limits
