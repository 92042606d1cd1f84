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


@dataclass(slots=True, eq=False)
class Turn:
    """One request inside, and what it is expected to cost; `spent` once that is known."""

    key: str
    estimate: float
    spent: float | None = None


@dataclass(slots=True)
class _Line:
    """One ministry's waiting requests, how many are inside and what these may cost.

    Only service that was really given counts against a newcomer: estimates are usually too high.
    """

    service: float = 0.0
    expected: float = 0.0
    inside: int = 0
    waiting: deque[tuple[Turn, asyncio.Future[None]]] = field(default_factory=deque)

    def claim(self) -> tuple[float, int]:
        """The smallest goes first."""
        return self.service + self.expected, self.inside

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
        turn = Turn(key, cost)
        await self._enter(turn, wait_s)
        try:
            yield turn
        finally:
            self._leave(turn)

    def settle(self, turn: Turn, prompt_tokens: int, completion_tokens: int) -> None:
        """Tell what the request really took; the last word counts."""
        turn.spent = PROMPT_WEIGHT * prompt_tokens + COMPLETION_WEIGHT * completion_tokens

    async def _enter(self, turn: Turn, wait_s: float) -> None:
        line = self._line(turn.key)
        if self._free and not self._waiting:
            self._let_in(line, turn)
            return
        if self._waiting >= self._longest:
            self._forget()
            raise EngineBusy
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.waiting.append((turn, called))
        self._waiting += 1
        self._call()
        try:
            async with asyncio.timeout(wait_s):
                await called
        except (TimeoutError, asyncio.CancelledError) as exc:
            self._give_up(turn, called)
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

    def _let_in(self, line: _Line, turn: Turn) -> None:
        self._free -= 1
        line.inside += 1
        line.expected += turn.estimate

    def _call(self) -> None:
        """Let in whoever is next, as long as there is a place."""
        while self._free and self._waiting:
            line = min((one for one in self._lines.values() if one.waiting), key=_Line.claim)
            turn, called = line.waiting.popleft()
            self._waiting -= 1
            if not called.done():
                self._let_in(line, turn)
                called.set_result(None)

    def _give_up(self, turn: Turn, called: asyncio.Future[None]) -> None:
        """Leave the queue; who was called in the same moment leaves the inside."""
        line = self._lines.get(turn.key)  # none: somebody passed it over as cancelled, and was the last
        if line is not None and (turn, called) in line.waiting:
            line.waiting.remove((turn, called))
            self._waiting -= 1
            self._forget()
        elif not called.cancelled():
            turn.spent = 0.0
            self._leave(turn)

    def _leave(self, turn: Turn) -> None:
        line = self._lines[turn.key]
        line.inside -= 1
        line.expected -= turn.estimate
        line.service += turn.estimate if turn.spent is None else turn.spent
        self._free += 1
        self._call()
        self._forget()

    def _forget(self) -> None:
        """Drop counters that say nothing any more: all start again once nobody is active."""
        if not any(line.active for line in self._lines.values()):
            self._lines.clear()
