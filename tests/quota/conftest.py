from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from serve.hotstate import open_redis
from serve.quota import Quota
from tests.quota.support import TIMEOUT_S, new_quota
from tests.redis_server import RedisServer


@pytest.fixture(scope="session")
def shared_redis() -> Iterator[RedisServer]:
    """A redis-server for all tests that leave it running."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
async def redis(shared_redis: RedisServer) -> AsyncIterator[Redis]:
    """A client of the empty server."""
    client = open_redis(shared_redis.url, TIMEOUT_S)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
async def quota(redis: Redis) -> AsyncIterator[Quota]:
    """A quota whose leases outlast every test."""
    made = new_quota(redis, lease_s=300, workers=1)
    yield made
    await made.close()
