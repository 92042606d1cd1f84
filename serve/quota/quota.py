"""reserve → settle | release: a tenant's requests per window, tokens per day and requests at once."""

from __future__ import annotations

import asyncio
from math import ceil

from serve.callers import Caller
from serve.hotstate.script import Script
from serve.metrics import QUOTA_DEGRADED
from serve.quota.debts import Debts
from serve.quota.ledger import Ledger, Operation, RedisAwayError
from serve.quota.local import LocalLimit
from serve.quota.reservation import MOST, Reservation, bounded, refusal

_LIMITS = {1: "requests", 2: "tokens", 3: "concurrent"}


class Quota:
    """The quota of every tenant, exact over all workers while Redis answers.

    While it doesn't, each worker goes on with a small share of the limits (see `local`), counted in
    `bianmin_quota_degraded_total`. Redis is asked again after a second, by one request.
    """

    def __init__(self, script: Script, *, lease_s: float, workers: int) -> None:
        """`script` calls `ledger.SCRIPT`."""
        self._lease_ms = ceil(lease_s * 1000)
        self._ledger = Ledger(script)
        self._debts = Debts(self._ledger)
        self._local = LocalLimit(workers, lease_s)

    @property
    def unsettled(self) -> int:
        """How many settlements and releases Redis has yet to hear of."""
        return len(self._debts)

    async def reserve(self, caller: Caller, request_id: str, tokens: int) -> Reservation:
        """Take one request, `tokens` (an estimate) and a concurrent place until settled, released or expired.

        The same `request_id` again answers the same reservation. Raises QuotaExceeded naming the limit; when
        it raises anything, cancellation included, nothing is held.
        """
        limits = bounded(caller.limits)
        tokens = min(max(0, tokens), MOST)
        arguments = (
            tokens, limits.requests, limits.window_s * 1000,
            limits.tokens_per_day, limits.concurrent, self._lease_ms,
        )  # fmt: skip
        try:
            answer = await self._ledger.run(Operation("reserve", caller.tenant, request_id, arguments))
        except asyncio.CancelledError:
            self._debts.add(Operation("cancel", caller.tenant, request_id))
            raise
        except RedisAwayError as exc:
            if exc.asked:
                self._debts.add(Operation("cancel", caller.tenant, request_id))
            reservation = self._local.reserve(caller, request_id, tokens)
            QUOTA_DEGRADED.inc()
            return reservation
        if answer[0] != 0:
            raise refusal(_LIMITS[answer[0]], answer[1] / 1000)
        _, remaining, window_ms, granted, tokens_remaining, day_ms = answer
        return Reservation(
            tenant=caller.tenant,
            request_id=request_id,
            tokens=granted,
            degraded=False,
            limit=limits.requests,
            remaining=remaining,
            reset_s=ceil(window_ms / 1000),
            tokens_limit=limits.tokens_per_day,
            tokens_remaining=tokens_remaining,
            tokens_reset_s=ceil(day_ms / 1000),
        )

    async def settle(self, reservation: Reservation, tokens_used: int) -> None:
        """The request was served: charge the real usage in place of the estimate and end the lease.

        Charged once, also when called again or after the lease expired. Never raises because of Redis: it is
        repeated until Redis has it.
        """
        tokens_used = min(max(0, tokens_used), MOST)
        if reservation.degraded:
            self._local.settle(reservation, tokens_used)
        else:
            await self._tell(Operation("settle", reservation.tenant, reservation.request_id, (tokens_used,)))

    async def release(self, reservation: Reservation) -> None:
        """Nothing was served: give the request and its tokens back and end the lease.

        Does nothing to a reservation that was settled or released before. Never raises because of Redis.
        """
        if reservation.degraded:
            self._local.release(reservation)
        else:
            await self._tell(Operation("release", reservation.tenant, reservation.request_id))

    async def close(self) -> None:
        """Hand over what Redis has yet to hear of, if it answers. The Redis client stays open."""
        await self._debts.close()

    async def _tell(self, operation: Operation) -> None:
        try:
            await self._ledger.run(operation)
        except RedisAwayError:
            self._debts.add(operation)
        except asyncio.CancelledError:
            self._debts.add(operation)
            raise
