from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from adapters.stages import Stage
from serve.callers import Caller
from serve.catalog import Route
from serve.errors import Conflict, InvalidRequest, NotFound
from serve.records.accounts import create_key, find_caller, hash_key, list_keys, revoke_key
from serve.records.audit import list_audit
from serve.records.database import reading
from serve.records.demo import ensure_demo
from serve.records.routing import load_catalog
from serve.records.tenants import TenantChange, disable_tenant, update_tenant
from serve.records.versions import (
    AdapterSpec,
    find_content,
    get_adapter,
    list_adapters,
    next_number,
    register_adapter,
)
from tests.adapter_rows import serve_version

ACTOR = "test"
MOI_1 = AdapterSpec("moi", "moi@1", "sha256:01", "moi", "2026-11-01")
MOI_2 = AdapterSpec("moi", "moi@2", "sha256:02", "moi")
ROUTES = [
    Route("base", "base@1", "sha256:00"),
    *(Route(name, f"{name}@1", f"sha256:{name}") for name in ("moi", "mof", "mohw", "motc")),
]


def _shares(db: Engine, public: str) -> dict[str, int]:
    return {share.version: share.weight for share in load_catalog(db).shares.get(public, ())}


def test_a_version_is_immutable(db: Engine) -> None:
    assert register_adapter(db, MOI_1, ACTOR)
    assert not register_adapter(db, MOI_1, ACTOR)
    for other in (replace(MOI_1, digest="sha256:ff"), replace(MOI_2, digest="sha256:01")):
        with pytest.raises(Conflict):
            register_adapter(db, other, ACTOR)
    assert [adapter.spec for adapter in list_adapters(db)] == [MOI_1]
    assert get_adapter(db, "moi@1").stage is Stage.CHECKED
    with pytest.raises(NotFound):
        get_adapter(db, "moi@2")


def test_numbers_of_a_name_only_rise(db: Engine) -> None:
    with reading(db) as connection:
        assert next_number(connection, "moi") == 1
    register_adapter(db, replace(MOI_2, version="moi@9"), ACTOR, Stage.RETIRED)
    register_adapter(db, replace(MOI_1, version="moi@10"), ACTOR)
    with reading(db) as connection:
        assert next_number(connection, "moi") == 11
        assert next_number(connection, "mof") == 1
        found = find_content(connection, "moi", "sha256:01")
        assert found is not None and found.spec.version == "moi@10"
        assert find_content(connection, "mof", "sha256:01") is None


@pytest.mark.parametrize(
    "spec",
    [
        replace(MOI_1, version="mof@1"),
        replace(MOI_1, version="moi"),
        replace(MOI_1, version="../moi@1"),
        replace(MOI_1, public="MOI", version="MOI@1"),
        replace(MOI_1, digest="'--"),
        replace(MOI_1, ministry="內政部"),
    ],
)
def test_names_that_could_escape_are_refused(db: Engine, spec: AdapterSpec) -> None:
    with pytest.raises(InvalidRequest):
        register_adapter(db, spec, ACTOR)


def _caller(db: Engine, secret: str) -> Caller:
    caller = find_caller(db, hash_key(secret))
    assert caller is not None
    return caller


def test_the_demonstration_has_a_tenant_for_everybody(db: Engine) -> None:
    keys = ensure_demo(db, ROUTES, {})
    callers = {tenant: _caller(db, secret) for tenant, secret in keys.items()}
    assert {name: caller.kind for name, caller in callers.items()} == {
        "moi": "ministry",
        "mof": "ministry",
        "mohw": "ministry",
        "motc": "ministry",
        "city-1999": "agency",
        "community": "community",
        "moda": "operator",
    }
    assert callers["mof"].may_call("mof") and callers["mof"].may_call("base")
    assert not callers["mof"].may_call("moi")
    assert callers["city-1999"].may_call("moi")
    assert dict(load_catalog(db).routes) == {route.version: route for route in ROUTES}
    assert all(_shares(db, route.public) == {route.version: 100} for route in ROUTES)


def test_the_demonstration_twice_changes_nothing(db: Engine) -> None:
    keys = ensure_demo(db, ROUTES, {})
    before = (list_keys(db), list_adapters(db), list_audit(db))
    assert ensure_demo(db, ROUTES, keys) == keys
    assert (list_keys(db), list_adapters(db), list_audit(db)) == before


def test_a_lost_demo_key_is_revoked_and_replaced(db: Engine) -> None:
    keys = ensure_demo(db, ROUTES, {})
    own = create_key(db, "moi", "my own", ACTOR)[1]
    lost = {tenant: secret for tenant, secret in keys.items() if tenant != "moi"}
    again = ensure_demo(db, ROUTES, lost | {"mof": keys["motc"]})
    assert find_caller(db, hash_key(keys["moi"])) is None
    assert find_caller(db, hash_key(keys["mof"])) is None
    assert _caller(db, again["moi"]).tenant == "moi"
    assert _caller(db, again["mof"]).tenant == "mof"
    assert again["motc"] == keys["motc"]
    assert _caller(db, own).tenant == "moi"


def test_a_revoked_known_key_is_replaced(db: Engine) -> None:
    keys = ensure_demo(db, ROUTES, {})
    revoke_key(db, list_keys(db, "community")[0].id, ACTOR)
    again = ensure_demo(db, ROUTES, keys)
    assert again["community"] != keys["community"]
    assert _caller(db, again["community"]).tenant == "community"


def test_the_demonstration_respects_the_operator(db: Engine) -> None:
    keys = ensure_demo(db, ROUTES, {})
    serve_version(db, "moi@2")
    update_tenant(db, "community", TenantChange(models=frozenset({"moi"})), ACTOR)
    disable_tenant(db, "motc", ACTOR)
    again = ensure_demo(db, ROUTES, keys)
    assert _shares(db, "moi") == {"moi@2": 100}
    assert _caller(db, again["community"]).models == {"moi"}
    assert "motc" not in again


def test_a_newly_shipped_version_takes_the_route(db: Engine) -> None:
    keys = ensure_demo(db, ROUTES, {})
    shipped = [route for route in ROUTES if route.public != "moi"]
    ensure_demo(db, [*shipped, Route("moi", "moi@2", "sha256:02")], keys)
    assert _shares(db, "moi") == {"moi@2": 100}
    assert get_adapter(db, "moi@1").stage is Stage.STANDBY
    with pytest.raises(Conflict):
        ensure_demo(db, [Route("moi", "moi@2", "sha256:ff")], keys)
