from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis
from sqlalchemy import Engine, select

from adapters.auto import Router
from adapters.evaluation.report import Measured
from adapters.stages import Stage
from serve import feed
from serve.admin.app import create_admin_app
from serve.records.adapter_tables import routers
from serve.records.audit import list_audit
from serve.records.database import reading
from serve.records.routing import load_catalog
from serve.records.versions import get_adapter
from serve.settings import AdapterSettings, RedisSettings, Settings
from tests.adapter_rows import add_version, engine_name, good_report, hold, serve_version
from tests.admin.adapter_archives import archive_of
from tests.admin.adapters.conftest import ROLES, TOKENS, WHY, submit
from tests.admin.conftest import connect
from tests.redis_server import RedisServer

STEPS: list[tuple[str, str, dict[str, Any] | None, set[str]]] = [
    ("GET", "/admin/adapters", None, {"mof-clerk", "moi-clerk", "guest"}),
    ("GET", "/admin/adapters/mof@2", None, {"mof-clerk", "guest"}),
    ("GET", "/admin/adapters/mof@2/history", None, {"mof-clerk", "guest"}),
    ("GET", "/admin/adapters/mof@2/compared", None, set()),
    ("POST", "/admin/adapters/mof@2/report", {}, set()),
    ("POST", "/admin/adapters/mof@2/load", {}, {"mof-clerk"}),
    ("POST", "/admin/adapters/mof@2/canary", WHY | {"weight": 5}, {"mof-clerk"}),
    ("POST", "/admin/adapters/mof/withdraw", WHY, {"mof-clerk"}),
    ("POST", "/admin/adapters/mof@2/promote", WHY, set()),
    ("POST", "/admin/adapters/mof@2/retire", WHY, set()),
    ("GET", "/admin/tenants", None, set()),
    ("GET", "/admin/journal", None, set()),
    ("GET", "/admin/audit", None, set()),
    ("POST", "/admin/keys", {"tenant": "moi"}, set()),
    ("GET", "/admin/usage", None, {"guest"}),
    ("GET", "/metrics", None, {"guest"}),
    ("POST", "/admin/adapters?ministry=moi", None, {"moi-clerk"}),
]


async def test_the_whole_life_over_http(client: httpx.AsyncClient, db: Engine) -> None:
    for seed in (1, 2):
        await submit(client, archive_of(seed))
    hold(db, "mof@1", "mof@2")
    for version in ("mof@1", "mof@2"):
        loaded = await client.post(f"/admin/adapters/{version}/load", json={})
        assert loaded.json()["wanted_until"]
        compared = (await client.get(f"/admin/adapters/{version}/compared")).json()
        assert compared["candidate"] == engine_name(db, version)
        report = good_report(compared["candidate"])
        posted = await client.post(f"/admin/adapters/{version}/report", json=report)
        assert posted.json()["passed"], [one for one in posted.json()["reasons"] if not one["passed"]]
    first = await client.post("/admin/adapters/mof@1/promote", json=WHY)
    assert first.json()["adapter"]["weight"] == 100, first.text
    canary = await client.post("/admin/adapters/mof@2/canary", json=WHY | {"weight": 10})
    assert (canary.json()["adapter"]["stage"], canary.json()["adapter"]["weight"]) == ("canary", 10)
    withdrawn = await client.post("/admin/adapters/mof/withdraw", json=WHY)
    assert withdrawn.json()["adapter"]["stage"] == "evaluated"
    second = await client.post("/admin/adapters/mof@2/promote", json=WHY)
    assert (second.status_code, second.json()["adapter"]["stage"]) == (200, "serving")
    back = await client.post("/admin/adapters/mof/roll-back", json=WHY)
    assert (back.json()["adapter"]["version"], back.json()["adapter"]["stage"]) == ("mof@1", "serving")
    retired = await client.post("/admin/adapters/mof@2/retire", json=WHY)
    assert retired.json()["adapter"]["stage"] == "retired"
    serving = (await client.get("/admin/adapters/mof@1")).json()
    assert (serving["ready"], serving["replicas"], serving["standing"]) == (1, 1, "ready")
    assert serving["residents"][0]["phase"] == "ready"
    assert (await client.get("/admin/audit/verify")).json()["intact"]


async def test_a_failed_gate_rejects_and_every_reason_is_told(client: httpx.AsyncClient, db: Engine) -> None:
    await submit(client, archive_of(1))
    report = good_report(engine_name(db, "mof@1"), safety=Measured(0.0, 0.9))
    answer = (await client.post("/admin/adapters/mof@1/report", json=report)).json()
    assert not answer["passed"]
    assert any(not one["passed"] and one["gate"].startswith("safety.") for one in answer["reasons"])
    assert (await client.get("/admin/adapters/mof@1")).json()["stage"] == "rejected"
    page = await client.get("/admin/adapters/mof@1/report.html")
    assert "sandbox" in page.headers["content-security-policy"]
    assert "未通過" in page.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"version": 1}',
        json.dumps(good_report("mof-2-00000000-1")).encode(),
        json.dumps(good_report("") | {"counts": 7}).encode(),
        json.dumps(good_report("") | {"measures": {"x": {"candidate": "e1-canary"}}}).encode(),
        json.dumps(good_report("") | {"subject": {"candidate": 1, "base": "b"}}).encode(),
        json.dumps(good_report("") | {"samples": [{"question": "e1-canary"}]}).encode(),
    ],
)
async def test_a_report_that_is_none_or_anothers_is_refused(
    client: httpx.AsyncClient, db: Engine, body: bytes
) -> None:
    await submit(client, archive_of(1))
    body = body.replace(b'"candidate": "",', f'"candidate": "{engine_name(db, "mof@1")}",'.encode())
    answer = await client.post("/admin/adapters/mof@1/report", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert "e1-canary" not in answer.text
    assert (await client.get("/admin/adapters/mof@1")).json()["stage"] == "checked"


@pytest.mark.parametrize("who", ROLES)
async def test_each_role_may_do_what_it_may_and_no_more(app: FastAPI, db: Engine, who: str) -> None:
    async with connect(app, TOKENS["wang"]) as operator:
        for seed in (1, 2):
            await submit(operator, archive_of(seed))
            hold(db, *(f"mof@{number}" for number in range(1, seed + 1)))
            name = engine_name(db, f"mof@{seed}")
            await operator.post(f"/admin/adapters/mof@{seed}/report", json=good_report(name))
        await operator.post("/admin/adapters/mof@1/promote", json=WHY)
    async with connect(app, TOKENS[who]) as client:
        for method, path, body, allowed in STEPS:
            answer = await client.request(method, path, json=body)
            if who in allowed:
                assert answer.status_code not in (401, 403), (path, answer.text)
            else:
                assert answer.json()["error"]["code"] == "forbidden", (path, answer.text)
    if who == "moi-clerk":
        async with connect(app, TOKENS[who]) as client:
            assert (await client.get("/admin/adapters")).json() == []


async def test_where_two_persons_are_asked_for_the_second_approves(
    settings: Settings, app: FastAPI, db: Engine
) -> None:
    two = settings.model_copy(update={"adapters": AdapterSettings(two_persons=True)})
    add_version(db, "mof@2", Stage.EVALUATED)
    serve_version(db, "mof@1")
    hold(db, "mof@1", "mof@2")
    app = create_admin_app(two)
    async with connect(app, TOKENS["wang"]) as wang, connect(app, TOKENS["lin"]) as lin:
        asked = await wang.post("/admin/adapters/mof@2/promote", json=WHY)
        assert (asked.status_code, asked.json()["pending"]["asked_by"]) == (202, "wang")
        own = await wang.post("/admin/adapters/mof@2/approve", json={})
        assert (own.status_code, own.json()["error"]["code"]) == (403, "own_request")
        assert (await lin.get("/admin/adapters/mof@2")).json()["pending"][0]["step"] == "promote"
        approved = await lin.post("/admin/adapters/mof@2/approve", json={"reason": "checked"})
        assert approved.json()["adapter"]["stage"] == "serving"
        late = await lin.post("/admin/adapters/mof@2/approve", json={})
        assert (late.status_code, late.json()["error"]["code"]) == (409, "approval_missing")


async def test_a_committed_step_is_told_to_the_gateways(
    settings: Settings, db: Engine, redis_server: RedisServer
) -> None:
    app = create_admin_app(settings.model_copy(update={"redis": RedisSettings(url=redis_server.url)}))
    serve_version(db, "mof@1")
    add_version(db, "mof@2", Stage.EVALUATED)
    hold(db, "mof@1", "mof@2")
    async with app.router.lifespan_context(app), connect(app, TOKENS["wang"]) as client:
        assert (await client.post("/admin/adapters/mof@2/promote", json=WHY)).status_code == 200
        redis = Redis.from_url(redis_server.url)
        table = json.loads(await redis.hget(feed.KEY, "table"))
        await redis.aclose()
    assert table["shares"]["mof"] == [["mof@2", 100, False]]


async def test_a_promotion_retrains_the_door_for_all(db: Engine, app: FastAPI) -> None:
    async with app.router.lifespan_context(app), connect(app, TOKENS["wang"]) as client:
        await submit(client, archive_of(1))
        await client.post("/admin/adapters/mof@1/report", json=good_report(engine_name(db, "mof@1")))
        assert (await client.post("/admin/adapters/mof@1/promote", json=WHY)).status_code == 200
    with reading(db) as connection:
        row = connection.execute(select(routers)).one()
    assert row.trained_on == {"mof": "mof@1"} and load_catalog(db).router == row.revision
    assert "mof" in Router.from_bytes(row.weights).names
    event = list_audit(db)[0].event
    assert (event.action, event.outcome) == ("adapter.train_router", "ok")


async def test_a_router_that_cannot_be_trained_undoes_nothing(settings: Settings, db: Engine) -> None:
    (settings.home / "artifacts").write_bytes(b"a file where the store should be")
    app = create_admin_app(settings)
    add_version(db, "mof@1", Stage.EVALUATED)
    async with app.router.lifespan_context(app), connect(app, TOKENS["wang"]) as client:
        assert (await client.post("/admin/adapters/mof@1/promote", json=WHY)).status_code == 200
    assert get_adapter(db, "mof@1").stage is Stage.SERVING
    event = list_audit(db)[0].event
    assert (event.action, event.outcome) == ("adapter.train_router", "failed")
    assert load_catalog(db).router == 0


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/admin/adapters/mof@1/promote", {}, 400, "invalid_request"),
        ("POST", "/admin/adapters/mof@1/promote", {"reason": ""}, 400, "invalid_request"),
        ("POST", "/admin/adapters/mof@1/promote", {"reason": "e1-canary" * 100}, 400, "invalid_request"),
        ("POST", "/admin/adapters/mof@1/promote", {"reason": "e1-canary\x00"}, 400, "invalid_request"),
        ("POST", "/admin/adapters/mof@1/promote", WHY, 409, "step_refused"),
        ("POST", "/admin/adapters/mof@1/canary", WHY | {"weight": 100}, 400, "invalid_request"),
        ("POST", "/admin/adapters/e1-canary@1/promote", WHY, 404, "not_found"),
        ("POST", "/admin/adapters/E1-CANARY/promote", WHY, 400, "invalid_request"),
        ("POST", "/admin/adapters/mof/roll-back", WHY, 409, "no_standby"),
        ("POST", "/admin/adapters/mof@1/approve", {}, 409, "approval_missing"),
        ("GET", "/admin/adapters/mof@1/report", None, 404, "not_found"),
        ("GET", "/admin/adapters/mof@1/compared", None, 404, "not_found"),
        ("GET", "/admin/adapters/%27/history", None, 400, "invalid_request"),
        ("GET", "/admin/adapters/nobody/history", None, 404, "not_found"),
    ],
)
async def test_refusals_have_one_shape_and_no_echo(
    client: httpx.AsyncClient, db: Engine, method: str, path: str, body: Any, status: int, code: str
) -> None:
    add_version(db, "mof@1")
    answer = await client.request(method, path, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "canary" not in answer.text.lower()
