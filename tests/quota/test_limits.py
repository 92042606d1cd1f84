"""What a tenant may use, what it is told about the rest, and what ends a reservation."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from serve.errors import QuotaExceeded
from serve.quota import REQUESTS_USED_UP, TOKENS_USED_UP, TOO_MANY_AT_ONCE, Quota
from tests.quota.support import Held, caller, held, new_quota, try_reserve
from tests.waiting import eventually


async def test_the_answer_tells_what_is_left(quota: Quota) -> None:
    who = caller(requests=3, window_s=600, tokens_per_day=1000)
    first = await quota.reserve(who, "a", 300)
    second = await quota.reserve(who, "b", 200)
    assert (first.limit, first.remaining, first.tokens, first.tokens_limit, first.tokens_remaining) == (
        3, 2, 300, 1000, 700,
    )  # fmt: skip
    assert (second.remaining, second.tokens_remaining) == (1, 500)
    assert 0 < second.reset_s <= first.reset_s <= 600
    assert 0 < first.tokens_reset_s <= 86400
    assert not first.degraded


async def test_requests_are_counted_until_the_window_ends(quota: Quota) -> None:
    who = caller(requests=2, window_s=2)
    await quota.settle(await quota.reserve(who, "a", 1), 1)
    await quota.settle(await quota.reserve(who, "b", 1), 1)
    with pytest.raises(QuotaExceeded, match=REQUESTS_USED_UP) as refused:
        await quota.reserve(who, "c", 1)
    assert refused.value.retry_after_s in (1, 2)

    async def admitted() -> bool:
        return not isinstance(await try_reserve(quota, who, "c"), QuotaExceeded)

    await eventually(admitted, "there is room again")


async def test_real_usage_replaces_the_estimate(quota: Quota, redis: Redis) -> None:
    who = caller(tokens_per_day=1000)
    reservation = await quota.reserve(who, "a", 900)
    with pytest.raises(QuotaExceeded, match=TOKENS_USED_UP) as refused:
        await quota.reserve(who, "b", 200)
    assert refused.value.retry_after_s == 1  # room comes back when "a" is settled
    await quota.settle(reservation, 100)
    assert (await quota.reserve(who, "b", 900)).tokens_remaining == 0
    assert await held(redis) == Held(count=2, used=100, reserved=900, leases=1)


async def test_a_daily_limit_smaller_than_an_estimate_still_lets_one_request_in(quota: Quota) -> None:
    who = caller(tokens_per_day=50)
    reservation = await quota.reserve(who, "a", 4000)
    assert (reservation.tokens, reservation.tokens_remaining) == (50, 0)
    with pytest.raises(QuotaExceeded, match=TOKENS_USED_UP):
        await quota.reserve(who, "b", 1)
    await quota.settle(reservation, 49)
    assert (await quota.reserve(who, "b", 4000)).tokens == 1


async def test_a_used_up_day_says_when_the_next_begins(quota: Quota) -> None:
    who = caller(tokens_per_day=100)
    first = await quota.reserve(who, "a", 10)
    await quota.settle(first, 130)
    with pytest.raises(QuotaExceeded, match=TOKENS_USED_UP) as refused:
        await quota.reserve(who, "b", 0)
    assert refused.value.retry_after_s is not None
    assert abs(refused.value.retry_after_s - first.tokens_reset_s) <= 60


async def test_places_are_given_back(quota: Quota) -> None:
    who = caller(concurrent=2)
    first, second = await quota.reserve(who, "a", 1), await quota.reserve(who, "b", 1)
    with pytest.raises(QuotaExceeded, match=TOO_MANY_AT_ONCE):
        await quota.reserve(who, "c", 1)
    await quota.settle(first, 1)
    await quota.reserve(who, "c", 1)
    await quota.release(second)
    await quota.reserve(who, "d", 1)


async def test_release_leaves_no_trace(quota: Quota, redis: Redis) -> None:
    await quota.release(await quota.reserve(caller(), "a", 10))
    assert await held(redis) == Held(count=0, used=0, reserved=0, leases=0)


async def test_a_refusal_takes_nothing(quota: Quota, redis: Redis) -> None:
    await quota.reserve(caller(concurrent=1), "a", 10)
    before = await held(redis)
    for limits in ({"concurrent": 1}, {"requests": 1}, {"tokens_per_day": 10}):
        with pytest.raises(QuotaExceeded):
            await quota.reserve(caller(**limits), "b", 10)
    assert await held(redis) == before


@pytest.mark.parametrize("limit", ["requests", "window_s", "tokens_per_day", "concurrent"])
@pytest.mark.parametrize("amount", [0, -1])
async def test_a_limit_of_nothing_refuses_everything(quota: Quota, limit: str, amount: int) -> None:
    with pytest.raises(QuotaExceeded) as refused:
        await quota.reserve(caller(**{limit: amount}), "a", 1)
    assert refused.value.retry_after_s is None


async def test_very_large_limits_work(quota: Quota) -> None:
    huge = 2**80
    who = caller(requests=huge, tokens_per_day=huge, concurrent=huge)
    reservation = await quota.reserve(who, "a", 2**70)
    await quota.settle(reservation, 12_345_678_901_234)
    assert (await quota.reserve(who, "b", 1)).tokens_remaining == 10**15 - 12_345_678_901_234 - 1


async def test_calls_may_be_repeated(quota: Quota, redis: Redis) -> None:
    who = caller(requests=5)
    reservation = await quota.reserve(who, "a", 10)
    again = await quota.reserve(who, "a", 10)
    assert (again.tokens, again.remaining) == (10, 4)
    assert await held(redis) == Held(count=1, used=0, reserved=10, leases=1)
    await quota.settle(reservation, 7)
    await quota.settle(reservation, 7)
    await quota.release(reservation)
    assert await held(redis) == Held(count=1, used=7, reserved=0, leases=0)


async def test_an_expired_lease_gives_place_and_tokens_back_but_not_the_request(redis: Redis) -> None:
    short = new_quota(redis, lease_s=1, workers=1)
    who = caller(concurrent=1, tokens_per_day=100)
    await short.reserve(who, "lost", 100)

    async def admitted() -> bool:
        return not isinstance(await try_reserve(short, who, "next", 100), QuotaExceeded)

    assert not await admitted()
    await eventually(admitted, "there is room again")
    assert await held(redis) == Held(count=2, used=0, reserved=100, leases=1)
    await short.close()


async def test_usage_that_comes_after_the_expiry_is_charged_once(redis: Redis) -> None:
    short = new_quota(redis, lease_s=1, workers=1)
    who = caller(concurrent=1)
    late = await short.reserve(who, "late", 100)

    async def admitted() -> bool:
        return not isinstance(await try_reserve(short, who, "next", 5), QuotaExceeded)

    await eventually(admitted, "there is room again")
    await short.settle(late, 42)
    await short.settle(late, 42)
    assert await held(redis) == Held(count=2, used=42, reserved=5, leases=1)
    await short.close()


async def test_tenants_do_not_see_each_other(quota: Quota, redis: Redis) -> None:
    await quota.reserve(caller("moi", requests=1), "a", 1)
    await quota.reserve(caller("mof", requests=1), "a", 1)
    assert await held(redis, "moi") == await held(redis, "mof") == Held(1, 0, 1, 1)


async def test_keys_share_a_hash_tag_and_none_lives_forever(quota: Quota, redis: Redis) -> None:
    await quota.settle(await quota.reserve(caller(), "a", 1), 1)
    await quota.reserve(caller(), "b", 1)
    keys = [key.decode() async for key in redis.scan_iter()]
    assert sorted(keys) == [f"quota:{{moi}}:{name}" for name in ("day", "estimates", "leases", "window")]
    for key in keys:
        assert 0 < await redis.pttl(key) <= 2 * 86_400_000


async def test_a_redis_that_forgot_the_script_learns_it_again(quota: Quota, redis: Redis) -> None:
    await quota.reserve(caller(), "a", 1)
    await redis.script_flush()
    assert not (await quota.reserve(caller(), "b", 1)).degraded
