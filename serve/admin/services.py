"""What the admin plane works with, opened in one place and handed to the routes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, text

from serve.admin.engine_watch import EngineWatch
from serve.errors import RecordsUnavailable
from serve.records.database import open_database, reading
from serve.records.routing import load_catalog
from serve.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The admin plane's collaborators."""

    settings: Settings
    db: Engine
    redis: Redis
    watch: EngineWatch

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Watch the engine inside; close everything at the end."""
        task = asyncio.create_task(self.watch.run(), name="engine-watch")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await self.redis.aclose()
            self.db.dispose()

    async def database_answers(self) -> bool:
        """Whether the database answers a query."""
        return await asyncio.to_thread(_answers, self.db)

    async def redis_answers(self) -> bool:
        """Whether Redis answers in time."""
        try:
            return bool(await self.redis.ping())
        except (RedisError, OSError, TimeoutError):
            return False


def make_services(settings: Settings) -> Services:
    """Build the collaborators; nothing connects yet. Raises RecordsUnavailable for an unusable database URL."""
    db = open_database(settings.records_url)
    timeout_s = settings.redis.timeout_s
    redis = Redis.from_url(
        settings.redis_url, socket_timeout=timeout_s, socket_connect_timeout=timeout_s, retry=None
    )
    return Services(settings, db, redis, EngineWatch(settings.engine, partial(load_catalog, db)))


def _services(request: Request) -> Services:
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


def _actor(request: Request) -> str:
    actor = request.state.actor
    assert isinstance(actor, str)
    return actor


def _answers(db: Engine) -> bool:
    try:
        with reading(db) as connection:
            connection.execute(text("SELECT 1"))
    except RecordsUnavailable:
        return False
    return True


Parts = Annotated[Services, Depends(_services)]
Actor = Annotated[str, Depends(_actor)]
