from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from serve.admin.app import create_admin_app
from serve.records.database import upgrade
from serve.records.replicas import Phase, Replica, Resident, add_replica, publish_residents
from serve.settings import Settings
from tests.adapter_rows import serve_version
from tests.admin.conftest import TOKENS, connect
from tests.redis_server import RedisServer


async def test_ready_names_what_is_missing(app: FastAPI) -> None:
    async with connect(app, None) as client:
        answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "database": True, "redis": False, "engine": False}


async def test_ready_when_every_name_is_held_by_an_engine(
    settings: Settings, redis_server: RedisServer
) -> None:
    upgrade(settings.records_url)
    redis = settings.redis.model_copy(update={"url": redis_server.url})
    app = create_admin_app(settings.model_copy(update={"redis": redis}))
    db = app.state.services.db
    serve_version(db, "moi@1")
    add_replica(db, Replica("one", "http://127.0.0.1:1"), "test")
    async with app.router.lifespan_context(app), connect(app, None) as client:
        waiting = await client.get("/health/ready")
        publish_residents(db, "one", [Resident("one", "moi@1", "moi-1-aa", Phase.READY)])
        answer = await client.get("/health/ready")
    assert (waiting.status_code, waiting.json()["engine"]) == (503, False)
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "database": True, "redis": True, "engine": True}


async def test_ready_says_within_its_time_that_redis_is_silent(
    settings: Settings, redis_server: RedisServer
) -> None:
    redis = settings.redis.model_copy(update={"url": redis_server.url})
    services = create_admin_app(settings.model_copy(update={"redis": redis})).state.services
    assert await services.redis_answers()
    redis_server.signal(signal.SIGSTOP)
    try:
        async with asyncio.timeout(30):
            assert not await services.redis_answers()
    finally:
        redis_server.signal(signal.SIGCONT)
        await services.redis.aclose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_the_command_serves_every_processs_metrics(tmp_path: Path) -> None:
    port = _free_port()
    environ = {name: value for name, value in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"} | {
        "BIANMIN_HOME": str(tmp_path),
        "BIANMIN_ADMIN_PORT": str(port),
        "BIANMIN_ADMIN_TOKENS": json.dumps(TOKENS),
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
            if samples.get("bianmin_tokens_total"):
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
