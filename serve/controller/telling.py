"""Tells the gateways, through Redis, of each change of the routing table, and again when Redis forgot it."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine

from serve import feed
from serve.records.routing import load_catalog

_TIMEOUT_S = 0.5


class Telling:
    """Redis only makes it faster: gateways look into the database besides."""

    def __init__(self, redis: Redis, db: Engine) -> None:
        self._redis, self._db = redis, db

    async def tell(self, revision: int) -> None:
        """Publish the table unless Redis has this revision or a newer one. Raises RecordsUnavailable."""
        known = await self._known()
        if known is not None and known < revision:
            await feed.publish(self._redis, await asyncio.to_thread(load_catalog, self._db))

    async def _known(self) -> int | None:
        """The revision in Redis, -1 when it has none; None when it doesn't answer."""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                stored = await self._redis.hget(feed.KEY, "revision")
        except (RedisError, OSError, TimeoutError):
            return None
        return -1 if stored is None else int(stored)
