from __future__ import annotations

import json
from pathlib import Path

import pytest
import schemathesis
from fastapi import FastAPI
from redis.asyncio import Redis
from sqlalchemy import Engine

from adapters.gates import default_policy
from serve import feed
from serve.admin.app import create_admin_app
from serve.records.routing import load_catalog
from serve.settings import AdapterSettings, RecordsSettings, RedisSettings, Settings, SettingsError
from tests.adapter_rows import serve_version
from tests.admin.adapters.conftest import TOKENS
from tests.admin.conftest import connect
from tests.redis_server import RedisServer


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
