"""One run: the stub and every target alive at once, rounds over all of them, one result for each."""

from __future__ import annotations

import asyncio
import gc
import statistics
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson
import uvloop

from tests.bench.client import Endpoint
from tests.bench.floor import sync_ms
from tests.bench.phases import (
    Checked,
    Latency,
    Streams,
    Throughput,
    check,
    difference,
    open_loop,
    saturate,
    stream,
)
from tests.bench.processes import Meter, Usage, fetch, rss_mb
from tests.bench.questions import RAW_MARKS
from tests.bench.soak import Soak, soak
from tests.bench.stub import CHUNKS
from tests.bench.targets import Target

T = TypeVar("T")
CHUNK_DELAY_MS = 40
_STREAM_S = CHUNKS * CHUNK_DELAY_MS / 1000


@dataclass(frozen=True, slots=True)
class Plan:
    """How long each phase takes, in seconds, and how often; the soak's requests."""

    name: str
    rounds: int
    open_s: float
    saturate_s: float
    stream_s: float
    soak_requests: int
    every_rate: bool = True


QUICK = Plan("quick", 1, 3, 2, 2.5, 2_000, every_rate=False)
STANDARD = Plan("standard", 3, 5, 4, 4, 10_000)
FULL = Plan("full", 5, 8, 6, 5, 100_000)


@dataclass(slots=True)
class Result:
    """What was measured of one target; lists have one entry for each round."""

    name: str
    note: str
    pinned: tuple[str, ...] = ()
    checked: Checked | None = None
    raw_share: dict[str, float] = field(default_factory=dict)
    latency: dict[int, list[Latency]] = field(default_factory=dict)
    throughput: list[Throughput] = field(default_factory=list)
    throughput_usage: list[Usage] = field(default_factory=list)
    streams: list[Streams] = field(default_factory=list)
    streams_added: list[dict[str, dict[str, float]]] = field(default_factory=list)
    rss_mb: float = 0.0
    soak: Soak | None = None
    proof: str = ""
    foreign_cores: list[float] = field(default_factory=list)


class Bench:
    """Runs the phases of a plan over the targets."""

    def __init__(self, plan: Plan, folder: Path, direct: Endpoint, targets: list[Target]) -> None:
        self.sync_ms: list[dict[str, float]] = []
        self._plan = plan
        self._folder = folder
        self._direct = direct
        self._targets = targets
        self.results = {
            target.name: Result(target.name, target.note, tuple(part.name for part in target.pinned))
            for target in targets
        }
        self.direct = Result("direct", "the stub itself, from the same client")
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)

    def run(self) -> None:
        """Check every target, measure the rounds, then soak what is first in the list."""
        with self._runner:
            for target in self._targets:
                self._check(target)
            for turn in range(self._plan.rounds):
                print(f"  round {turn + 1} of {self._plan.rounds}", flush=True)
                self.sync_ms.append(sync_ms(self._folder, 1))
                self._measure_direct()
                for target in self._targets if turn % 2 == 0 else reversed(self._targets):
                    self._measure(target)
            self._soak(self._targets[0])
        for target in self._targets:
            self.results[target.name].proof = target.prove()

    def _check(self, target: Target) -> None:
        result = self.results[target.name]
        self._pace(1)
        before = self._stub_stats()
        result.checked = self._phase(check(target.endpoint))
        after = self._stub_stats()
        chats = max(1, after["chats"] - before["chats"])
        result.raw_share = {mark: (after["raw"][mark] - before["raw"][mark]) / chats for mark in RAW_MARKS}
        self._phase(saturate(target.endpoint, 1))  # warm

    def _measure_direct(self) -> None:
        self.direct.throughput.append(self._phase(saturate(self._direct, self._plan.saturate_s)))
        self._pace(CHUNK_DELAY_MS)
        self.direct.streams.append(self._phase(stream(self._direct, self._plan.stream_s, _STREAM_S)))

    def _measure(self, target: Target) -> None:
        plan, result = self._plan, self.results[target.name]
        for rate in target.rates_per_s if plan.every_rate else target.rates_per_s[-1:]:
            result.latency.setdefault(rate, []).append(
                self._phase(open_loop(target.endpoint, self._direct, rate, plan.open_s), result)
            )
        meter = Meter({part.name: part.pids() for part in (*target.pinned, *target.beside)})
        result.throughput.append(self._phase(saturate(target.endpoint, plan.saturate_s), result))
        result.throughput_usage.append(meter.stop())
        self._pace(CHUNK_DELAY_MS)
        streams = self._phase(stream(target.endpoint, plan.stream_s, _STREAM_S), result)
        result.streams.append(streams)
        direct = self.direct.streams[-1]
        result.streams_added.append(
            {
                "first_token_ms": difference(streams.first_token_ms, direct.first_token_ms),
                "relay_ms": difference(streams.relay_ms, direct.relay_ms),
            }
        )
        result.rss_mb = round(
            max(result.rss_mb, rss_mb(set().union(*(part.pids() for part in target.pinned)))), 1
        )

    def _soak(self, target: Target) -> None:
        if self._plan.soak_requests:
            self._pace(0)
            self.results[target.name].soak = self._phase(soak(target, self._plan.soak_requests))

    def _phase(self, work: Coroutine[Any, Any, T], result: Result | None = None) -> T:
        gc.collect()
        gc.disable()
        meter = Meter({})
        try:
            return self._runner.run(work)
        finally:
            gc.enable()
            if result is not None:
                result.foreign_cores.append(round(meter.stop().foreign_cores, 2))

    def _pace(self, delay_ms: int) -> None:
        fetch(self._direct.port, f"/pace?delay_ms={delay_ms}")

    def _stub_stats(self) -> dict[str, Any]:
        stats: dict[str, Any] = orjson.loads(fetch(self._direct.port, "/stats") or b"{}")
        return stats


def median_of(entries: Sequence[Mapping[str, float]], name: str) -> float | None:
    """The median over the rounds of one percentile; None where no round has it."""
    values = [entry[name] for entry in entries if name in entry]
    return statistics.median(values) if values else None
