"""The routing table's way to every gateway worker: published in Redis at each change, read from the database besides.

The database is the truth and holds a revision that only rises. Whoever commits a change publishes the new table; the
controller publishes again what was lost. A worker takes whichever comes first: the message, or its own look into
the database twice a second. So a change is seen within a second, with Redis away or with the database away too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing

import orjson
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from serve.catalog import Catalog, catalog_from_json, catalog_to_json
from serve.errors import ServeError
from serve.rendering import where_raised

log = logging.getLogger("bianmin.feed")

KEY = "bianmin:routing"
LOOK_INTERVAL_S = 0.5
_PAUSE_S = 1.0
_TIMEOUT_S = 1.0
_REDIS_FAULTS = (RedisError, OSError, TimeoutError)
# Only a newer table replaces the stored one; setting and telling are one step.
_PUBLISH = """\
local known = redis.call('HGET', KEYS[1], 'revision')
if known and tonumber(known) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'table', ARGV[2])
redis.call('PUBLISH', KEYS[1], ARGV[2])
return 1
"""


async def publish(redis: Redis, catalog: Catalog) -> bool:
    """Whether Redis has the table now. Never raises because of Redis: workers see the change in the database."""
    table = orjson.dumps(catalog_to_json(catalog))
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            await redis.eval(_PUBLISH, 1, KEY, str(catalog.revision), table)
    except _REDIS_FAULTS as exc:
        log.warning("redis did not take the routing table (%s)", type(exc).__name__)
        return False
    return True


class CatalogWatch:
    """The newest routing table a worker knows; the last good one while database and Redis are away."""

    def __init__(self, redis: Redis, read_revision: Callable[[], int], load: Callable[[], Catalog]) -> None:
        self._redis = redis
        self._read_revision = read_revision
        self._load = load
        self._catalog = Catalog()
        self._older_seen = False
        self._away = False

    def current(self) -> Catalog:
        """The catalogue to route by."""
        return self._catalog

    async def follow(self) -> None:
        """Keep the table up to date until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen())
            tasks.create_task(self._look_again_and_again())

    def take(self, catalog: Catalog) -> None:
        """Use the table if it is newer."""
        if catalog.revision > self._catalog.revision:
            self._catalog = catalog
            self._older_seen = False

    async def look(self) -> None:
        """Look into the database once."""
        try:
            revision = await asyncio.to_thread(self._read_revision)
            if revision == self._catalog.revision:
                self._older_seen = False
            elif revision > self._catalog.revision or self._older_seen:
                self._catalog = await asyncio.to_thread(self._load)
                self._older_seen = False
            else:  # an older table may be a look that began before a message came; twice, it is a restored backup
                self._older_seen = True
            self._away = False
        except ServeError:
            if not self._away:
                log.warning("database away: the last routing table stays in use")
            self._away = True
            await self._take_stored()

    async def _look_again_and_again(self) -> None:
        while True:
            try:
                await self.look()
            except Exception as exc:  # noqa: BLE001 - the edge of a task: the last good table stays in use
                log.error("a look at the routing table failed: %s", where_raised(exc))
            await asyncio.sleep(LOOK_INTERVAL_S)

    async def _take_stored(self) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                stored = await self._redis.hget(KEY, "table")
        except _REDIS_FAULTS:
            return
        self._take_message(stored)

    async def _listen(self) -> None:
        while True:
            try:
                async with aclosing(self._redis.pubsub()) as subscription:
                    await subscription.subscribe(KEY)
                    await self._take_messages(subscription)
            except _REDIS_FAULTS:
                await asyncio.sleep(_PAUSE_S)

    async def _take_messages(self, subscription: PubSub) -> None:
        while True:
            message = await subscription.get_message(ignore_subscribe_messages=True, timeout=None)
            if message is not None:
                self._take_message(message["data"])

    def _take_message(self, data: bytes | str | None) -> None:
        try:
            if data is not None:
                self.take(catalog_from_json(orjson.loads(data)))
        except (KeyError, TypeError, ValueError):
            log.error("a published routing table can't be read")
