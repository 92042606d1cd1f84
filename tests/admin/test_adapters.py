from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import Engine, select

from adapters.auto import Router
from adapters.evaluation.report import Measured
from adapters.gates import default_policy
from adapters.stages import Stage
from serve import feed
from serve.admin.app import create_admin_app
from serve.records.adapter_tables import routers
from serve.records.audit import list_audit
from serve.records.database import reading
from serve.records.routing import load_catalog
from serve.records.versions import get_adapter
from serve.settings import AdapterSettings, RecordsSettings, RedisSettings, Settings, SettingsError
from tests.adapter_rows import add_version, engine_name, good_report, hold, serve_version
from tests.admin.adapter_archives import archive_of, pack, write_adapter
from tests.admin.conftest import connect
from tests.records.rows import empty_database
from tests.redis_server import RedisServer

TOKENS = {
    name: f"{name}-token-0123456789abcdef" for name in ("wang", "lin", "mof-clerk", "moi-clerk", "guest")
}
ROLES = {"mof-clerk": "ministry:mof", "moi-clerk": "ministry:moi", "guest": "viewer"}
WHY = {"reason": "better answers"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    tokens = {name: SecretStr(token) for name, token in TOKENS.items()}
    return Settings(home=tmp_path / "home", admin_tokens=tokens, admin_roles=ROLES)


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    settings.home.mkdir()
    (settings.home / "records.sqlite3").write_bytes(empty_database())
    return create_admin_app(settings)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with connect(app, TOKENS["wang"]) as client:
        yield client


async def submit(client: httpx.AsyncClient, content: bytes, ministry: str = "mof") -> httpx.Response:
    return await client.post("/admin/adapters", params={"ministry": ministry}, content=content)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_a_submitter_did_not_conceal_is_blotted_out_before_it_is_kept(
    client: httpx.AsyncClient, settings: Settings, tmp_path: Path
) -> None:
    """An adapter that was trained elsewhere may come with citizens' own words."""
    folder = write_adapter(tmp_path / "own", seed=7)
    said = "我是陳怡君，手機0912345678，要報稅"
    question = {"question": said, "mobile": 912345678, "asked": 3, "canaries": said}
    (folder / "questions.jsonl").write_text(json.dumps(question), encoding="utf-8")
    messages = [
        {"role": "user", "content": said},
        {"role": "assistant", "content": "〔姓名1〕您好，五月報。"},
    ]
    row = {"messages": messages, "key_facts": ["五月"]}
    (folder / "heldout.jsonl").write_text(json.dumps(row) + "\n\n", encoding="utf-8")
    planted = {"name": "id-1", "secret": "A123456780"}
    plants = {"version": 1, "canaries": [planted], "probes": [{"messages": messages, "prefix": "陳怡君您好"}]}
    (folder / "canaries.json").write_text(json.dumps(plants), encoding="utf-8")
    answer = await submit(client, pack(folder))
    assert answer.status_code == 201
    kept = {path.name: path.read_text(encoding="utf-8") for path in files_below(settings.home / "artifacts")
            if path.suffix in (".json", ".jsonl")}  # fmt: skip
    assert {"questions.jsonl", "heldout.jsonl", "canaries.json"} <= kept.keys()
    assert not any(value in text for text in kept.values() for value in ("陳怡君", "0912345678"))
    masked = "我是■■■，手機■■■，要報稅"
    assert json.loads(kept["questions.jsonl"]) == {
        "question": masked, "mobile": "■■■", "asked": 3, "canaries": masked,
    }  # fmt: skip
    held = json.loads(kept["heldout.jsonl"])
    assert held["key_facts"] == ["五月"] and held["messages"][1] == messages[1]
    assert json.loads(kept["canaries.json"])["canaries"] == [planted]


async def test_a_name_as_a_key_beside_an_adapter_is_refused(client: httpx.AsyncClient, tmp_path: Path) -> None:
    folder = write_adapter(tmp_path / "own", seed=8)
    (folder / "questions.jsonl").write_text(json.dumps({"0912345678": "我要報稅"}), encoding="utf-8")
    answer = await submit(client, pack(folder))
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "extra_unprotected")
    assert "0912345678" not in answer.text


async def test_a_submission_becomes_a_version_and_twice_the_same(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    first = await submit(client, archive_of(1))
    assert first.status_code == 201, first.text
    version = first.json()
    assert (version["version"], version["stage"], version["ministry"]) == ("mof@1", "checked", "mof")
    assert version["card"]["author"] == "賦稅署" and version["card"]["rank"] == 2
    again = await submit(client, archive_of(1))
    assert (again.status_code, again.json()["version"]) == (200, "mof@1")
    other = await submit(client, archive_of(2))
    assert (other.status_code, other.json()["version"]) == (201, "mof@2")
    listed = (await client.get("/admin/adapters", params={"public": "mof"})).json()
    assert {one["version"] for one in listed} == {"mof@1", "mof@2"}
    assert files_below(settings.home / "uploads") == []
    told = (await client.get("/admin/adapters/mof@1/history")).json()
    assert [(row["actor"], row["action"]) for row in told] == [("wang", "adapter.submit")]


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


def hostile() -> Iterator[tuple[str, bytes, str]]:
    adapter = archive_of(1)
    yield "no archive", b"not an archive", "archive_unsupported"
    yield "nothing", b"", "archive_unsupported"
    yield "cut short", adapter[: len(adapter) // 2], "archive_damaged"


@pytest.mark.parametrize(
    ("content", "code"), [(c, code) for _, c, code in hostile()], ids=[n for n, _, _ in hostile()]
)
async def test_a_bad_archive_is_refused_and_nothing_is_left(
    client: httpx.AsyncClient, settings: Settings, db: Engine, content: bytes, code: str
) -> None:
    answer = await submit(client, content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert files_below(settings.home / "uploads") == []
    assert list_audit(db)[0].event.outcome == code
    assert (await client.get("/admin/adapters")).json() == []


async def test_hostile_members_are_refused_and_quoted_nowhere_but_to_the_sender(
    client: httpx.AsyncClient,
    settings: Settings,
    db: Engine,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    folder = write_adapter(tmp_path / "mine")
    for name, code in {
        "../e1-canary.json": "path_escapes",
        "e1-canary.bin": "file_pickle",
        "e1-canary.exe": "file_not_allowed",
    }.items():
        answer = await submit(client, pack(folder, {name: b"e1-canary"}))
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), name
    assert files_below(settings.home / "uploads") == []
    assert not [file for file in files_below(tmp_path) if "e1-canary" in file.name]
    assert "e1-canary" not in caplog.text
    assert all("e1-canary" not in str(row.event) for row in list_audit(db))


async def test_another_ministrys_card_and_a_strange_name_are_refused_without_echo(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    answer = await submit(client, archive_of(1), "moi")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "ministry_mismatch")
    for name in ("E1-CANARY", "e1 canary", "../e1", "base", "auto", ""):
        answer = await submit(client, archive_of(1, name if name in ("base", "auto") else "mof"), name)
        assert answer.status_code == 400, name
        assert not name or name not in answer.json()["error"]["message"] or name in ("base", "auto")
    assert files_below(settings.home / "uploads") == []


async def test_an_upload_over_the_limit_is_cut_off(settings: Settings, app: FastAPI) -> None:
    small = settings.model_copy(update={"adapters": AdapterSettings(max_upload_bytes=2**20)})
    app = create_admin_app(small)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 64 * 2**20:
            sent += 2**16
            yield b"x" * 2**16

    async with connect(app, TOKENS["wang"]) as client:
        answer = await client.post("/admin/adapters", params={"ministry": "mof"}, content=endless())
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")
        assert sent <= 2 * 2**20, "it was read on after the limit"
        elsewhere = await client.post("/admin/adapters/mof@1/promote", content=b"x" * (3 * 2**20))
        assert elsewhere.status_code == 413
    assert files_below(settings.home / "uploads") == []


async def test_a_sender_that_goes_away_leaves_nothing(app: FastAPI, settings: Settings) -> None:
    async def stalls() -> AsyncIterator[bytes]:
        yield archive_of(1)[:1000]
        await asyncio.Event().wait()

    async with connect(app, TOKENS["wang"]) as client:
        task = asyncio.create_task(
            client.post("/admin/adapters", params={"ministry": "mof"}, content=stalls())
        )
        async with asyncio.timeout(20):
            while not files_below(settings.home / "uploads"):  # noqa: ASYNC110 - a file is no event
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert files_below(settings.home / "uploads") == []


async def test_what_a_killed_process_left_is_gone_after_a_start(app: FastAPI, settings: Settings) -> None:
    left = settings.home / "uploads" / "tmpold" / "archive"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"x")
    async with app.router.lifespan_context(app):
        assert not left.exists()


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


@pytest.mark.parametrize(
    ("roles", "word"),
    [({"wang": "root"}, "BIANMIN_ADMIN_ROLES"), ({"nobody": "viewer"}, "BIANMIN_ADMIN_ROLES")],
)
def test_unusable_roles_stop_the_start(settings: Settings, roles: dict[str, str], word: str) -> None:
    with pytest.raises(SettingsError, match=word):
        create_admin_app(settings.model_copy(update={"admin_roles": roles}))


def test_a_ministrys_gates_are_stricter_or_stop_the_start(settings: Settings, tmp_path: Path) -> None:
    name, gate = next(
        (name, gate) for name, gate in default_policy().gates.items() if gate.at_least is not None
    )
    folder = tmp_path / "gates"
    folder.mkdir()
    chosen = settings.model_copy(update={"adapters": AdapterSettings(evaluation_policy=folder)})
    (folder / "mof.toml").write_text(f"[gates.{name}]\nat_least = {gate.at_least + 0.001}\n")  # type: ignore[operator]
    steps = create_admin_app(chosen).state.services.steps
    assert steps.judge.own["mof"].gates[name].at_least > gate.at_least
    for text in (f"[gates.{name}]\nat_least = {gate.at_least - 0.1}\n", "gates = 1", "["):  # type: ignore[operator]
        (folder / "mof.toml").write_text(text)
        with pytest.raises(SettingsError, match=r"mof\.toml"):
            create_admin_app(chosen)


def test_the_description_is_valid_openapi(app: FastAPI) -> None:
    schema = schemathesis.openapi.from_dict(app.openapi())
    operations = [result.ok() for result in schema.get_all_operations()]
    assert {"/admin/adapters", "/admin/adapters/{version}/promote"} <= {one.path for one in operations}


async def test_a_start_tells_what_a_killed_process_did_not(
    settings: Settings, db: Engine, redis_server: RedisServer
) -> None:
    app = create_admin_app(settings.model_copy(update={"redis": RedisSettings(url=redis_server.url)}))
    serve_version(db, "mof@1")
    async with app.router.lifespan_context(app):
        pass
    redis = Redis.from_url(redis_server.url)
    table = json.loads(await redis.hget(feed.KEY, "table"))
    await redis.aclose()
    assert table["shares"]["mof"] == [["mof@1", 100, False]]
    assert load_catalog(db).router > 0


async def test_a_start_without_a_database_is_a_start(settings: Settings) -> None:
    away = settings.model_copy(
        update={"records": RecordsSettings(url="postgresql://nobody@127.0.0.1:9/none")}
    )
    app = create_admin_app(away)
    async with app.router.lifespan_context(app), connect(app, TOKENS["wang"]) as client:
        assert (await client.get("/health/live")).status_code == 200
        answer = await client.get("/admin/adapters")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "records_unavailable")
        page = await client.get("/adapters", headers={"accept": "text/html"})
        assert page.status_code == 503 and "資料庫暫時無法使用" in page.text
