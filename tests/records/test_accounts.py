from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

from serve.callers import DEFAULT_LIMITS, DEFAULT_PRIORITY, Limits
from serve.errors import Conflict, InvalidRequest, NotFound
from serve.records.accounts import create_key, find_caller, hash_key, list_keys, revoke_key
from serve.records.tenants import (
    TenantChange,
    TenantSpec,
    create_tenant,
    disable_tenant,
    enable_tenant,
    get_tenant,
    list_tenants,
    update_tenant,
)

ACTOR = "test"


@pytest.fixture
def moi(db: Engine) -> str:
    create_tenant(
        db, TenantSpec("moi", "ministry", frozenset({"moi", "base"}), answer_prefix="〔AI〕"), ACTOR
    )
    return create_key(db, "moi", "chatbot", ACTOR)[1]


def test_a_key_leads_to_its_caller(db: Engine, moi: str) -> None:
    caller = find_caller(db, hash_key(moi))
    assert caller is not None
    assert (caller.tenant, caller.kind, caller.answer_prefix) == ("moi", "ministry", "〔AI〕")
    assert caller.models == {"moi", "base"}
    assert caller.limits == DEFAULT_LIMITS["ministry"]
    assert caller.priority == DEFAULT_PRIORITY["ministry"]
    assert caller.key_id == list_keys(db)[0].id


def test_two_tenants_keys_are_not_confused(db: Engine, moi: str) -> None:
    create_tenant(db, TenantSpec("mof", "ministry", frozenset({"mof"})), ACTOR)
    _, mof = create_key(db, "mof", "", ACTOR)
    callers = [find_caller(db, hash_key(secret)) for secret in (moi, mof)]
    assert [caller and caller.tenant for caller in callers] == ["moi", "mof"]
    assert [key.tenant for key in list_keys(db, "mof")] == ["mof"]


def test_a_secret_has_its_form_and_is_never_stored(moi: str, records_file: Path) -> None:
    assert re.fullmatch(r"bm_[A-Za-z0-9_-]{43}", moi)
    stored = b"".join(file.read_bytes() for file in records_file.parent.iterdir())
    assert hash_key(moi).encode() in stored
    assert moi.encode() not in stored
    assert moi[3:].encode() not in stored


def test_a_revoked_key_finds_nobody_and_stays_revoked(db: Engine, moi: str) -> None:
    key_id = list_keys(db)[0].id
    first = revoke_key(db, key_id, ACTOR)
    assert find_caller(db, hash_key(moi)) is None
    assert first.revoked_at is not None
    assert revoke_key(db, key_id, ACTOR).revoked_at == first.revoked_at


def test_a_disabled_tenants_keys_find_nobody_until_it_is_enabled(db: Engine, moi: str) -> None:
    disabled_at = disable_tenant(db, "moi", ACTOR).disabled_at
    assert disabled_at is not None
    assert disable_tenant(db, "moi", ACTOR).disabled_at == disabled_at
    assert find_caller(db, hash_key(moi)) is None
    with pytest.raises(Conflict):
        create_key(db, "moi", "", ACTOR)
    enable_tenant(db, "moi", ACTOR)
    assert find_caller(db, hash_key(moi)) is not None


@pytest.mark.parametrize(
    "key",
    [
        "' OR 1=1 --",
        "x' UNION SELECT * FROM keys --",
        '"; DROP TABLE keys; --',
        "%",
        "_" * 64,
        "",
        "\x00",
        "鍵",
    ],
)
def test_hostile_keys_find_nobody_and_do_nothing(db: Engine, moi: str, key: str) -> None:
    assert find_caller(db, key) is None
    assert find_caller(db, hash_key(key)) is None
    assert find_caller(db, hash_key(moi)) is not None


def test_a_tenant_changes_only_where_asked(db: Engine, moi: str) -> None:
    limits = Limits(requests=5, window_s=60, tokens_per_day=7, concurrent=1)
    update_tenant(db, "moi", TenantChange(limits=limits, priority=3), ACTOR)
    caller = find_caller(db, hash_key(moi))
    assert caller is not None
    assert (caller.limits, caller.priority) == (limits, 3)
    assert caller.models == {"moi", "base"}
    assert get_tenant(db, "moi").answer_prefix == "〔AI〕"


def test_community_default_is_forty_in_three_hours(db: Engine) -> None:
    tenant = create_tenant(db, TenantSpec("g0v", "community"), ACTOR)
    assert (tenant.limits.requests, tenant.limits.window_s) == (40, 3 * 3600)
    assert tenant.created_at.utcoffset() is not None
    assert list_tenants(db) == [tenant]


@pytest.mark.parametrize(
    "name", ["", "Moi", "moi_1", "-moi", "moi-", "a" * 65, "內政部", "moi\n", "a b", "a'b"]
)
def test_a_name_must_be_a_slug(db: Engine, name: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        create_tenant(db, TenantSpec(name, "ministry"), ACTOR)
    assert caught.value.param == "name"
    assert not list_tenants(db)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        (TenantChange(models=frozenset({"*", "moi"})), "models"),
        (TenantChange(models=frozenset({"../base"})), "models"),
        (TenantChange(limits=Limits(0, 1, 1, 1)), "limits"),
        (TenantChange(limits=Limits(1, 1, 1, 2**40)), "limits"),
        (TenantChange(priority=2**40), "priority"),
        (TenantChange(answer_prefix="\x1b[31m"), "answer_prefix"),
        (TenantChange(answer_prefix="字" * 501), "answer_prefix"),
    ],
)
def test_unusable_values_name_their_field(db: Engine, moi: str, change: TenantChange, param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        update_tenant(db, "moi", change, ACTOR)
    assert caught.value.param == param


def test_unknown_and_taken_names(db: Engine, moi: str) -> None:
    with pytest.raises(Conflict):
        create_tenant(db, TenantSpec("moi", "agency"), ACTOR)
    with pytest.raises(NotFound):
        create_key(db, "mof", "", ACTOR)
    with pytest.raises(NotFound):
        revoke_key(db, "key_0000000000000000", ACTOR)
    with pytest.raises(NotFound):
        disable_tenant(db, "mof", ACTOR)
    with pytest.raises(InvalidRequest):
        create_key(db, "moi", "a\x00b", ACTOR)
