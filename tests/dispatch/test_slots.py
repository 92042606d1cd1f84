"""Eight slots and many more adapters, on a real redis-server."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from serve import metrics
from serve.catalog import Target
from serve.dispatch import SLOTS_SCRIPT, SlotLimits, Slots
from serve.errors import AdapterLoading
from serve.hotstate import Breaker, Script, open_redis
from tests.redis_server import RedisServer


def slots_of(
    redis: Redis, slots: int = 2, wait_s: float = 30.0, patience_s: float = 30.0, lease_s: float = 300
) -> Slots:
    """A worker's view of the slots."""
    script = Script(redis, SLOTS_SCRIPT, 5.0, Breaker())
    return Slots(script, SlotLimits(slots, wait_s, patience_s, lease_s))


def target(name: str, replica: str = "one") -> Target:
    return Target(replica, f"http://{replica}", name)


async def inside(redis: Redis, replica: str = "one") -> set[str]:
    """The adapters that have a slot."""
    return {name.decode() for name in await redis.hkeys(f"slots:{{{replica}}}:slots")}


@pytest.fixture
async def slots(redis: Redis) -> AsyncIterator[Slots]:
    made = slots_of(redis)
    yield made
    await made.close()


async def use(slots: Slots, name: str, request: str = "r") -> None:
    """One request, begun and ended."""
    async with slots.slot(target(name), request):
        pass
    await slots.close()


async def test_the_least_recently_used_gives_way(slots: Slots, redis: Redis) -> None:
    for name in ("a", "b", "a", "c"):
        await use(slots, name)
    assert await inside(redis) == {"a", "c"}


async def test_replicas_are_counted_apart(slots: Slots, redis: Redis) -> None:
    for name in "abc":
        async with slots.slot(target(name, f"replica-{name}"), "r"):
            pass
    for name in "abc":
        assert await inside(redis, f"replica-{name}") == {name}


async def test_a_busy_adapter_keeps_its_slot_and_a_cold_one_is_refused_in_time(redis: Redis) -> None:
    slots = slots_of(redis, wait_s=0.1)
    async with slots.slot(target("a"), "1"), slots.slot(target("b"), "2"):
        with pytest.raises(AdapterLoading) as caught:
            async with slots.slot(target("c"), "3"):
                raise AssertionError("there was no slot")
        assert caught.value.code == "adapter_loading" and caught.value.retry_after_s
        async with slots.slot(target("a"), "4"):
            assert await inside(redis) == {"a", "b"}
    await slots.close()
    async with slots.slot(target("c"), "5"):
        assert "c" in await inside(redis)
    await slots.close()


async def test_a_flood_of_a_warm_adapter_cannot_keep_a_cold_one_out(redis: Redis) -> None:
    """vLLM itself lets requests of running adapters overtake for ever (vllm#16876)."""
    slots = slots_of(redis, slots=1, patience_s=0.05)
    ended = asyncio.Event()
    answered = 0

    async def flood(number: int) -> None:
        nonlocal answered
        turn = 0
        while not ended.is_set():
            async with slots.slot(target("hot"), f"{number}-{turn}"):
                await asyncio.sleep(0.01)
                answered += 1
            turn += 1

    floods = [asyncio.create_task(flood(number)) for number in range(8)]
    while answered < 50:  # noqa: ASYNC110 - the flood must be under way
        await asyncio.sleep(0.01)
    async with asyncio.timeout(20), slots.slot(target("cold"), "single"):
        assert await inside(redis) == {"cold"}
    before = answered
    while answered < before + 50:  # noqa: ASYNC110 - and goes on behind it
        await asyncio.sleep(0.01)
    ended.set()
    await asyncio.gather(*floods)
    await slots.close()


async def test_every_one_of_many_cold_adapters_gets_its_turn(redis: Redis) -> None:
    slots = slots_of(redis, slots=2, patience_s=0.02)
    most, now = 0, set[str]()

    async def ask(number: int) -> None:
        nonlocal most
        name = f"adapter-{number % 20}"
        async with slots.slot(target(name), str(number)):
            now.add(name)
            most = max(most, len(now))
            await asyncio.sleep(0.002)
            now.discard(name)

    async with asyncio.timeout(60):
        await asyncio.gather(*(ask(number) for number in range(100)))
    assert most <= 2
    await slots.close()


async def test_what_a_killed_worker_left_ends_by_itself(redis: Redis) -> None:
    killed = slots_of(redis, slots=1, lease_s=0.2)
    await killed._take(target("a"), "never ends")
    slots = slots_of(redis, slots=1)
    async with asyncio.timeout(20), slots.slot(target("b"), "1"):
        assert await inside(redis) == {"b"}
    await slots.close()


async def test_a_caller_that_leaves_while_waiting_holds_nothing(redis: Redis) -> None:
    slots = slots_of(redis, slots=1)
    async with slots.slot(target("a"), "1"):
        waiting = asyncio.create_task(use(slots, "b", "2"))
        while not await redis.zcard("slots:{one}:waiters"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await slots.close()
    assert await redis.zcard("slots:{one}:leases") == 0
    await use(slots, "c")
    assert await inside(redis) == {"c"}


async def test_without_redis_the_engines_decide(caplog: pytest.LogCaptureFixture) -> None:
    server = RedisServer()
    server.start()
    client = open_redis(server.url, 1.0)
    slots = slots_of(client, slots=1)
    unmanaged = metrics.SLOTS_UNMANAGED._value.get()  # type: ignore[attr-defined]
    try:
        async with slots.slot(target("before"), "0"):
            server.signal(signal.SIGKILL)
            async with slots.slot(target("a"), "1"), slots.slot(target("b"), "2"):
                pass
        await slots.close()
    finally:
        await client.aclose()
        server.stop()
    assert metrics.SLOTS_UNMANAGED._value.get() == unmanaged + 2  # type: ignore[attr-defined]
    assert not [record for record in caplog.records if record.name == "bianmin.background"]
