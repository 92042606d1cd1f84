"""Callers, reservations and a look into Redis, for the quota's tests."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from serve.callers import Caller, Limits
from serve.errors import QuotaExceeded
from serve.hotstate import Breaker, Script
from serve.quota import LEDGER, Quota, Reservation

PLENTY = 1_000_000
TIMEOUT_S = 5.0  # generous: a loaded machine must not look like a Redis that is away


def caller(tenant: str = "moi", **limits: int) -> Caller:
    """A caller with plenty of everything but what is given."""
    wanted = {"requests": PLENTY, "window_s": 3600, "tokens_per_day": PLENTY, "concurrent": PLENTY} | limits
    return Caller(tenant, "agency", f"key-{tenant}", frozenset({"*"}), 0, Limits(**wanted))


@dataclass(frozen=True)
class Held:
    """What Redis holds of a tenant."""

    count: int
    used: int
    reserved: int
    leases: int


async def held(redis: Redis, tenant: str = "moi") -> Held:
    """Look into the tenant's keys."""
    tag = f"quota:{{{tenant}}}:"
    count = await redis.hget(tag + "window", "count")
    used, reserved = await redis.hmget(tag + "day", "used", "reserved")
    estimates = await redis.hlen(tag + "estimates")
    assert estimates == await redis.zcard(tag + "leases")
    return Held(int(count or 0), int(used or 0), int(reserved or 0), estimates)


def new_quota(redis: Redis, *, lease_s: float, workers: int) -> Quota:
    """A quota over this client."""
    script = Script(redis, LEDGER, TIMEOUT_S, Breaker())
    return Quota(script, lease_s=lease_s, workers=workers)


async def try_reserve(
    quota: Quota, who: Caller, request_id: str, tokens: int = 1
) -> Reservation | QuotaExceeded:
    """A reservation or the refusal."""
    try:
        return await quota.reserve(who, request_id, tokens)
    except QuotaExceeded as exc:
        return exc
