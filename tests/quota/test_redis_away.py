"""Redis dead, silent, loading or read-only: requests go on within the local share, and it is counted and told."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest

from serve.errors import QuotaExceeded
from serve.hotstate import open_redis
from serve.metrics import QUOTA_DEGRADED, REDIS_UP
from serve.quota import REQUESTS_USED_UP, TOO_MANY_AT_ONCE, Quota, Reservation
from serve.quota.debts import Debts
from serve.quota.ledger import Ledger, Operation, RedisAwayError
from tests.quota.support import Held, caller, held, new_quota, try_reserve
from tests.redis_server import RedisServer
from tests.waiting import eventually

TIMEOUT_S = 0.5
WORKERS = 2


@pytest.fixture
async def quota(redis_server: RedisServer) -> AsyncIterator[Quota]:
    redis = open_redis(redis_server.url, TIMEOUT_S)
    made = new_quota(redis, lease_s=300, workers=WORKERS)
    yield made
    await made.close()
    await redis.aclose()


def value(metric: object) -> float:
    """A metric's present value in this process."""
    (sample, *_) = [
        s for family in metric.collect() for s in family.samples if not s.name.endswith("_created")
    ]  # type: ignore[attr-defined]
    return float(sample.value)


async def shared(quota: Quota, prefix: str) -> bool:
    """Whether the next reservation is decided by Redis again."""
    answer = await try_reserve(quota, caller("probe"), f"{prefix}-{asyncio.get_running_loop().time()}")
    if isinstance(answer, QuotaExceeded):
        return False
    await quota.release(answer)
    return not answer.degraded


async def test_a_killed_redis_leaves_the_local_share_and_comes_back(
    quota: Quota, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    who = caller(requests=24, concurrent=1000)
    assert not (await quota.reserve(who, "before", 1)).degraded
    assert value(REDIS_UP) == 1
    counted = value(QUOTA_DEGRADED)
    redis_server.signal(signal.SIGKILL)
    for number in range(3):  # 24 // (4 × 2 workers)
        reservation = await quota.reserve(who, f"away{number}", 1)
        assert (reservation.degraded, reservation.limit, reservation.remaining) == (True, 3, 2 - number)
        await quota.settle(reservation, 1)
    with pytest.raises(QuotaExceeded, match=REQUESTS_USED_UP):
        await quota.reserve(who, "away3", 1)
    assert value(QUOTA_DEGRADED) == counted + 3
    assert value(REDIS_UP) == 0
    redis_server.start()
    await eventually(lambda: shared(quota, "back"), "Redis decides again")
    assert value(REDIS_UP) == 1
    assert [record.levelname for record in caplog.records if record.name.startswith("serve.hotstate")] == [
        "ERROR",
        "WARNING",
    ]


async def test_places_are_limited_locally_too(quota: Quota, redis_server: RedisServer) -> None:
    redis_server.signal(signal.SIGKILL)
    who = caller(concurrent=16)
    first, _ = await quota.reserve(who, "a", 1), await quota.reserve(who, "b", 1)
    with pytest.raises(QuotaExceeded, match=TOO_MANY_AT_ONCE):
        await quota.reserve(who, "c", 1)
    await quota.release(first)
    await quota.release(first)
    await quota.reserve(who, "c", 1)
    with pytest.raises(QuotaExceeded, match=TOO_MANY_AT_ONCE):
        await quota.reserve(who, "d", 1)


async def test_a_small_tenant_keeps_one_request(quota: Quota, redis_server: RedisServer) -> None:
    redis_server.signal(signal.SIGKILL)
    who = caller(requests=1, concurrent=1, tokens_per_day=1)
    await quota.settle(await quota.reserve(who, "a", 500), 500)
    with pytest.raises(QuotaExceeded):
        await quota.reserve(who, "b", 1)


async def test_nobody_waits_for_a_silent_redis_and_late_calls_take_nothing(
    quota: Quota, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    before = await quota.reserve(caller(), "before", 10)
    redis_server.signal(signal.SIGSTOP)
    try:
        async with asyncio.timeout(20):  # far below what 200 waits one after the other would take
            answers = await asyncio.gather(*(try_reserve(quota, caller(), f"r{n}", 1) for n in range(200)))
            for number in range(200):
                answers.append(await try_reserve(quota, caller(), f"s{number}", 1))
            await quota.settle(before, 7)
    finally:
        redis_server.signal(signal.SIGCONT)
    assert all(isinstance(answer, Reservation) and answer.degraded for answer in answers)
    assert sum(record.name.startswith("serve.hotstate") for record in caplog.records) == 1

    async def handed_over() -> bool:
        return quota.unsettled == 0

    await eventually(handed_over, "Redis has heard of everything")
    client = open_redis(redis_server.url, 5)
    # What was on its way while Redis was silent has been taken back; the settlement arrived.
    wanted = Held(count=1, used=7, reserved=0, leases=0)
    await eventually(lambda: _is(client, wanted), "Redis holds the settlement alone")
    await client.aclose()


async def _is(client: object, wanted: Held) -> bool:
    return await held(client) == wanted  # type: ignore[arg-type]


async def test_a_redis_that_refuses_writes_counts_as_away(quota: Quota, redis_server: RedisServer) -> None:
    client = open_redis(redis_server.url, 5)
    assert await shared(quota, "before")
    await client.execute_command("REPLICAOF", "127.0.0.1", "1")
    assert (await quota.reserve(caller(), "a", 1)).degraded
    await client.execute_command("REPLICAOF", "NO", "ONE")
    await eventually(lambda: shared(quota, "after"), "Redis decides again")
    await client.aclose()


async def test_what_is_owed_is_handed_over_when_redis_is_back(redis_server: RedisServer) -> None:
    redis = open_redis(redis_server.url, TIMEOUT_S)
    quota = new_quota(redis, lease_s=300, workers=1)
    reservation = await quota.reserve(caller(), "a", 10)
    redis_server.signal(signal.SIGKILL)
    await quota.settle(reservation, 6)
    assert quota.unsettled == 1
    redis_server.start()

    async def known() -> bool:
        return quota.unsettled == 0

    await eventually(known, "Redis has heard of it")
    assert await held(redis) == Held(count=1, used=6, reserved=0, leases=0)
    await quota.close()
    await redis.aclose()


class FailsOnce(Ledger):
    """A ledger whose first operation finds Redis away; the others are taken."""

    def __init__(self) -> None:
        self.failed = asyncio.Event()
        self.taken: list[Operation] = []

    async def run(self, operation: Operation) -> None:
        if not self.failed.is_set():
            self.failed.set()
            raise RedisAwayError(asked=True)
        self.taken.append(operation)


async def test_closing_hands_over_what_is_owed() -> None:
    ledger = FailsOnce()
    debts = Debts(ledger)
    owed = [Operation("settle", "moi", name, (6,)) for name in ("a", "b")]
    for operation in owed:
        debts.add(operation)
    await ledger.failed.wait()  # the debts' own next try is a pause away
    await debts.close()
    assert ledger.taken == owed and len(debts) == 0
