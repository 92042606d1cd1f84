"""A whole gateway on real sockets: real redis-server, real SQLite, real spool; the upstream is scripted."""

from __future__ import annotations

import asyncio
import json
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn
from sqlalchemy import Engine as Database

from serve.callers import Limits
from serve.gateway.app import create_app
from serve.process import server_config
from serve.records.accounts import create_key
from serve.records.database import open_database, upgrade
from serve.records.replicas import Phase, Replica, Resident, add_replica, publish_residents
from serve.records.tenants import TenantSpec, create_tenant
from serve.settings import DeidSettings, EngineSettings, RedisSettings, Settings
from tests.adapter_rows import serve_version
from tests.gateway.upstream import ScriptedEngine, running_engine
from tests.redis_server import RedisServer

HELD = {"base@1": "base", "moi@1": "moi-1", "mof@1": "mof-1"}
WIDE = Limits(requests=1_000_000, window_s=3600, tokens_per_day=10**9, concurrent=1000)


@dataclass
class Gateway:
    """A running gateway and the ways to talk to it."""

    url: str
    settings: Settings
    engine: ScriptedEngine
    database: Database
    http: aiohttp.ClientSession
    keys: dict[str, str] = field(repr=False)

    def headers(self, tenant: str = "city") -> dict[str, str]:
        """The tenant's credentials."""
        return {"authorization": f"Bearer {self.keys[tenant]}"}

    async def post(
        self, body: Any, tenant: str = "city", path: str = "/v1/chat/completions"
    ) -> aiohttp.ClientResponse:
        """Send a body (bytes as they are, else as JSON) and read the whole answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {**self.headers(tenant), "content-type": "application/json"}
        async with self.http.post(self.url + path, data=data, headers=headers) as response:
            await response.read()
            return response

    async def chat(self, text: str, tenant: str = "city", **more: Any) -> aiohttp.ClientResponse:
        """One question."""
        body = {"model": "moi", "messages": [{"role": "user", "content": text}], **more}
        return await self.post(body, tenant)

    def spooled(self) -> list[dict[str, Any]]:
        """Every journal record in the spool, oldest first; a line that is being written isn't one yet."""
        rows = []
        for segment in sorted(Path(self.settings.spool_dir).glob("*.jsonl")):
            whole, _, _ = segment.read_text(errors="ignore").rpartition("\n")
            rows += [json.loads(line)["record"] for line in whole.splitlines()]
        return rows


def events(text: str) -> list[dict[str, Any]]:
    """The JSON events of a stream, `[DONE]` left out."""
    lines = [line[6:] for line in text.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def content(text: str, index: int = 0) -> str:
    """What a stream said in one of its choices."""
    deltas = [
        choice for event in events(text) for choice in event.get("choices", ()) if choice["index"] == index
    ]
    return "".join(choice["delta"].get("content") or "" for choice in deltas)


def prepare_records(settings: Settings) -> tuple[Database, dict[str, str]]:
    """The database of a gateway with tenants and keys, migrated once for all tests."""
    content, keys = _prepared()
    Path(settings.records_url.removeprefix("sqlite:///")).write_bytes(content)
    database = open_database(settings.records_url)
    add_replica(database, Replica("one", settings.engine.url), "test")
    publish_residents(database, "one", [Resident("one", v, name, Phase.READY) for v, name in HELD.items()])
    return database, dict(keys)


@cache
def _prepared() -> tuple[bytes, dict[str, str]]:
    """Migrate, register adapters and make tenants: `city` may call everything, `moi` its own, `people` little."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.sqlite3"
        upgrade(f"sqlite:///{path}")
        database = open_database(f"sqlite:///{path}")
        keys = _fill(database)
        database.dispose()
        return path.read_bytes(), keys


def _fill(database: Database) -> dict[str, str]:
    for version in HELD:
        serve_version(database, version)
    create_tenant(database, TenantSpec("city", "agency", frozenset({"*"}), limits=WIDE), "test")
    create_tenant(database, TenantSpec("moi", "ministry", frozenset({"moi", "base"}), limits=WIDE), "test")
    narrow = Limits(requests=3, window_s=3600, tokens_per_day=10**6, concurrent=1)
    create_tenant(database, TenantSpec("people", "community", frozenset({"*"}), limits=narrow), "test")
    return {name: create_key(database, name, "test", "test")[1] for name in ("city", "moi", "people")}


class _Server(uvicorn.Server):
    def capture_signals(self) -> Any:
        return nullcontext()


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """Run the application in uvicorn on a free loopback port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = _Server(server_config(create_app(settings), settings, settings.public_port))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def engine() -> AsyncIterator[ScriptedEngine]:
    """The scripted upstream."""
    async with running_engine() as upstream:
        yield upstream


@pytest.fixture
def settings(tmp_path: Path, engine: ScriptedEngine, redis_server: RedisServer) -> Settings:
    """Settings of a gateway that uses the test's own parts."""
    return Settings(
        home=tmp_path,
        workers=1,
        engine=EngineSettings(url=engine.url),
        redis=RedisSettings(url=redis_server.url),
        deid=DeidSettings(deadline_s=5),
    )


@asynccontextmanager
async def running_gateway(
    settings: Settings, engine: ScriptedEngine, await_ready: bool = True
) -> AsyncIterator[Gateway]:
    """A gateway on a free port; ready to answer, where that can be waited for."""
    database, keys = prepare_records(settings)
    async with serving(settings) as url, aiohttp.ClientSession() as http:
        running = Gateway(url, settings, engine, database, http, keys)
        while (await _readiness(http, url)) != (await_ready, True):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        yield running
    database.dispose()


async def _readiness(http: aiohttp.ClientSession, url: str) -> tuple[bool, bool]:
    """Whether it says it is ready, and whether it knows its adapters."""
    async with http.get(url + "/health/ready") as response:
        return response.status == 200, bool((await response.json())["parts"]["adapters"])


@pytest.fixture
async def gateway(settings: Settings, engine: ScriptedEngine) -> AsyncIterator[Gateway]:
    """A gateway that is ready to answer."""
    async with running_gateway(settings, engine) as running:
        yield running
