"""Watches every canary by the gateways' counts and withdraws one that leaves its bounds."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Mapping

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine

from serve import metrics
from serve.catalog import Catalog
from serve.controller.watchdog import Bounds, Counts, judge
from serve.dispatch.canary import counts_key
from serve.errors import ServeError
from serve.records.lifecycle import withdraw
from serve.records.roles import OPERATOR
from serve.records.routing import load_catalog
from serve.records.transitions import Act
from serve.settings import ControllerSettings

log = logging.getLogger("bianmin.controller")
ACTOR = "controller"
_INTERVAL_S = 2.0
_TIMEOUT_S = 0.5


class CanaryWatch:
    """Judges each canary beside the version that serves. While Redis is away nobody is judged."""

    def __init__(self, redis: Redis, db: Engine, settings: ControllerSettings) -> None:
        self._redis, self._db = redis, db
        self._bounds = Bounds(
            settings.canary_min_requests,
            settings.canary_error_rate,
            settings.canary_slow_share,
            settings.canary_margin,
        )
        self._looked_at = -math.inf
        self._known: frozenset[str] | None = None

    async def look(self) -> None:
        """Judge, when it is time again. Raises RecordsUnavailable."""
        if time.monotonic() - self._looked_at < _INTERVAL_S:
            return
        self._looked_at = time.monotonic()
        canaries = _canaries(await asyncio.to_thread(load_catalog, self._db))
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await self._begin(canaries)
                counts = {one: await self._counts(one) for pair in canaries.values() for one in pair if one}
        except (RedisError, OSError, TimeoutError):
            return
        for public, (canary, stable) in canaries.items():
            reason = judge(counts[canary], counts.get(stable, Counts()), self._bounds)
            if reason is not None:
                await self._withdraw(public, canary, counts[canary], reason)

    async def _begin(self, canaries: Mapping[str, tuple[str, str]]) -> None:
        """A canary that begins is not blamed for what it did in an earlier trial."""
        now = frozenset(canary for canary, _ in canaries.values())
        known, self._known = self._known, now
        for canary, stable in canaries.values():
            if known is not None and canary not in known:
                await self._redis.delete(*map(counts_key, filter(None, (canary, stable))))

    async def _counts(self, version: str) -> Counts:
        values = await self._redis.hmget(counts_key(version), ["requests", "errors", "slow"])
        return Counts(*(int(value or 0) for value in values))

    async def _withdraw(self, public: str, canary: str, counts: Counts, reason: str) -> None:
        told = f"{reason}: {counts.errors} errors, {counts.slow} slow of {counts.requests} requests"
        act = Act(ACTOR, OPERATOR, told)
        try:
            await asyncio.to_thread(withdraw, self._db, public, act)
        except ServeError as exc:
            log.warning("canary %s could not be withdrawn: %s", canary, exc.code)
            return
        self._known = (self._known or frozenset()) - {canary}  # its next trial begins with nothing
        metrics.CANARIES_WITHDRAWN.labels(reason).inc()
        log.warning("canary %s withdrawn: %s", canary, told)


def _canaries(catalog: Catalog) -> Mapping[str, tuple[str, str]]:
    """Public name to its canary and the version that serves beside it (empty when none does)."""
    found = {}
    for public, shares in catalog.shares.items():
        canaries = [share.version for share in shares if share.canary]
        others = [share.version for share in shares if not share.canary]
        if canaries:
            found[public] = (canaries[0], others[0] if others else "")
    return found
