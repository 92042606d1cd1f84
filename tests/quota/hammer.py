"""One worker process that asks for more than the tenant has, and watches how many hold a place at once.

Run as `python -m tests.quota.hammer URL WORKER`; prints how many were admitted and the most places seen held.
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count

from redis.asyncio import Redis

from serve.hotstate import open_redis
from serve.quota import TOO_MANY_AT_ONCE, Quota, Reservation
from tests.quota.support import TIMEOUT_S, caller, new_quota, try_reserve

REQUESTS, TOKENS, CONCURRENT, ESTIMATE = 60, 100_000, 4, 10
TASKS = 6


async def _ask(quota: Quota, watch: Redis, name: str) -> tuple[int, int]:
    who = caller(requests=REQUESTS, tokens_per_day=TOKENS, concurrent=CONCURRENT)
    admitted = most = 0
    for attempt in count():
        reservation = await try_reserve(quota, who, f"{name}-{attempt}", ESTIMATE)
        if not isinstance(reservation, Reservation):
            if reservation.text == TOO_MANY_AT_ONCE:
                await asyncio.sleep(0.01)
                continue
            break
        assert not reservation.degraded
        admitted += 1
        most = max(most, await watch.incr("holding"))
        await asyncio.sleep(0)
        await watch.decr("holding")
        await quota.settle(reservation, ESTIMATE)
    return admitted, most


async def main(url: str, worker: str) -> None:
    redis = open_redis(url, TIMEOUT_S)
    quota = new_quota(redis, lease_s=300, workers=3)
    found = await asyncio.gather(*(_ask(quota, redis, f"{worker}-{task}") for task in range(TASKS)))
    print(sum(admitted for admitted, _ in found), max(most for _, most in found))
    await quota.close()
    await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
