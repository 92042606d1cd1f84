"""Who may enter the engines next: a fair share of tokens between ministries, so that no flood starves a question.

The Virtual Token Counter of Sheng et al., "Fairness in Serving Large Language Models" (OSDI 2024): each ministry has a
counter of the service it got (prompt tokens plus twice the completion tokens); the waiting one with the smallest
counter goes first. A ministry that comes back from a pause starts no lower than the least of those being served, so a
pause earns no credit. Each gateway worker keeps its own queue and its own share of the engines' places: a flood is
spread over all workers, and in each of them a single question is next in line.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from serve.errors import EngineBusy

PROMPT_WEIGHT, COMPLETION_WEIGHT = 1, 2


@dataclass(slots=True)
class Turn:
    """One request inside; `cost` is what it was charged, first an estimate."""

    key: str
    cost: float


@dataclass(slots=True)
class _Line:
    """One ministry's waiting requests, and how many are inside."""

    service: float = 0.0
    inside: int = 0
    waiting: deque[tuple[float, asyncio.Future[None]]] = field(default_factory=deque)

    @property
    def active(self) -> bool:
        return self.inside > 0 or bool(self.waiting)


class FairQueue:
    """Lets `places` requests in at once. Belongs to one event loop."""

    def __init__(self, places: int, longest: int) -> None:
        """At most `longest` requests may wait; one more is refused."""
        self._free = places
        self._longest = longest
        self._waiting = 0
        self._lines: dict[str, _Line] = {}

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return self._waiting

    @asynccontextmanager
    async def turn(self, key: str, cost: float, wait_s: float) -> AsyncIterator[Turn]:
        """Be inside within `wait_s`. Raises EngineBusy when the queue is full or the turn doesn't come in time."""
        await self._enter(key, cost, wait_s)
        turn = Turn(key, cost)
        try:
            yield turn
        finally:
            self._leave(key)

    def settle(self, turn: Turn, prompt_tokens: int, completion_tokens: int) -> None:
        """Charge what the request really took in place of its estimate."""
        cost = PROMPT_WEIGHT * prompt_tokens + COMPLETION_WEIGHT * completion_tokens
        self._lines[turn.key].service += cost - turn.cost
        turn.cost = cost

    async def _enter(self, key: str, cost: float, wait_s: float) -> None:
        line = self._line(key)
        if self._free and not self._waiting:
            self._let_in(line, cost)
            return
        if self._waiting >= self._longest:
            self._forget()
            raise EngineBusy
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.waiting.append((cost, called))
        self._waiting += 1
        self._call()
        try:
            async with asyncio.timeout(wait_s):
                await called
        except (TimeoutError, asyncio.CancelledError) as exc:
            self._give_up(key, (cost, called))
            if isinstance(exc, TimeoutError):
                raise EngineBusy from None
            raise

    def _line(self, key: str) -> _Line:
        """The ministry's line; one that was idle is lifted to the least service among the active."""
        line = self._lines.setdefault(key, _Line())
        if not line.active:
            served = [other.service for other in self._lines.values() if other.active]
            line.service = max(line.service, min(served, default=0.0))
        return line

    def _let_in(self, line: _Line, cost: float) -> None:
        self._free -= 1
        line.inside += 1
        line.service += cost

    def _call(self) -> None:
        """Let in whoever is next, as long as there is a place."""
        while self._free and self._waiting:
            line = min((one for one in self._lines.values() if one.waiting), key=lambda one: (one.service, one.inside))
            cost, called = line.waiting.popleft()
            self._waiting -= 1
            if not called.done():
                self._let_in(line, cost)
                called.set_result(None)

    def _give_up(self, key: str, place: tuple[float, asyncio.Future[None]]) -> None:
        """Leave the queue; who was called in the same moment leaves the inside."""
        line = self._lines.get(key)  # none: somebody passed it over as cancelled, and was the last
        if line is not None and place in line.waiting:
            line.waiting.remove(place)
            self._waiting -= 1
            self._forget()
        elif not place[1].cancelled():
            self._leave(key)

    def _leave(self, key: str) -> None:
        self._lines[key].inside -= 1
        self._free += 1
        self._call()
        self._forget()

    def _forget(self) -> None:
        """Drop counters that say nothing any more: all start again once nobody is active."""
        if not any(line.active for line in self._lines.values()):
            self._lines.clear()
