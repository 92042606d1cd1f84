"""Adapter slots of the engine replicas, shared by all workers: least recently used; a cold one waits for so long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from serve import metrics
from serve.background import Background
from serve.catalog import Target
from serve.errors import AdapterLoading
from serve.hotstate import RedisAwayError, Script

SCRIPT = Path(__file__).parent / "slots.lua"
_WAIT, _COLD = 0, 2
_POLL_S = 0.025
_KEYS = ("slots", "used", "leases", "busy", "waiters", "seen")


@dataclass(frozen=True, slots=True)
class SlotLimits:
    """How many adapters a replica runs at once, how long a cold one may wait, and after how long of waiting the
    adapter that is longest inside must give way; `lease_s` ends what a killed worker left behind."""

    slots: int
    wait_s: float
    patience_s: float
    lease_s: float


class Slots:
    """Takes a slot for each request of an adapter. While Redis is away the engines' own queues decide."""

    def __init__(self, script: Script, limits: SlotLimits) -> None:
        self._script = script
        self._limits = limits
        self._background = Background()

    @property
    def count(self) -> int:
        """How many adapters a replica runs at once."""
        return self._limits.slots

    @asynccontextmanager
    async def slot(self, target: Target, request_id: str) -> AsyncIterator[None]:
        """Hold a slot on the target's replica. Raises AdapterLoading when none gets free in time."""
        try:
            held = await self._take(target, request_id)
        except RedisAwayError:
            metrics.SLOTS_UNMANAGED.inc()
            held = False
        try:
            yield
        finally:
            if held:
                self._give_back(target, request_id)

    async def close(self) -> None:
        """Wait until every slot is given back."""
        await self._background.close()

    async def _take(self, target: Target, request_id: str) -> bool:
        limits, begun = self._limits, time.monotonic()
        arguments = (limits.slots, ceil(limits.lease_s * 1000), ceil(limits.patience_s * 1000))
        try:
            while True:
                answer = await self._script.run(
                    _keys(target), ("take", target.engine_name, request_id, *arguments)
                )
                if answer != _WAIT:
                    break
                if time.monotonic() - begun > limits.wait_s:
                    metrics.COLD_REFUSALS.inc()
                    raise AdapterLoading(retry_after_s=ceil(limits.patience_s))
                await asyncio.sleep(_POLL_S)
        except (
            asyncio.CancelledError
        ):  # the script may have run: a slot that isn't held is given back for nothing
            self._give_back(target, request_id)
            raise
        if answer == _COLD or time.monotonic() - begun > _POLL_S:
            metrics.COLD_WAIT_SECONDS.observe(time.monotonic() - begun)
        return True

    def _give_back(self, target: Target, request_id: str) -> None:
        self._background.spawn(self._leave(target, request_id))

    async def _leave(self, target: Target, request_id: str) -> None:
        try:
            await self._script.run(_keys(target), ("leave", target.engine_name, request_id))
        except RedisAwayError:
            pass  # the lease ends by itself


def _keys(target: Target) -> list[str]:
    return [f"slots:{{{target.replica}}}:{name}" for name in _KEYS]
