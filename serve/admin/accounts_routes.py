"""/admin/tenants and /admin/keys. Every change is recorded with the operator's name."""

from __future__ import annotations

from fastapi import APIRouter, Response

from serve.admin.services import Actor, Parts
from serve.admin.wire import KeyId, KeyIn, KeyOut, NewKeyOut, TenantIn, TenantName, TenantOut, TenantPatch
from serve.records import accounts, tenants
from serve.records.naming import check_policy

router = APIRouter(prefix="/admin", tags=["accounts"])


@router.post("/tenants", status_code=201)
def create_tenant(body: TenantIn, parts: Parts, actor: Actor) -> TenantOut:
    """Create a tenant; 409 when the name is taken."""
    spec = tenants.TenantSpec(
        name=body.name,
        kind=body.kind,
        models=body.models or frozenset(),
        limits=body.to_limits(),
        priority=body.priority,
        answer_prefix=body.answer_prefix or "",
        policy=check_policy(body.policy, parts.settings.deid.policy_dir) or "",
    )
    return TenantOut.model_validate(tenants.create_tenant(parts.db, spec, actor))


@router.get("/tenants")
def list_tenants(parts: Parts) -> list[TenantOut]:
    """Every tenant, also disabled ones."""
    return [TenantOut.model_validate(tenant) for tenant in tenants.list_tenants(parts.db)]


@router.get("/tenants/{name}")
def get_tenant(name: TenantName, parts: Parts) -> TenantOut:
    """One tenant."""
    return TenantOut.model_validate(tenants.get_tenant(parts.db, name))


@router.patch("/tenants/{name}")
def update_tenant(name: TenantName, body: TenantPatch, parts: Parts, actor: Actor) -> TenantOut:
    """Change the fields that are given."""
    change = tenants.TenantChange(
        models=body.models,
        limits=body.to_limits(),
        priority=body.priority,
        answer_prefix=body.answer_prefix,
        policy=check_policy(body.policy, parts.settings.deid.policy_dir),
    )
    return TenantOut.model_validate(tenants.update_tenant(parts.db, name, change, actor))


@router.post("/tenants/{name}/disable")
def disable_tenant(name: TenantName, parts: Parts, actor: Actor) -> TenantOut:
    """Stop all keys of a tenant."""
    return TenantOut.model_validate(tenants.disable_tenant(parts.db, name, actor))


@router.post("/tenants/{name}/enable")
def enable_tenant(name: TenantName, parts: Parts, actor: Actor) -> TenantOut:
    """Let a disabled tenant call again."""
    return TenantOut.model_validate(tenants.enable_tenant(parts.db, name, actor))


@router.post("/keys", status_code=201)
def create_key(body: KeyIn, parts: Parts, actor: Actor, response: Response) -> NewKeyOut:
    """Make a key. Its secret is in this answer and nowhere else."""
    key_id, secret = accounts.create_key(parts.db, body.tenant, body.label, actor)
    response.headers["cache-control"] = "no-store"
    return NewKeyOut(id=key_id, tenant=body.tenant, secret=secret)


@router.get("/keys")
def list_keys(parts: Parts, tenant: TenantName | None = None) -> list[KeyOut]:
    """Keys, also revoked ones, newest first."""
    return [KeyOut.model_validate(key) for key in accounts.list_keys(parts.db, tenant)]


@router.delete("/keys/{key_id}")
def revoke_key(key_id: KeyId, parts: Parts, actor: Actor) -> KeyOut:
    """Stop a key for good; gateway workers notice within `BIANMIN_RECORDS__KEY_CACHE_S`."""
    return KeyOut.model_validate(accounts.revoke_key(parts.db, key_id, actor))
