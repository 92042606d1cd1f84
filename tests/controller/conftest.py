"""A controller over fake engines on real sockets, with a real database, a real Redis and a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import Engine

from adapters.cards import load
from adapters.stages import Stage
from adapters.store import Store
from serve.controller.controller import run_controller
from serve.records.database import open_database, writing
from serve.records.replicas import Phase, Replica, add_replica, list_residents
from serve.records.versions import AdapterSpec, register_adapter, set_stage
from serve.settings import ControllerSettings, EngineSettings, RedisSettings, Settings
from tests.engine.weights_on_disk import write_adapter
from tests.records.rows import empty_database
from tests.redis_server import RedisServer
from tests.stack.fake_engine import FakeEngine

BASE_DIGEST = "sha256:" + "b" * 64
QUICK = ControllerSettings(
    interval_s=0.02, answer_timeout_s=0.5, load_timeout_s=1.0, drain_grace_s=0.05, longest_retry_s=0.3
)


@dataclass
class Fleet:
    """Replicas, versions, and what the controller says of them."""

    settings: Settings
    db: Engine
    engines: dict[str, FakeEngine] = field(default_factory=dict)

    def engine(self, name: str = "one") -> FakeEngine:
        """Start an engine and add it as a replica."""
        engine = self.engines[name] = FakeEngine()
        engine.start()
        add_replica(self.db, Replica(name, engine.url), "test")
        return engine

    def add(self, version: str, stage: Stage = Stage.SERVING, base_digest: str = BASE_DIGEST) -> str:
        """Store and register a version of its own content; its digest."""
        folder = self.settings.home / "made" / version
        write_adapter(folder, base_digest)
        (folder / "adapter_config.json").write_text(f'{{"r": 8, "of": "{version}"}}')
        digest = write_card(folder, base_digest)
        Store(self.settings.artifacts_url).put(folder, digest)
        public = version.partition("@")[0]
        card = {"base_digest": base_digest}
        register_adapter(self.db, AdapterSpec(public, version, digest, public, card=card), "test", stage)
        return digest

    def stage(self, version: str, stage: Stage) -> None:
        """Put the version into a stage."""
        with writing(self.db) as connection:
            set_stage(connection, version, stage)

    def cache_of(self, digest: str) -> Path:
        """Where engines read it."""
        return self.settings.adapter_cache / digest.removeprefix("sha256:")

    def phase(self, version: str, replica: str = "one") -> tuple[Phase | None, str]:
        """Phase and reason as the table says."""
        for row, _ in list_residents(self.db):
            if (row.version, row.replica) == (version, replica):
                return row.phase, row.reason
        return None, ""

    def ready(self, version: str, replica: str = "one") -> bool:
        """Whether the table says that it is ready."""
        return self.phase(version, replica)[0] is Phase.READY

    def name(self, version: str, replica: str = "one") -> str:
        """Its name in the engine, as the table says."""
        return next(
            r.engine_name for r, _ in list_residents(self.db) if (r.version, r.replica) == (version, replica)
        )

    @asynccontextmanager
    async def controller(self) -> AsyncIterator[None]:
        """A controller while the block runs."""
        task = asyncio.create_task(run_controller(self.settings))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def write_card(folder: Path, base_digest: str) -> str:
    """Card for what lies in the folder now; its digest."""
    from dataclasses import replace

    from adapters.cards import content_digest, save

    digest = content_digest(folder)
    save(replace(load(folder), digest=digest, base_digest=base_digest), folder)
    return digest


@pytest.fixture
def fleet(tmp_path: Path, redis_server: RedisServer) -> Iterator[Fleet]:
    """No replica yet; the base model is registered."""
    settings = Settings(
        home=tmp_path,
        redis=RedisSettings(url=redis_server.url),
        engine=EngineSettings(connect_timeout_s=0.5),
        controller=QUICK,
    )
    (tmp_path / "records.sqlite3").write_bytes(empty_database())
    db = open_database(settings.records_url)
    fleet = Fleet(settings, db)
    register_adapter(db, AdapterSpec("base", "base@1", BASE_DIGEST), "test", Stage.SERVING)
    try:
        yield fleet
    finally:
        for engine in fleet.engines.values():
            engine.die()
        db.dispose()
