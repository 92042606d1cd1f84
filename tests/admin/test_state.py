from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from serve.admin.app import create_admin_app
from serve.admin.engine_watch import EngineWatch
from serve.catalog import Catalog, Route
from serve.errors import RecordsUnavailable
from serve.records.database import upgrade
from serve.settings import EngineSettings, Settings
from tests.admin.conftest import TOKENS, connect
from tests.redis_server import RedisServer

CATALOG = Catalog({"moi": Route("moi", "moi@1", "moi-1", "sha256:01")})
EXPOSITION = """\
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="base"} 3.0
vllm:num_requests_running{engine="1",model_name="base"} 4.0
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="base"} 5.0
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc{engine="0",model_name="base"} 0.25
vllm:kv_cache_usage_perc{engine="1",model_name="base"} 0.75
# TYPE vllm:num_requests_waiting_by_reason gauge
vllm:num_requests_waiting_by_reason{engine="0"} 99.0
"""


class FakeEngine:
    """Answers what the watch asks vLLM; `models` is what it holds."""

    def __init__(self) -> None:
        self.models = ["base", "moi-1"]
        self.keys: set[str] = set()
        routes = [
            web.get("/health", self._health),
            web.get("/v1/models", self._models),
            web.get("/metrics", self._metrics),
        ]
        app = web.Application()
        app.add_routes(routes)
        self.server = TestServer(app)

    @property
    def url(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _models(self, request: web.Request) -> web.Response:
        self.keys.add(request.headers.get("Authorization", ""))
        return web.json_response({"data": [{"id": name} for name in self.models]})

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(text=EXPOSITION)


@pytest.fixture
async def engine() -> AsyncIterator[FakeEngine]:
    fake = FakeEngine()
    await fake.server.start_server()
    yield fake
    await fake.server.close()


async def _eventually(holds: Callable[[], bool]) -> None:
    for _ in range(6000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came true")


async def test_the_watch_sends_the_engines_key(engine: FakeEngine) -> None:
    settings = EngineSettings(url=engine.url, api_key=SecretStr("engine-key"))
    watch = EngineWatch(settings, lambda: CATALOG)
    task = asyncio.create_task(watch.run())
    await _eventually(lambda: watch.up)
    task.cancel()
    assert engine.keys == {"Bearer engine-key"}


async def test_a_missing_adapter_is_not_up_and_is_told_once(
    engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bianmin.engine_watch")
    watch = EngineWatch(EngineSettings(url=engine.url), lambda: CATALOG)
    async with aiohttp.ClientSession() as session:
        engine.models = ["base"]
        for _ in range(3):
            await watch.look(session)
        assert not watch.up
        engine.models = ["base", "moi-1"]
        for _ in range(3):
            await watch.look(session)
        assert watch.up
        await engine.server.close()
        for _ in range(3):
            await watch.look(session)
        assert not watch.up
    assert len(caplog.records) == 3
    assert all(record.exc_info is None for record in caplog.records)


async def test_the_last_known_catalogue_serves_while_the_database_is_away(engine: FakeEngine) -> None:
    answers: list[Catalog] = [CATALOG]

    def load() -> Catalog:
        if not answers:
            raise RecordsUnavailable
        return answers.pop()

    watch = EngineWatch(EngineSettings(url=engine.url), load)
    async with aiohttp.ClientSession() as session:
        await watch.look(session)
        await watch.look(session)
        assert watch.up
        never = EngineWatch(EngineSettings(url=engine.url), load)
        await never.look(session)
        assert not never.up


async def test_ready_names_what_is_missing(app: FastAPI) -> None:
    async with connect(app, None) as client:
        answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": True, "redis": False, "engine": False}


async def test_ready_when_everything_answers(
    settings: Settings, engine: FakeEngine, redis_server: RedisServer
) -> None:
    upgrade(settings.records_url)
    redis = settings.redis.model_copy(update={"url": redis_server.url})
    watched = settings.engine.model_copy(update={"url": engine.url})
    app = create_admin_app(settings.model_copy(update={"redis": redis, "engine": watched}))
    async with app.router.lifespan_context(app), connect(app, None) as client:
        await _eventually(lambda: app.state.services.watch.up)
        answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": True, "redis": True, "engine": True}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_the_command_serves_every_processs_metrics(tmp_path: Path, engine: FakeEngine) -> None:
    port = _free_port()
    environ = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"} | {
        "BIANMIN_HOME": str(tmp_path),
        "BIANMIN_ADMIN_PORT": str(port),
        "BIANMIN_ADMIN_TOKENS": json.dumps(TOKENS),
        "BIANMIN_ENGINE__URL": engine.url,
        "BIANMIN_METRICS_DIR": str(tmp_path / "metrics"),
    }
    upgrade(f"sqlite:///{tmp_path / 'records.sqlite3'}")
    worker = "from serve import metrics; metrics.TOKENS.labels('moi', 'in').inc(7)"
    metrics_dir = tmp_path / "metrics"
    metrics_dir.mkdir()
    other = await asyncio.create_subprocess_exec(
        sys.executable, "-c", worker, env=environ | {"PROMETHEUS_MULTIPROC_DIR": str(metrics_dir)}
    )
    assert await other.wait() == 0
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from serve.cli import main; main()",
        "admin",
        env=environ,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        samples = await _read_metrics(port)
    finally:
        process.send_signal(signal.SIGINT)
        code = await process.wait()
    assert samples["bianmin_tokens_total"] == 7
    assert samples["bianmin_engine_up"] == 1
    assert samples["bianmin_engine_running"] == 7
    assert samples["bianmin_engine_waiting"] == 5
    assert samples["bianmin_engine_kv_cache_used_ratio"] == 0.75
    assert code == 0


async def _read_metrics(port: int) -> dict[str, float]:
    url = f"http://127.0.0.1:{port}/metrics"
    async with asyncio.timeout(120), httpx.AsyncClient(timeout=5) as client:
        while True:
            try:
                assert (await client.get(url)).status_code == 401
                answer = await client.get(url, headers={"Authorization": f"Bearer {TOKENS['wang']}"})
            except httpx.TransportError:
                await asyncio.sleep(0.05)
                continue
            families = text_string_to_metric_families(answer.text)
            samples = {sample.name: sample.value for family in families for sample in family.samples}
            if samples.get("bianmin_engine_running"):
                return samples
            await asyncio.sleep(0.05)


def test_the_command_refuses_to_start_without_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    from serve.cli import main

    monkeypatch.setenv("BIANMIN_HOME", str(tmp_path))
    monkeypatch.delenv("BIANMIN_ADMIN_TOKENS", raising=False)
    result = CliRunner().invoke(main, ["admin"])
    assert result.exit_code == 1
    assert "BIANMIN_ADMIN_TOKENS" in result.stderr
