"""Watches the engine for the metrics and for readiness: alive, holding every routed adapter, how busy."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from serve import metrics
from serve.catalog import Catalog
from serve.errors import RecordsUnavailable
from serve.settings import EngineSettings

log = logging.getLogger("bianmin.engine_watch")

INTERVAL_S = 2.0
_RUNNING, _WAITING = "vllm:num_requests_running", "vllm:num_requests_waiting"
_CACHE_USED = "vllm:kv_cache_usage_perc"


class EngineWatch:
    """Looks at the engine every two seconds. A failure is logged once when it begins, not at every look."""

    def __init__(self, settings: EngineSettings, load_catalog: Callable[[], Catalog]) -> None:
        self._settings = settings
        self._load_catalog = load_catalog
        self._wanted: frozenset[str] | None = None
        self._last_seen: str | None = None

    @property
    def up(self) -> bool:
        """Whether the last look found the engine alive with every routed adapter."""
        return self._last_seen == "up"

    async def run(self) -> None:
        """Look until cancelled."""
        key = self._settings.api_key.get_secret_value()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        timeout = aiohttp.ClientTimeout(total=INTERVAL_S, connect=self._settings.connect_timeout_s)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            while True:
                await self.look(session)
                await asyncio.sleep(INTERVAL_S)

    async def look(self, session: aiohttp.ClientSession) -> None:
        """Look once and set the gauges."""
        seen = "up"
        load: Mapping[str, float] = {}
        try:
            held = await self._held_models(session)
            load = _read_load(await self._get(session, "/metrics"))
            if missing := len(await self._wanted_models() - held):
                seen = f"{missing} adapters missing"
        # The edge of a task: whatever went wrong, the engine is not up.
        except Exception as exc:  # noqa: BLE001
            seen = type(exc).__name__
        if seen != self._last_seen:
            log.log(logging.INFO if seen == "up" else logging.WARNING, "engine: %s", seen)
            self._last_seen = seen
        metrics.ENGINE_UP.set(self.up)
        metrics.ENGINE_RUNNING.set(load.get(_RUNNING, 0))
        metrics.ENGINE_WAITING.set(load.get(_WAITING, 0))
        metrics.ENGINE_CACHE_USED.set(load.get(_CACHE_USED, 0))

    async def _held_models(self, session: aiohttp.ClientSession) -> frozenset[str]:
        await self._get(session, "/health")
        async with session.get(f"{self._settings.url}/v1/models", raise_for_status=True) as response:
            return frozenset(model["id"] for model in (await response.json())["data"])

    async def _wanted_models(self) -> frozenset[str]:
        """What the catalogue routes to; the last known one while the database is away."""
        try:
            self._wanted = (await asyncio.to_thread(self._load_catalog)).publics
        except RecordsUnavailable:
            if self._wanted is None:
                raise
        return self._wanted

    async def _get(self, session: aiohttp.ClientSession, path: str) -> str:
        async with session.get(self._settings.url + path, raise_for_status=True) as response:
            return await response.text()


def _read_load(exposition: str) -> Mapping[str, float]:
    """vLLM's saturation. Queues add up over engine processes; for the cache the fullest one counts."""
    load: dict[str, float] = {}
    for name, value in _samples(exposition):
        load[name] = max(load.get(name, 0), value) if name == _CACHE_USED else load.get(name, 0) + value
    return load


def _samples(exposition: str) -> Iterable[tuple[str, float]]:
    names = (_RUNNING, _WAITING, _CACHE_USED)  # the rest, some thousand lines, isn't worth parsing
    lines = "\n".join(line for line in exposition.splitlines() if line.startswith(names))
    for family in text_string_to_metric_families(lines + "\n"):
        for sample in family.samples:
            if sample.name in names:
                yield sample.name, sample.value
