"""Redis killed during service: requests go on with a careful local limit, which is told and counted."""

from __future__ import annotations

import asyncio
import signal

import aiohttp
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

from tests.gateway.conftest import Gateway
from tests.redis_server import RedisServer

DEGRADED = "x-bianmin-quota"


def degraded_count() -> float:
    """How many reservations were decided by the local limit, over all workers."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry.get_sample_value("bianmin_quota_degraded_total") or 0.0


async def ask_until_shared(gateway: Gateway) -> aiohttp.ClientResponse:
    """Ask until the shared limit decides again."""
    async with asyncio.timeout(30):
        while DEGRADED in (response := await gateway.chat("你好")).headers:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return response


async def test_requests_go_on_without_redis_and_with_it_again(
    gateway: Gateway, redis_server: RedisServer
) -> None:
    before = degraded_count()
    assert DEGRADED not in (await gateway.chat("你好")).headers

    redis_server.signal(signal.SIGKILL)
    whole = await gateway.chat("你好")
    streamed = await gateway.chat("你好", stream=True)
    for response in (whole, streamed):
        assert response.status == 200
        assert response.headers[DEGRADED] == "degraded"
    assert (await streamed.text()).endswith("data: [DONE]\n\n")
    assert degraded_count() == before + 2
    assert ["quota_degraded" in record["flags"] for record in gateway.spooled()] == [False, True, True]

    redis_server.start()
    assert (await ask_until_shared(gateway)).status == 200


async def test_the_local_limit_is_careful(gateway: Gateway, redis_server: RedisServer) -> None:
    redis_server.signal(signal.SIGKILL)
    first = await gateway.chat("你好", tenant="people")
    second = await gateway.chat("你好", tenant="people")
    assert (first.status, first.headers["x-ratelimit-limit-requests"]) == (200, "1")
    assert (second.status, (await second.json())["error"]["code"]) == (429, "quota_exceeded")


async def test_a_silent_redis_does_not_hold_requests_up(gateway: Gateway, redis_server: RedisServer) -> None:
    await gateway.chat("你好")
    redis_server.signal(signal.SIGSTOP)
    try:
        async with asyncio.timeout(10):
            answers = await asyncio.gather(*(gateway.chat("你好") for _ in range(8)))
    finally:
        redis_server.signal(signal.SIGCONT)
    assert {(answer.status, answer.headers[DEGRADED]) for answer in answers} == {(200, "degraded")}
    assert (await ask_until_shared(gateway)).status == 200
