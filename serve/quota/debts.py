"""Operations that Redis still has to hear of."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from serve.hotstate.breaker import PAUSE_S
from serve.quota.ledger import Ledger, Operation, RedisAwayError

MOST_DEBTS = 10_000  # beyond that the oldest is forgotten; its lease then ends by expiry


class Debts:
    """Repeats failed or interrupted operations, in order, until Redis has taken them.

    Without this a lost settlement would hold one of a tenant's few concurrent places until the lease expires.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._owed: deque[Operation] = deque(maxlen=MOST_DEBTS)
        self._payment: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._owed)

    def add(self, operation: Operation) -> None:
        """Owe an operation; returns at once."""
        self._owed.append(operation)
        if self._payment is None or self._payment.done():
            self._payment = asyncio.get_running_loop().create_task(self._pay())

    async def close(self) -> None:
        """Try each debt once more, then stop; what is left ends by expiry."""
        if self._payment is not None:
            self._payment.cancel()
            with suppress(asyncio.CancelledError):
                await self._payment
        with suppress(RedisAwayError):
            while self._owed:
                await self._ledger.run(self._owed[0])
                self._owed.popleft()

    async def _pay(self) -> None:
        while self._owed:
            operation = self._owed[0]
            try:
                await self._ledger.run(operation)
            except RedisAwayError:
                await asyncio.sleep(PAUSE_S)
            else:
                # The oldest may have been forgotten meanwhile.
                with suppress(ValueError):
                    self._owed.remove(operation)
