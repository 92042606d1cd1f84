"""The limit that one process keeps by itself while Redis is away."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from serve.callers import Caller
from serve.quota.reservation import Reservation, refusal

# Together the workers give at most a quarter of what the tenant has, however many other hosts there are.
CAUTION = 4
_DAY_S = 86400
_TAIPEI_S = 8 * 3600


@dataclass(slots=True)
class _Tenant:
    window_end: float = 0.0
    count: int = 0
    day: int = 0
    tokens: int = 0
    leases: dict[str, _Lease] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Lease:
    expiry: float
    tokens: int
    window_end: float
    day: int


class LocalLimit:
    """A share of every limit: max(1, limit // (4 × workers)), in this process's memory only."""

    def __init__(self, workers: int, lease_s: float) -> None:
        self._share = CAUTION * workers
        self._lease_s = lease_s
        self._tenants: dict[str, _Tenant] = {}

    def reserve(self, caller: Caller, request_id: str, tokens: int) -> Reservation:
        """Admit by the local share. Raises QuotaExceeded."""
        now, limits = time.monotonic(), caller.limits
        requests, concurrent = self._part(limits.requests), self._part(limits.concurrent)
        tokens_limit = self._part(limits.tokens_per_day)
        tenant = self._tenants.setdefault(caller.tenant, _Tenant())
        day_left_s = self._turn(tenant, now, limits.window_s)
        if request_id not in tenant.leases:
            if tenant.count >= requests:
                raise refusal("requests", tenant.window_end - now)
            if tenant.tokens >= tokens_limit:
                raise refusal("tokens", day_left_s)
            if len(tenant.leases) >= concurrent:
                raise refusal("concurrent", 1)
            tenant.count += 1
            tenant.tokens += tokens
            tenant.leases[request_id] = _Lease(now + self._lease_s, tokens, tenant.window_end, tenant.day)
        return Reservation(
            tenant=caller.tenant,
            request_id=request_id,
            tokens=tenant.leases[request_id].tokens,
            degraded=True,
            limit=requests,
            remaining=requests - tenant.count,
            reset_s=max(1, round(tenant.window_end - now)),
            tokens_limit=tokens_limit,
            tokens_remaining=max(0, tokens_limit - tenant.tokens),
            tokens_reset_s=day_left_s,
        )

    def settle(self, reservation: Reservation, tokens_used: int) -> None:
        """Replace the estimate by the real usage and end the lease."""
        tenant, lease = self._end_lease(reservation)
        if lease and lease.day == tenant.day:
            tenant.tokens += tokens_used - lease.tokens

    def release(self, reservation: Reservation) -> None:
        """Give request and tokens back and end the lease."""
        tenant, lease = self._end_lease(reservation)
        if lease and lease.day == tenant.day:
            tenant.tokens -= lease.tokens
        if lease and lease.window_end == tenant.window_end:
            tenant.count -= 1

    def _part(self, limit: int) -> int:
        return max(1, limit // self._share)

    def _turn(self, tenant: _Tenant, now: float, window_s: int) -> int:
        """Begin a new window or day where the old one is over; answers the seconds left of the day."""
        if now >= tenant.window_end:
            tenant.count, tenant.window_end = 0, now + window_s
        day, second = divmod(int(time.time()) + _TAIPEI_S, _DAY_S)
        if day != tenant.day:
            tenant.day, tenant.tokens = day, 0
        for request_id in [key for key, lease in tenant.leases.items() if lease.expiry <= now]:
            del tenant.leases[request_id]
        return _DAY_S - second

    def _end_lease(self, reservation: Reservation) -> tuple[_Tenant, _Lease | None]:
        tenant = self._tenants.setdefault(reservation.tenant, _Tenant())
        return tenant, tenant.leases.pop(reservation.request_id, None)
