"""From a route to an answer: wait for a fair turn, choose a replica that holds the version, take a slot, ask it.

A replica that can't be reached, or no longer knows the version's name, is left for the next one, as long as nothing of
the answer has come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from serve import metrics
from serve.catalog import BASE_MODEL, Catalog, Route, Target
from serve.dispatch.engine import Ask, Engine, TargetGone, usage_of
from serve.dispatch.fair import FairQueue, Turn
from serve.dispatch.slots import Slots
from serve.errors import AdapterLoading, EngineUnavailable

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Errand:
    """A request to be brought to an engine. `cost` is the estimate of its tokens; `sent` is called when an engine is
    asked."""

    route: Route
    ask: Ask
    cost: int
    sent: Callable[[], None]


@dataclass(frozen=True, slots=True)
class DispatchLimits:
    """How long a turn may be waited for, and the adapter slots of a replica."""

    wait_s: float
    slots: int


class Dispatch:
    """Brings errands to engines. One per worker."""

    def __init__(self, engine: Engine, queue: FairQueue, slots: Slots, limits: DispatchLimits) -> None:
        self._engine = engine
        self._queue = queue
        self._slots = slots
        self._limits = limits
        self._inside: Counter[str] = Counter()
        self._counted = (-1, Counter[str]())

    async def complete(self, errand: Errand, catalog: Catalog) -> Body:
        """One whole answer. Raises EngineBusy, AdapterLoading, EngineUnavailable, ContextTooLong or EngineRefused."""
        async with self._turn(errand) as turn:
            for target in self._order(errand.route):
                async with self._place(errand, target, catalog):
                    try:
                        whole = await self._engine.complete(errand.ask, target)
                    except TargetGone:
                        metrics.FAILOVERS.inc()
                        continue
                self._settle(turn, whole)
                return whole
        raise EngineUnavailable

    async def stream(self, errand: Errand, catalog: Catalog) -> AsyncGenerator[Body]:
        """The answer's chunks, each as soon as it is here; raises as `complete` does."""
        async with self._turn(errand) as turn:
            for target in self._order(errand.route):
                async with self._place(errand, target, catalog):
                    try:
                        async with aclosing(self._engine.stream(errand.ask, target)) as chunks:
                            async for chunk in chunks:
                                self._settle(turn, chunk)
                                yield chunk
                        return
                    except TargetGone:
                        metrics.FAILOVERS.inc()
        raise EngineUnavailable

    @asynccontextmanager
    async def _turn(self, errand: Errand) -> AsyncIterator[Turn]:
        metrics.TURNS_WAITING.set(self._queue.waiting + 1)
        try:
            async with self._queue.turn(errand.route.public, errand.cost, self._limits.wait_s) as turn:
                metrics.TURNS_WAITING.set(self._queue.waiting)
                yield turn
        finally:
            metrics.TURNS_WAITING.set(self._queue.waiting)

    @asynccontextmanager
    async def _place(self, errand: Errand, target: Target, catalog: Catalog) -> AsyncIterator[None]:
        """Be counted on the replica, with a slot where slots are scarce there."""
        self._inside[target.url] += 1
        try:
            async with self._slot(errand, target, catalog):
                errand.sent()
                yield
        finally:
            self._inside[target.url] -= 1

    def _slot(self, errand: Errand, target: Target, catalog: Catalog) -> AbstractAsyncContextManager[None]:
        if self._counted[0] != catalog.revision:
            self._counted = (catalog.revision, adapters_by_replica(catalog))
        scarce = self._counted[1][target.replica] > self._limits.slots
        if errand.route.public == BASE_MODEL or not scarce:
            return nullcontext()
        return self._slots.slot(target, errand.ask.request_id)

    def _order(self, route: Route) -> list[Target]:
        """The replicas that hold the version, the one with the fewest of this worker's requests first."""
        if not route.targets:
            raise AdapterLoading
        return sorted(route.targets, key=lambda target: self._inside[target.url])

    def _settle(self, turn: Turn, answer: Body) -> None:
        if (usage := usage_of(answer)) is not None:
            self._queue.settle(turn, *usage)


def adapters_by_replica(catalog: Catalog) -> Counter[str]:
    """How many adapters may be asked for on each replica."""
    adapters = (route for route in catalog.routes.values() if route.public != BASE_MODEL)
    return Counter(target.replica for route in adapters for target in route.targets)
