"""Many workers and interrupted calls: the limits are exact and nothing stays held."""

from __future__ import annotations

import asyncio
import os
import random
import sys

import pytest
from redis.asyncio import Redis

from serve.quota import Quota, Reservation
from tests.quota import hammer
from tests.quota.support import Held, caller, held, try_reserve
from tests.redis_server import RedisServer
from tests.waiting import eventually


async def test_worker_processes_together_never_pass_a_limit(shared_redis: RedisServer, redis: Redis) -> None:
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.quota.hammer", shared_redis.url, str(worker),
            stdout=asyncio.subprocess.PIPE, env=dict(os.environ),
        )
        for worker in range(3)
    ]  # fmt: skip
    outputs = [(await process.communicate())[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(int(output[0]) for output in outputs) == hammer.REQUESTS
    assert 1 <= max(int(output[1]) for output in outputs) <= hammer.CONCURRENT
    used = hammer.REQUESTS * hammer.ESTIMATE
    assert await held(redis) == Held(count=hammer.REQUESTS, used=used, reserved=0, leases=0)


async def test_tasks_of_one_worker_never_pass_a_limit(quota: Quota, redis: Redis) -> None:
    who = caller(requests=50, tokens_per_day=1000, concurrent=7)
    answers = await asyncio.gather(*(try_reserve(quota, who, f"r{n}", 10) for n in range(300)))
    admitted = [answer for answer in answers if isinstance(answer, Reservation)]
    assert len(admitted) == 7
    await asyncio.gather(*(quota.settle(reservation, 3) for reservation in admitted * 3))
    assert await held(redis) == Held(count=7, used=21, reserved=0, leases=0)


@pytest.mark.parametrize("seed", range(5))
async def test_a_cancelled_reservation_holds_nothing(quota: Quota, redis: Redis, seed: int) -> None:
    chance = random.Random(seed)
    await quota.reserve(caller(), "warm", 0)

    async def cut_short(number: int) -> None:
        task = asyncio.ensure_future(quota.reserve(caller(), f"cut{number}", 10))
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
        if task.cancel():
            with pytest.raises(asyncio.CancelledError):
                await task
        else:
            await quota.release(task.result())

    await asyncio.gather(*(cut_short(number) for number in range(60)))

    async def handed_over() -> bool:
        return quota.unsettled == 0

    await eventually(handed_over, "Redis has heard of everything")
    assert await held(redis) == Held(count=1, used=0, reserved=0, leases=1)


async def test_a_cancelled_settlement_still_counts_once(quota: Quota, redis: Redis) -> None:
    reservations = [await quota.reserve(caller(), f"r{n}", 10) for n in range(30)]
    for steps, reservation in enumerate(reservations):
        task = asyncio.ensure_future(quota.settle(reservation, 4))
        for _ in range(steps % 10):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def handed_over() -> bool:
        return quota.unsettled == 0

    await eventually(handed_over, "Redis has heard of everything")
    # A task that was cancelled before it ran never began to settle; its caller would find it unsettled.
    for reservation in reservations:
        await quota.settle(reservation, 4)
    assert await held(redis) == Held(count=30, used=120, reserved=0, leases=0)
