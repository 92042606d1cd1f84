"""The controller itself: takes the lease, keeps a keeper for each replica, and tells the gateways of each change."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

import aiohttp
from redis.asyncio import Redis
from sqlalchemy import Engine

from serve import metrics
from serve.controller.artifacts import Artifacts
from serve.controller.canaries import CanaryWatch
from serve.controller.desired import Desired, Wanted, read_desired
from serve.controller.engine import EngineDoor
from serve.controller.keeper import Keeper, Shared
from serve.controller.lease import Lease, open_lease
from serve.controller.telling import Telling
from serve.errors import ServeError
from serve.hotstate.connection import open_redis
from serve.records.database import open_database
from serve.records.replicas import Phase, Replica, Resident, list_residents
from serve.rendering import where_raised
from serve.settings import Settings

log = logging.getLogger("bianmin.controller")


@dataclass(frozen=True, slots=True)
class _Kept:
    """A replica as its keeper knows it."""

    replica: Replica
    keeper: Keeper
    task: asyncio.Task[None]

    async def end(self) -> None:
        """Stop keeping it."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


class Controller:
    """Acts only while it holds the lease; gives up everything when it loses it, and waits for it again."""

    def __init__(self, settings: Settings, db: Engine, redis: Redis, lease: Lease) -> None:
        self._settings, self._db, self._lease = settings, db, lease
        self._telling = Telling(redis, db)
        self._canaries = CanaryWatch(redis, db, settings.controller)
        self._artifacts = Artifacts(settings.artifacts_url, settings.adapter_cache)
        self._desired = Desired(0, (), ())
        self._changed = asyncio.Event()
        self._kept: dict[str, _Kept] = {}

    async def run(self) -> None:
        """Keep all replicas until cancelled."""
        try:
            while True:
                if self._lease.take():
                    log.info("this controller acts")
                    try:
                        await self._act()
                    finally:
                        self._lease.release()
                await asyncio.sleep(self._settings.controller.interval_s)
        finally:
            self._artifacts.close()

    async def _act(self) -> None:
        """Until the lease is lost. One line for each change of what goes wrong, not for each time it does."""
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
            told = ""
            try:
                while await asyncio.to_thread(self._lease.held):
                    wrong = await self._try_turn(session)
                    if wrong and wrong != told:
                        log.warning("controller: %s", wrong)
                    told = wrong
                    await self._pause()
                log.warning("the lease is lost: another controller may act")
            finally:
                for kept in self._kept.values():
                    await kept.end()
                self._kept.clear()

    async def _try_turn(self, session: aiohttp.ClientSession) -> str:
        try:
            await self._turn(session)
        except ServeError as exc:
            return exc.code
        except Exception as exc:  # noqa: BLE001 - the edge of the process: the next turn begins anew
            return where_raised(exc)
        return ""

    async def _turn(self, session: aiohttp.ClientSession) -> None:
        before, self._desired = self._desired, await asyncio.to_thread(read_desired, self._db)
        await self._keep(session)
        if before.wanted != self._desired.wanted:
            for kept in self._kept.values():
                kept.keeper.wake()
        await self._telling.tell(self._desired.revision)
        await self._canaries.look()
        self._show()

    async def _keep(self, session: aiohttp.ClientSession) -> None:
        """One keeper for each replica in the table. A replica that moved gets a new one."""
        addresses = {replica.name: replica.url for replica in self._desired.replicas}
        for name in [name for name, kept in self._kept.items() if addresses.get(name) != kept.replica.url]:
            await self._kept.pop(name).end()
        new = [replica for replica in self._desired.replicas if replica.name not in self._kept]
        if not new:
            return
        known = [row for row, _ in await asyncio.to_thread(list_residents, self._db)]
        for replica in new:
            self._kept[replica.name] = self._begin(session, replica, known)

    def _begin(self, session: aiohttp.ClientSession, replica: Replica, known: Sequence[Resident]) -> _Kept:
        settings = self._settings
        door = EngineDoor(session, replica.url, settings.engine, settings.controller)
        shared = Shared(
            self._db,
            self._artifacts,
            settings.adapter_cache,
            settings.controller,
            self._wanted,
            self._changed.set,
        )
        keeper = Keeper(replica, door, shared, [row for row in known if row.replica == replica.name])
        return _Kept(replica, keeper, asyncio.create_task(keeper.run(), name=f"keeper-{replica.name}"))

    def _wanted(self) -> Sequence[Wanted]:
        return self._desired.wanted

    async def _pause(self) -> None:
        """Until the next look is due, or a keeper changed the routing table."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.controller.interval_s):
                await self._changed.wait()
        self._changed.clear()

    def _show(self) -> None:
        phases = Counter(phase for kept in self._kept.values() for phase in kept.keeper.phases())
        for phase in Phase:
            metrics.ADAPTER_PHASE.labels(phase.value).set(phases[phase])
        metrics.CONTROLLER_LOOK.set_to_current_time()


async def run_controller(settings: Settings) -> None:
    """Open what the controller needs and run it until cancelled. Raises RecordsUnavailable."""
    async with AsyncExitStack() as stack:
        db = open_database(settings.records_url)
        stack.callback(db.dispose)
        redis = open_redis(settings.redis_url, settings.redis.timeout_s)
        stack.push_async_callback(redis.aclose)
        await Controller(settings, db, redis, open_lease(db)).run()
