from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.routing import Route

from serve.records.accounts import find_caller, hash_key
from serve.records.audit import list_audit

MOI = {"name": "moi", "kind": "ministry", "models": ["moi", "base"]}


async def _new_key(client: httpx.AsyncClient) -> dict[str, str]:
    assert (await client.post("/admin/tenants", json=MOI)).status_code == 201
    answer = await client.post("/admin/keys", json={"tenant": "moi", "label": "chatbot"})
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    key = answer.json()
    assert isinstance(key, dict)
    return key


async def test_a_key_is_made_shown_once_and_revoked(client: httpx.AsyncClient, db: Engine) -> None:
    key = await _new_key(client)
    caller = find_caller(db, hash_key(key["secret"]))
    assert caller is not None and caller.key_id == key["id"]
    listed = await client.get("/admin/keys", params={"tenant": "moi"})
    assert [row["id"] for row in listed.json()] == [key["id"]]
    assert listed.json()[0]["created_by"] == "wang"
    revoked = await client.delete(f"/admin/keys/{key['id']}")
    assert revoked.json()["revoked_at"]
    assert find_caller(db, hash_key(key["secret"])) is None
    for path in ("/admin/keys", "/admin/audit", "/admin/tenants"):
        assert key["secret"] not in (await client.get(path)).text


async def test_a_tenant_is_made_changed_and_disabled(client: httpx.AsyncClient, db: Engine) -> None:
    key = await _new_key(client)
    limits = {"requests": 1, "window_s": 2, "tokens_per_day": 3, "concurrent": 4}
    changed = await client.patch("/admin/tenants/moi", json={"limits": limits, "priority": -1})
    assert changed.json()["limits"] == limits
    assert changed.json()["models"] == ["base", "moi"]
    assert (await client.get("/admin/tenants/moi")).json() == changed.json()
    assert (await client.post("/admin/tenants/moi/disable")).json()["disabled_at"]
    assert find_caller(db, hash_key(key["secret"])) is None
    assert (await client.post("/admin/tenants/moi/enable")).json()["disabled_at"] is None
    assert [row["name"] for row in (await client.get("/admin/tenants")).json()] == ["moi"]


async def test_every_mutating_route_leaves_a_row(app: FastAPI, client: httpx.AsyncClient, db: Engine) -> None:
    key = await _new_key(client)
    calls: dict[tuple[str, str], tuple[str, Any]] = {
        ("POST", "/admin/tenants"): ("/admin/tenants", MOI | {"name": "mof"}),
        ("PATCH", "/admin/tenants/{name}"): ("/admin/tenants/moi", {"priority": 1}),
        ("POST", "/admin/tenants/{name}/disable"): ("/admin/tenants/moi/disable", None),
        ("POST", "/admin/tenants/{name}/enable"): ("/admin/tenants/moi/enable", None),
        ("POST", "/admin/keys"): ("/admin/keys", {"tenant": "moi"}),
        ("DELETE", "/admin/keys/{key_id}"): (f"/admin/keys/{key['id']}", None),
    }
    mutating = {
        (method, route.path)
        for route in app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"GET", "HEAD"}
        if route.path.startswith(("/admin/tenants", "/admin/keys"))
    }
    assert mutating == calls.keys()
    for (method, _), (path, body) in calls.items():
        before = len(list_audit(db))
        answer = await client.request(method, path, json=body)
        assert answer.is_success, answer.text
        rows = list_audit(db)
        assert len(rows) == before + 1
        assert rows[0].event.actor == "wang"
    assert (await client.get("/admin/audit/verify")).json() == {"intact": True, "first_broken_id": None}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "param"),
    [
        ("POST", "/admin/tenants", MOI, 409, "conflict", "name"),
        ("POST", "/admin/tenants", MOI | {"name": "A"}, 400, "invalid_request", "name"),
        (
            "POST",
            "/admin/tenants",
            MOI | {"name": "b", "models": ["*", "moi"]},
            400,
            "invalid_request",
            "models",
        ),
        ("POST", "/admin/tenants", MOI | {"name": "b", "kind": "canary-e1"}, 400, "invalid_request", None),
        ("POST", "/admin/tenants", MOI | {"canary-e1": 1}, 400, "invalid_request", None),
        ("POST", "/admin/tenants", [1], 400, "invalid_request", None),
        ("POST", "/admin/keys", {"tenant": "canary-e1"}, 404, "not_found", "tenant"),
        ("POST", "/admin/keys", {"tenant": "moi", "label": "\x00canary-e1"}, 400, "invalid_request", "label"),
        ("POST", "/admin/keys", {"tenant": "\ud800"}, 400, "invalid_request", None),
        ("PATCH", "/admin/tenants/canary-e1", {}, 404, "not_found", None),
        ("PATCH", "/admin/tenants/moi", {"limits": {"requests": 1}}, 400, "invalid_request", None),
        ("PATCH", "/admin/tenants/moi", {"priority": 10**30}, 400, "invalid_request", "priority"),
        ("GET", "/admin/tenants/%00", None, 400, "invalid_request", None),
        ("DELETE", "/admin/keys/key_0000000000000000", None, 404, "not_found", None),
        ("DELETE", "/admin/keys/canary-e1", None, 400, "invalid_request", None),
        ("PUT", "/admin/keys", None, 405, "method_not_allowed", None),
        ("GET", "/admin/canary-e1", None, 404, "not_found", None),
    ],
)
async def test_errors_have_one_shape_and_no_echo(
    client: httpx.AsyncClient, method: str, path: str, body: Any, status: int, code: str, param: str | None
) -> None:
    await _new_key(client)
    answer = await client.request(
        method, path, content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert answer.status_code == status
    error = answer.json()["error"]
    assert error.keys() == {"message", "type", "code", "param"}
    assert (error["code"], error["param"]) == (code, param)
    assert "canary" not in answer.text


async def test_a_large_body_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/admin/tenants", content=b"x" * (3 * 2**20))
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


async def test_refused_changes_are_in_the_audit_with_their_code(client: httpx.AsyncClient) -> None:
    await _new_key(client)
    await client.post("/admin/tenants", json=MOI)
    newest, *_ = (await client.get("/admin/audit", params={"limit": 1})).json()
    assert (newest["actor"], newest["action"], newest["outcome"]) == ("wang", "tenant.create", "conflict")
