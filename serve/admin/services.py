"""What the admin plane works with, opened in one place and handed to the routes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, text

from serve.admin.access import People, Person, read_roles
from serve.admin.adapter_steps import AdapterSteps, make_desk, make_steps
from serve.admin.sessions import Sessions
from serve.errors import RecordsUnavailable
from serve.hotstate.connection import open_redis
from serve.records.database import open_database, reading
from serve.records.routing import load_catalog
from serve.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """The admin plane's collaborators."""

    settings: Settings
    db: Engine
    redis: Redis
    steps: AdapterSteps
    people: People
    sessions: Sessions

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Close everything at the end."""
        self.steps.uploads.clear()
        self.steps.catch_up()
        try:
            yield
        finally:
            await self.steps.background.close()
            await self.redis.aclose()
            self.db.dispose()

    async def database_answers(self) -> bool:
        """Whether the database answers a query."""
        return await asyncio.to_thread(_answers, self.db)

    async def engines_answer(self) -> bool:
        """Whether every public name has a version that an engine holds, as the controller saw it last."""
        try:
            return (await asyncio.to_thread(load_catalog, self.db)).answering
        except RecordsUnavailable:
            return False

    async def redis_answers(self) -> bool:
        """Whether Redis answers in time."""
        try:
            async with asyncio.timeout(self.settings.redis.timeout_s):
                return bool(await self.redis.ping())
        except (RedisError, OSError, TimeoutError):
            return False


def make_services(settings: Settings) -> Services:
    """Build the collaborators; nothing connects yet.

    Raises RecordsUnavailable for an unusable database URL, SettingsError for unusable roles or gate policies.
    """
    roles = read_roles(settings)
    db = open_database(settings.records_url)
    redis = open_redis(settings.redis_url, settings.redis.timeout_s)
    return Services(
        settings=settings,
        db=db,
        redis=redis,
        steps=make_steps(settings, make_desk(settings, db), redis),
        people=People(settings.admin_tokens, roles, db),
        sessions=Sessions(secure=settings.stage == "production"),
    )


def _services(request: Request) -> Services:
    services = request.app.state.services
    assert isinstance(services, Services)
    return services


def _actor(request: Request) -> str:
    actor = request.state.actor
    assert isinstance(actor, str)
    return actor


def _user(request: Request) -> Person:
    person = request.state.person
    assert isinstance(person, Person)
    return person


def _answers(db: Engine) -> bool:
    try:
        with reading(db) as connection:
            connection.execute(text("SELECT 1"))
    except RecordsUnavailable:
        return False
    return True


Parts = Annotated[Services, Depends(_services)]
Actor = Annotated[str, Depends(_actor)]
User = Annotated[Person, Depends(_user)]
