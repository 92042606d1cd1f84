"""How a canary and the version beside it are doing: counted in Redis, judged by the controller.

Only names that have a canary right now are counted, so an ordinary request costs nothing.
"""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis
from redis.exceptions import RedisError

from serve.background import Background
from serve.catalog import Catalog

_KEPT_S = 86_400
_TIMEOUT_S = 0.25


def counts_key(version: str) -> str:
    """Where a version's counts stand: a hash of requests, errors and slow ones."""
    return f"bianmin:canary:{version}"


class CanaryCounts:
    """Adds up outcomes by version; losing some while Redis is away only delays a judgement."""

    def __init__(self, redis: Redis, slow_s: float) -> None:
        """A first token later than `slow_s` is slow."""
        self._redis = redis
        self._slow_s = slow_s
        self._background = Background()

    def count(self, catalog: Catalog, public: str, version: str, outcome: tuple[bool, float | None]) -> None:
        """Count one finished request: whether it failed through our fault, and when its first token came."""
        if not any(share.canary for share in catalog.shares.get(public, ())):
            return
        failed, first_token_s = outcome
        slow = first_token_s is None or first_token_s > self._slow_s
        self._background.spawn(self._write(counts_key(version), failed, slow and not failed))

    async def close(self) -> None:
        """Wait until everything is written."""
        await self._background.close()

    async def _write(self, key: str, failed: bool, slow: bool) -> None:
        try:
            async with asyncio.timeout(_TIMEOUT_S), self._redis.pipeline() as together:
                together.hincrby(key, "requests", 1)
                together.hincrby(key, "errors", int(failed))
                together.hincrby(key, "slow", int(slow))
                together.expire(key, _KEPT_S)
                await together.execute()
        except (RedisError, OSError, TimeoutError):
            pass
