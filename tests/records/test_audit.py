from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine, text

from serve.errors import Conflict, NotFound
from serve.records.accounts import create_key, revoke_key
from serve.records.audit import AdminEvent, find_broken_link, list_audit, record_admin
from serve.records.database import writing
from serve.records.tenants import TenantSpec, create_tenant, disable_tenant


def test_every_change_is_recorded_with_its_actor_and_without_its_secret(db: Engine) -> None:
    create_tenant(db, TenantSpec("moi", "ministry"), "wang")
    key_id, secret = create_key(db, "moi", "chatbot", "lin")
    revoke_key(db, key_id, "wang")
    events = [row.event for row in list_audit(db)]
    assert [(event.actor, event.action, event.object) for event in events] == [
        ("wang", "key.revoke", key_id),
        ("lin", "key.create", key_id),
        ("wang", "tenant.create", "moi"),
    ]
    assert secret not in json.dumps([dict(event.details) for event in events])


def test_refused_attempts_are_recorded_too(db: Engine) -> None:
    create_tenant(db, TenantSpec("moi", "ministry"), "wang")
    with pytest.raises(Conflict):
        create_tenant(db, TenantSpec("moi", "agency"), "lin")
    with pytest.raises(NotFound):
        disable_tenant(db, "mof", "lin")
    assert [row.event.outcome for row in list_audit(db)] == ["not_found", "conflict", "ok"]


def test_pages_go_back_in_time(db: Engine) -> None:
    for number in range(5):
        record_admin(db, AdminEvent("wang", "test", str(number)))
    first = list_audit(db, limit=2)
    second = list_audit(db, before_id=first[-1].id, limit=2)
    assert [row.event.object for row in (*first, *second)] == ["4", "3", "2", "1"]


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE admin_audit SET actor = 'lin' WHERE id = 2",
        "UPDATE admin_audit SET details = '{}' WHERE id = 2",
        "UPDATE admin_audit SET at = '2020-01-01 00:00:00.000000' WHERE id = 2",
        "DELETE FROM admin_audit WHERE id = 1",
    ],
)
def test_tampering_breaks_the_chain(db: Engine, tampering: str) -> None:
    for number in range(3):
        record_admin(db, AdminEvent("wang", "test", str(number), details={"名": [1, 2.5, None]}))
    assert find_broken_link(db) is None
    with writing(db) as connection:
        connection.execute(text(tampering))
    assert find_broken_link(db) == 2
