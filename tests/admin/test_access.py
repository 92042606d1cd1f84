from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import Engine
from starlette.routing import Mount, Route

from serve.admin.access import LOCK_S, MOST_FAILURES, OPEN_PATHS, LockedOut, Lockout
from serve.admin.app import create_admin_app
from serve.records.accounts import create_key
from serve.records.audit import list_audit
from serve.records.tenants import TenantSpec, create_tenant
from serve.settings import Settings, SettingsError
from tests.admin.conftest import TOKENS, connect
from tests.clock import Clock


def _closed(app: FastAPI) -> list[tuple[str, str]]:
    found = []
    for route in app.routes:
        if isinstance(route, Mount):
            found.append(("GET", route.path + "/x"))
            continue
        assert isinstance(route, Route), route
        if route.path not in OPEN_PATHS:
            path = re.sub(r"\{\w+\}", "x", route.path)
            found += [(method, path) for method in route.methods or ()]
    return found


async def test_every_route_but_the_open_ones_needs_a_token(app: FastAPI) -> None:
    closed = _closed(app)
    assert len(closed) >= 16
    async with connect(app, None) as client:
        for method, path in [*closed, ("GET", "/nothing"), ("GET", "/health/live/"), ("GET", "//docs")]:
            answer = await client.request(method, path, content=b"{not json")
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key"), path


async def test_a_gateway_key_never_works(app: FastAPI, db: Engine) -> None:
    create_tenant(db, TenantSpec("moda", "operator", frozenset({"*"})), "test")
    _, secret = create_key(db, "moda", "", "test")
    for number, (method, path) in enumerate(_closed(app)):
        async with connect(app, secret, f"10.1.0.{number}") as client:
            assert (await client.request(method, path)).status_code == 401


async def test_open_paths_answer_without_a_token(app: FastAPI) -> None:
    async with connect(app, None) as client:
        for path in OPEN_PATHS:
            ready = path == "/health/ready"
            assert (await client.get(path)).status_code in ((200, 503) if ready else (200,)), path
        assert (await client.get("/health/live")).json() == {"live": True}
        assert (await client.get("/openapi.json")).json()["components"]["securitySchemes"]


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic d2FuZw==", TOKENS["wang"], f"Bearer {TOKENS['wang']}x", "Bearer é"],
)
async def test_anything_but_the_exact_token_is_refused(app: FastAPI, header: str) -> None:
    async with connect(app, None) as client:
        answer = await client.get("/admin/tenants", headers={b"Authorization": header.encode("latin-1")})
        assert answer.status_code == 401
        twice = [(b"authorization", f"Bearer {TOKENS['wang']}".encode()), (b"authorization", b"Bearer x")]
        assert (await client.get("/admin/tenants", headers=twice)).status_code == 401


async def test_five_wrong_tokens_lock_the_address_and_nobody_else(app: FastAPI, db: Engine) -> None:
    async with connect(app, "wrong", "10.0.0.9") as stranger:
        codes = [(await stranger.get("/admin/tenants")).status_code for _ in range(MOST_FAILURES + 1)]
    assert codes == [401] * MOST_FAILURES + [429]
    async with connect(app, TOKENS["wang"], "10.0.0.9") as locked:
        answer = await locked.get("/admin/tenants")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "locked_out")
    assert 0 < int(answer.headers["retry-after"]) <= LOCK_S
    async with connect(app, TOKENS["lin"], "10.0.0.8") as other:
        assert (await other.get("/admin/tenants")).status_code == 200
    (row,) = list_audit(db)
    assert (row.event.action, row.event.object) == ("access.lock", "10.0.0.9")


def test_a_lock_ends_and_old_failures_are_forgotten() -> None:
    clock = Clock()
    lockout = Lockout(clock)
    assert not any(lockout.fail("a") for _ in range(MOST_FAILURES - 1))
    clock.now_s += LOCK_S
    assert not lockout.fail("a")
    lockout.succeed("a")
    assert [lockout.fail("a") for _ in range(MOST_FAILURES)] == [False] * (MOST_FAILURES - 1) + [True]
    with pytest.raises(LockedOut):
        lockout.check("a")
    clock.now_s += LOCK_S
    lockout.check("a")


def test_addresses_do_not_pile_up() -> None:
    lockout = Lockout(Clock())
    for number in range(11_000):
        lockout.fail(str(number))
    assert len(lockout._failures) <= 10_000


@pytest.mark.parametrize(
    "tokens",
    [
        {},
        {"wang": ""},
        {"wang": "bm_0123456789012345678901234567890123456789012"},
        {"wang": "the-same-token", "lin": "the-same-token"},
        {"": "a-token"},
        {"wang\n": "a-token"},
    ],
)
def test_start_up_refuses_unusable_tokens(tmp_path: Path, tokens: dict[str, str]) -> None:
    secrets = {name: SecretStr(token) for name, token in tokens.items()}
    with pytest.raises(SettingsError) as caught:
        create_admin_app(Settings(home=tmp_path, admin_tokens=secrets))
    assert not any(token and token in str(caught.value) for token in tokens.values())


async def test_an_answer_carries_a_request_id(client: httpx.AsyncClient) -> None:
    assert len((await client.get("/admin/tenants")).headers["x-request-id"]) == 24
