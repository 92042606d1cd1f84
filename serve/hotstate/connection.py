"""The Redis client of a gateway worker."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

CONNECTIONS = 256


def open_redis(url: str, timeout_s: float) -> Redis:
    """A client for `redis://`, `rediss://` or `unix://`; it connects at first use.

    Connecting ends after `timeout_s`, and nothing is tried twice: who calls decides what a silent Redis means,
    and bounds each call with `asyncio.timeout`. Not with `socket_timeout`: redis-py then sends through
    `asyncio.wait_for`, which in Python 3.11 swallows a cancellation (python/cpython#86296). Close with `aclose()`.
    """
    return Redis.from_url(
        url,
        socket_timeout=None,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
        max_connections=CONNECTIONS,
    )
