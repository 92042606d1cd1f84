"""Keys: made once, shown once, stored as SHA-256 only, and looked up for every request.

A secret is `bm_` and 256 random bits, so a plain SHA-256 is enough: there is nothing to guess or to salt.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from serve.callers import Caller
from serve.errors import Conflict, NotFound
from serve.records.audit import AdminEvent, audited
from serve.records.columns import utc_now
from serve.records.database import reading
from serve.records.naming import KEY_ID, LABEL_LENGTH, SLUG, check, check_text
from serve.records.tables import keys, tenants
from serve.records.tenants import limits_of

SECRET_PREFIX = "bm_"  # noqa: S105 - what every key begins with
ID_PREFIX = "key_"
_SECRET_BYTES = 32
_ID_BYTES = 8

_CALLER = (
    select(
        keys.c.id.label("key_id"),
        *(column for column in tenants.c if column.name not in ("created_at", "disabled_at")),
    )
    .join(tenants, tenants.c.name == keys.c.tenant)
    .where(keys.c.revoked_at.is_(None), tenants.c.disabled_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key as recorded; its secret can't be had again."""

    id: str
    tenant: str
    label: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None


def hash_key(secret: str) -> str:
    """The SHA-256 under which a key is stored, as lower-case hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def find_caller(db: Engine, key_sha256: str) -> Caller | None:
    """Whose active key this is; None when unknown or revoked, or when its tenant is disabled.

    Raises RecordsUnavailable.
    """
    with reading(db) as connection:
        row = connection.execute(_CALLER.where(keys.c.sha256 == key_sha256)).one_or_none()
    if row is None:
        return None
    return Caller(
        tenant=row.name,
        kind=row.kind,
        key_id=row.key_id,
        models=frozenset(row.models),
        priority=row.priority,
        limits=limits_of(row),
        answer_prefix=row.answer_prefix,
        policy=row.policy,
    )


def create_key(db: Engine, tenant: str, label: str, actor: str) -> tuple[str, str]:
    """The new key's id and its secret, which exists nowhere else.

    Raises NotFound for an unknown tenant, Conflict for a disabled one, InvalidRequest, RecordsUnavailable.
    """
    check(SLUG, tenant, "tenant")
    check_text(label, LABEL_LENGTH, "label")
    key_id = ID_PREFIX + secrets.token_hex(_ID_BYTES)
    secret = SECRET_PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    event = AdminEvent(actor, "key.create", key_id, details={"tenant": tenant, "label": label})
    with audited(db, event) as connection:
        _refuse_unusable(connection, tenant)
        connection.execute(
            insert(keys).values(
                id=key_id,
                tenant=tenant,
                sha256=hash_key(secret),
                label=label,
                created_at=utc_now(),
                created_by=actor,
            )
        )
    return key_id, secret


def revoke_key(db: Engine, key_id: str, actor: str) -> Key:
    """The key stops working for good. Doing it again changes nothing.

    Raises NotFound, InvalidRequest, RecordsUnavailable.
    """
    check(KEY_ID, key_id, "key_id")
    with audited(db, AdminEvent(actor, "key.revoke", key_id)) as connection:
        active = (keys.c.id == key_id) & keys.c.revoked_at.is_(None)
        connection.execute(update(keys).where(active).values(revoked_at=utc_now()))
        row = connection.execute(select(keys).where(keys.c.id == key_id)).one_or_none()
        if row is None:
            raise NotFound("There is no such key.")
        return _key(row)


def list_keys(db: Engine, tenant: str | None = None) -> Sequence[Key]:
    """Every key, also revoked ones, newest first. Raises RecordsUnavailable."""
    query = select(keys).order_by(keys.c.created_at.desc(), keys.c.id)
    if tenant is not None:
        query = query.where(keys.c.tenant == tenant)
    with reading(db) as connection:
        return [_key(row) for row in connection.execute(query)]


def _refuse_unusable(connection: Connection, tenant: str) -> None:
    row = connection.execute(select(tenants.c.disabled_at).where(tenants.c.name == tenant)).one_or_none()
    if row is None:
        raise NotFound("There is no such tenant.", param="tenant")
    if row.disabled_at is not None:
        raise Conflict("The tenant is disabled.", param="tenant")


def _key(row: Row[Any]) -> Key:
    return Key(row.id, row.tenant, row.label, row.created_at, row.created_by, row.revoked_at)
