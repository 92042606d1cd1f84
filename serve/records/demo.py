"""The demonstration's tenants, keys and adapters, so that a fresh clone has somebody to call as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine

from adapters.stages import Stage
from serve.callers import EVERY_MODEL
from serve.catalog import BASE_MODEL, WHOLE, Route
from serve.records.accounts import create_key, find_caller, hash_key, list_keys, revoke_key
from serve.records.audit import AdminEvent, audited
from serve.records.routing import load_catalog, load_shares, set_shares
from serve.records.tenants import TenantSpec, create_tenant, list_tenants
from serve.records.versions import AdapterSpec, register_adapter, set_stage

ACTOR = "demo"
KEY_LABEL = "demo"
AGENCY, COMMUNITY, OPERATOR_TENANT = "city-1999", "community", "moda"


def ensure_demo(
    db: Engine,
    profile_adapters: Sequence[Route],
    known_keys: Mapping[str, str],
) -> dict[str, str]:
    """Tenant to secret, after everything the demonstration needs exists; calling it again changes nothing.

    A key of `known_keys` that still works is kept; a lost one is revoked and replaced. A tenant that an operator
    changed stays as it is; a disabled one gets no key. Raises as `ensure_shipped` does.
    """
    ensure_shipped(db, profile_adapters, {})
    existing = {tenant.name: tenant for tenant in list_tenants(db)}
    secrets: dict[str, str] = {}
    for spec in _demo_tenants(route.public for route in profile_adapters):
        tenant = existing.get(spec.name) or create_tenant(db, spec, ACTOR)
        if tenant.disabled_at is None:
            secrets[spec.name] = _ensure_key(db, spec.name, known_keys.get(spec.name))
    return secrets


def ensure_shipped(
    db: Engine, profile_adapters: Sequence[Route], cards: Mapping[str, Mapping[str, Any]]
) -> None:
    """Register the engine profile's models, the base model among them, with their cards by version.

    Raises Conflict when a version is registered with another digest, RecordsUnavailable.
    """
    for route in profile_adapters:
        _ensure_route(db, route, cards.get(route.version, {}))


def _ensure_route(db: Engine, route: Route, card: Mapping[str, Any]) -> None:
    """A version seen for the first time takes its name's route; a known one leaves the route alone."""
    ministry = None if route.public == BASE_MODEL else route.public
    spec = AdapterSpec(route.public, route.version, route.digest, ministry, card.get("as_of"), card)
    is_new = register_adapter(db, spec, ACTOR, Stage.STANDBY)
    if is_new or route.public not in load_catalog(db).shares:
        _serve_at_once(db, route)


def _serve_at_once(db: Engine, route: Route) -> None:
    """A shipped version was judged when it was built: it needs no evaluation here."""
    event = AdminEvent(
        ACTOR, "adapter.promote", route.version, details={"reason": "shipped with the demonstration"}
    )
    with audited(db, event) as connection:
        for share in load_shares(connection, route.public):
            set_stage(connection, share, Stage.STANDBY)
        set_stage(connection, route.version, Stage.SERVING)
        set_shares(connection, route.public, {route.version: WHOLE})


def _demo_tenants(publics: Iterable[str]) -> Iterable[TenantSpec]:
    for public in publics:
        if public != BASE_MODEL:
            yield TenantSpec(public, "ministry", frozenset({public, BASE_MODEL}))
    yield TenantSpec(AGENCY, "agency", frozenset({EVERY_MODEL}))
    yield TenantSpec(COMMUNITY, "community", frozenset({EVERY_MODEL}))
    yield TenantSpec(OPERATOR_TENANT, "operator", frozenset({EVERY_MODEL}))


def _ensure_key(db: Engine, tenant: str, known: str | None) -> str:
    if known is not None:
        caller = find_caller(db, hash_key(known))
        if caller is not None and caller.tenant == tenant:
            return known
    for key in list_keys(db, tenant):
        if key.label == KEY_LABEL and key.revoked_at is None:
            revoke_key(db, key.id, ACTOR)
    return create_key(db, tenant, KEY_LABEL, ACTOR)[1]
