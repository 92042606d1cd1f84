"""Any order of calls leaves the numbers that a plain book would hold."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from serve.errors import QuotaExceeded
from serve.hotstate import open_redis
from serve.quota import Reservation
from tests.quota.support import TIMEOUT_S, Held, caller, held, new_quota
from tests.redis_server import RedisServer

REQUESTS, TOKENS, CONCURRENT = 6, 100, 3
TENANTS = ("moi", "mof")


@dataclass
class Book:
    """The plain ledger: no clock, no expiry, one tenant."""

    count: int = 0
    used: int = 0
    open: dict[str, int] = field(default_factory=dict)

    @property
    def reserved(self) -> int:
        return sum(self.open.values())

    def reserve(self, request_id: str, tokens: int) -> int | None:
        """Tokens granted, or None for a refusal."""
        if request_id in self.open:
            return self.open[request_id]
        left = TOKENS - self.used - self.reserved
        if self.count >= REQUESTS or self.used >= TOKENS or len(self.open) >= CONCURRENT:
            return None
        if tokens > left and self.reserved:
            return None
        self.count += 1
        self.open[request_id] = min(tokens, left)
        return self.open[request_id]

    def settle(self, request_id: str, used: int) -> None:
        if self.open.pop(request_id, None) is not None:
            self.used += used

    def release(self, request_id: str) -> None:
        if self.open.pop(request_id, None) is not None:
            self.count -= 1


class QuotaAgainstBook(RuleBasedStateMachine):
    """Two workers on one Redis against one book per tenant."""

    url = ""
    reservations = Bundle("reservations")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.redis = open_redis(self.url, TIMEOUT_S)
        self.loop.run_until_complete(self.redis.flushall())
        self.workers = [new_quota(self.redis, lease_s=300, workers=2) for _ in range(2)]
        self.books = {tenant: Book() for tenant in TENANTS}

    def teardown(self) -> None:
        self.loop.run_until_complete(self.redis.aclose())
        self.loop.close()

    @rule(
        target=reservations,
        worker=st.integers(0, 1),
        tenant=st.sampled_from(TENANTS),
        request_id=st.sampled_from("abcdefgh"),
        tokens=st.integers(0, 120),
    )
    def reserve(self, worker: int, tenant: str, request_id: str, tokens: int) -> object:
        who = caller(tenant, requests=REQUESTS, tokens_per_day=TOKENS, concurrent=CONCURRENT)
        book = self.books[tenant]
        granted = book.reserve(request_id, tokens)
        try:
            made = self.loop.run_until_complete(self.workers[worker].reserve(who, request_id, tokens))
        except QuotaExceeded:
            assert granted is None
            return multiple()
        assert (made.tokens, made.remaining) == (granted, REQUESTS - book.count)
        assert made.tokens_remaining == max(0, TOKENS - book.used - book.reserved)
        return made

    @rule(worker=st.integers(0, 1), made=reservations, used=st.integers(0, 150))
    def settle(self, worker: int, made: Reservation, used: int) -> None:
        self.books[made.tenant].settle(made.request_id, used)
        self.loop.run_until_complete(self.workers[worker].settle(made, used))

    @rule(worker=st.integers(0, 1), made=reservations)
    def release(self, worker: int, made: Reservation) -> None:
        self.books[made.tenant].release(made.request_id)
        self.loop.run_until_complete(self.workers[worker].release(made))

    @invariant()
    def redis_holds_what_the_book_says(self) -> None:
        for tenant, book in self.books.items():
            found = self.loop.run_until_complete(held(self.redis, tenant))
            assert found == Held(book.count, book.used, book.reserved, len(book.open))


@pytest.fixture
def machine(shared_redis: RedisServer) -> type[QuotaAgainstBook]:
    return type("Machine", (QuotaAgainstBook,), {"url": shared_redis.url})


def test_every_order_of_calls_keeps_the_book(machine: type[QuotaAgainstBook]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
