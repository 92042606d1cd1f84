"""The steps of adapters as the admin plane takes them: in the database first, then told to every gateway worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import ParamSpec, TypeVar

from redis.asyncio import Redis
from sqlalchemy import Engine

from adapters.intake import IntakeLimits
from adapters.store import Store, StoreError
from serve.admin.judging import Judge, load_judge
from serve.admin.router_training import RouterTraining
from serve.admin.uploads import Received, Uploads, open_protector, read_requirements
from serve.background import Background
from serve.errors import RecordsUnavailable
from serve.feed import publish
from serve.records import lifecycle
from serve.records.approvals import Desk
from serve.records.lifecycle import StoreUnavailable, Submission
from serve.records.routing import load_catalog
from serve.records.transitions import Act
from serve.records.versions import Adapter
from serve.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")
_UPLOADS = "uploads"


@dataclass(frozen=True, slots=True)
class AdapterSteps:
    """Everything around a step: the desk it is asked at, the store, the judge of reports, and whom to tell."""

    desk: Desk
    store: Callable[[], Store]
    uploads: Uploads
    judge: Judge
    redis: Redis
    router: RouterTraining
    background: Background

    async def take(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take the step in the database, then publish the routing table; a silent Redis doesn't undo it."""
        done = await asyncio.to_thread(step, *args, **kwargs)
        await self.tell()
        return done

    async def tell(self) -> None:
        """Publish the table as committed, and retrain the router behind `auto` if other versions serve now."""
        await self._publish()
        self.background.spawn(self._retrain())

    def catch_up(self) -> None:
        """Tell what a killed process may not have told; while the database is away, the next step will."""
        self.background.spawn(self._catch_up())

    async def submit(self, ministry: str, received: Received, act: Act) -> tuple[Adapter, bool]:
        """Store and register what was checked. Raises what `lifecycle.submit` raises."""
        submission = Submission(ministry, received.folder, received.digest, received.card, received.as_of)
        return await asyncio.to_thread(self._submit, submission, act)

    def _submit(self, submission: Submission, act: Act) -> tuple[Adapter, bool]:
        try:
            store = self.store()
        except StoreError as exc:
            raise StoreUnavailable from exc
        return lifecycle.submit(self.desk.db, store, submission, act)

    async def _catch_up(self) -> None:
        await self._publish()
        await self._retrain()

    async def _retrain(self) -> None:
        if await self.router.bring_up_to_date():
            await self._publish()

    async def _publish(self) -> None:
        with suppress(RecordsUnavailable):  # the step is committed; workers and controller look again
            await publish(self.redis, await asyncio.to_thread(load_catalog, self.desk.db))


def make_steps(settings: Settings, desk: Desk, redis: Redis) -> AdapterSteps:
    """Raises SettingsError for a gate policy that can't be used."""
    limits = IntakeLimits(archive_bytes=settings.adapters.max_upload_bytes)
    store = partial(Store, settings.artifacts_url)
    return AdapterSteps(
        desk=desk,
        store=store,
        uploads=Uploads(
            settings.home / _UPLOADS,
            limits,
            partial(read_requirements, settings),
            partial(open_protector, settings),
        ),
        judge=load_judge(settings.adapters.evaluation_policy),
        redis=redis,
        router=RouterTraining(desk.db, store),
        background=Background(),
    )


def make_desk(settings: Settings, db: Engine) -> Desk:
    """Where steps are asked for, by the deployment's rule."""
    return Desk(db, settings.two_persons, timedelta(hours=settings.adapters.approval_hours))
