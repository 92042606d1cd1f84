"""Keeps one replica at the desired set: look, decide, act, tell the gateways; again and again."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine

from serve import metrics
from serve.controller.desired import Wanted
from serve.controller.engine import EngineDoor, Usage
from serve.controller.faults import INTERNAL, NO_EFFECT, NOT_LISTED, STILL_LISTED, Fault, Silent
from serve.controller.probe import has_effect
from serve.controller.replica_state import Action, Load, Look, Pace, ReplicaState, Unload, Verify
from serve.errors import ServeError
from serve.records.replicas import Phase, Replica, Resident, publish_residents
from serve.rendering import where_raised
from serve.settings import ControllerSettings

log = logging.getLogger("bianmin.controller")
_USAGE_EVERY_S = 2.0
_SILENCES = 2


class Source(Protocol):
    """Where adapters come from."""

    async def fetch(self, digest: str, base_digest: str) -> str:
        """The folder with this content. Raises Fault."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the keepers of all replicas share; `changed` is called after each change of the routing table."""

    db: Engine
    source: Source
    cache: Path
    settings: ControllerSettings
    wanted: Callable[[], Sequence[Wanted]]
    changed: Callable[[], None]


class Keeper:
    """One replica's keeper. A replica that hangs or fails holds up no other."""

    def __init__(self, replica: Replica, door: EngineDoor, shared: Shared, known: Sequence[Resident]) -> None:
        settings = shared.settings
        pace = Pace(
            settings.parallel_loads,
            settings.drain_grace_s,
            settings.drain_timeout_s,
            settings.longest_retry_s,
        )
        self._name, self._url, self._door, self._shared = replica.name, replica.url, door, shared
        self._state = ReplicaState(replica.name, shared.cache, pace, known)
        self._wake = asyncio.Event()
        self._usage: Usage | None = None
        self._usage_at = -math.inf
        self._silences = 0
        self._told = ""

    async def run(self) -> None:
        """Keep it until cancelled; loads that are under way are given up then."""
        try:
            async with asyncio.TaskGroup() as work:
                while True:
                    try:
                        await self._turn(work)
                    except ServeError as exc:  # the database is away: nothing is told, so nothing is unloaded
                        self._tell(exc.code)
                    except Exception as exc:  # noqa: BLE001 - the edge of a task: the next look begins anew
                        log.error("replica %s: %s", self._name, where_raised(exc))
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._shared.settings.interval_s):
                            await self._wake.wait()
                    self._wake.clear()
        finally:
            self._show(math.nan, Usage(math.nan, math.nan, math.nan, frozenset()))

    def wake(self) -> None:
        """Look again now."""
        self._wake.set()

    def phases(self) -> Sequence[Phase]:
        """The phases of everything here."""
        return [row.phase for row in self._state.residents()]

    async def _turn(self, work: asyncio.TaskGroup) -> None:
        wanted = self._shared.wanted()
        try:
            look = await self._look()
            self._silences = 0
        except Silent:
            self._silences += 1
            if self._silences < _SILENCES:
                return
            look = None
        except Fault:
            look = None
        for action in self._state.observe(wanted, look, time.monotonic()):
            work.create_task(self._act(action))
        self._show(
            look is not None and self._has_base(wanted, look), self._usage if look is not None else None
        )
        self._tell("up" if look is not None else "engine_unavailable")
        await self._publish()

    async def _look(self) -> Look:
        held = await self._door.models()
        now = time.monotonic()
        if self._state.draining or now - self._usage_at >= _USAGE_EVERY_S:
            self._usage_at = now
            try:
                self._usage = await self._door.usage()
            except Fault:
                self._usage = None
        return Look(held, self._usage.adapters if self._usage else frozenset(held))

    async def _publish(self) -> None:
        """Write what it holds; names that were left out begin their grace only when that is committed."""
        rows, untold = self._state.residents(), self._state.untold()
        revision = await asyncio.to_thread(publish_residents, self._shared.db, self._name, rows, self._url)
        self._state.told(untold, time.monotonic())
        if revision is not None:
            self._shared.changed()

    async def _act(self, action: Action) -> None:
        try:
            if isinstance(action, Unload):
                await self._unload(action)
            else:
                await self._load(action)
        finally:
            self.wake()

    async def _load(self, load: Load) -> None:
        began_at, reason = time.monotonic(), ""
        try:
            await self._bring_in(load)
            metrics.ADAPTER_LOAD_SECONDS.observe(time.monotonic() - began_at)
        except Fault as fault:
            reason = fault.code
        except Exception as exc:  # noqa: BLE001 - the edge of a task: it is tried again
            log.error("load of %s: %s", load.name, where_raised(exc))
            reason = INTERNAL
        if reason:
            metrics.RECONCILE_FAILURES.labels(reason).inc()
        log.log(
            logging.WARNING if reason else logging.INFO,
            "replica %s: %s as %s: %s", self._name, load.wanted.version, load.name, reason or "ready",
        )  # fmt: skip
        self._state.finished(load, reason, time.monotonic())

    async def _bring_in(self, load: Load) -> None:
        """Fetch, load, and verify twice: by the engine's own list, and by how the adapter answers. Raises Fault."""
        folder = await self._shared.source.fetch(load.wanted.digest, load.base_digest)
        if not isinstance(load, Verify):
            await self._door.load(load.name, folder)
        if (await self._door.models()).get(load.name) != folder:
            raise Fault(NOT_LISTED)
        if not await has_effect(self._door, load.name, load.base_name, self._shared.settings.probe_tolerance):
            raise Fault(NO_EFFECT)

    async def _unload(self, unload: Unload) -> None:
        reason = ""
        try:
            await self._door.unload(unload.name)
            if unload.name in await self._door.models():
                reason = STILL_LISTED
        except Fault as fault:
            reason = fault.code
        if reason:
            metrics.RECONCILE_FAILURES.labels(reason).inc()
        log.info("replica %s: unload of %s: %s", self._name, unload.name, reason or "gone")
        self._state.unloaded(unload.name, not reason, time.monotonic())

    def _has_base(self, wanted: Sequence[Wanted], look: Look) -> bool:
        return any(one.is_base and one.base_name in look.held for one in wanted)

    def _tell(self, seen: str) -> None:
        """One line for each change of what is seen, not for each look."""
        if seen != self._told:
            log.log(logging.INFO if seen == "up" else logging.WARNING, "replica %s: %s", self._name, seen)
            self._told = seen

    def _show(self, up: float, usage: Usage | None) -> None:
        metrics.ENGINE_UP.labels(self._name).set(up)
        metrics.ENGINE_RUNNING.labels(self._name).set(usage.running if usage else 0)
        metrics.ENGINE_WAITING.labels(self._name).set(usage.waiting if usage else 0)
        metrics.ENGINE_CACHE_USED.labels(self._name).set(usage.cache_used if usage else 0)
