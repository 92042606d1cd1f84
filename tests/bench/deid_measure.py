"""What is measured of de-identification, on the one core that this process was given."""

from __future__ import annotations

import gc
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from deid import Concealer, ConcealmentError, load_policy
from deid.importing.roles import KEEP, TEXT, Roles
from deid.importing.rows import RowConcealer
from serve.settings import DeidSettings, Settings
from tests.bench import deid_texts
from tests.bench.deid_peer import open_presidio
from tests.bench.phases import percentiles

SHORT, LONG = 80, 1_200
_SPAN, _PIECE = 100_000, 1_000
_MOST_TIMES, _LONG_S = 3, 0.5
_SUSPECT, _PATIENCE_S = 20, 5.0
DEADLINE_S: float = DeidSettings.model_fields["deadline_s"].default
BODY_LIMIT: int = Settings.model_fields["max_body_bytes"].default
Work = Callable[[str], object]


@dataclass(frozen=True)
class Plan:
    """How much of everything. ``hostile`` are the two sizes in bytes; ``body_limit`` tries the largest body too."""

    short_texts: int
    long_texts: int
    rounds: int
    span: int
    best_of: int
    hostile: tuple[int, int]
    body_limit: bool
    batch_rows: int
    fresh_texts: int
    fresh_starts: int


FULL = Plan(400, 200, 4, _SPAN, 3, (100_000, 1_000_000), True, 3_000, 200, 5)
QUICK = Plan(200, 40, 2, _SPAN, 1, (4_000, 40_000), False, 500, 200, 2)


@dataclass
class Latency:
    """Milliseconds for one text of one length: elapsed, and of the processor."""

    subject: str
    characters: int
    elapsed: list[float] = field(default_factory=list, repr=False)
    processor: list[float] = field(default_factory=list, repr=False)

    @property
    def elapsed_ms(self) -> dict[str, float]:
        return percentiles(self.elapsed)

    @property
    def processor_ms(self) -> dict[str, float]:
        return percentiles(self.processor)


@dataclass(frozen=True)
class Hostile:
    """Processor seconds for the two sizes, and what happened to a body of the gateway's limit under its deadline.

    The sizes are smaller than planned where the time grew so fast that the planned ones would take minutes.
    """

    name: str
    small_bytes: int
    large_bytes: int
    small_s: float
    large_s: float
    body_s: float | None
    body_concealed: bool | None

    @property
    def growth(self) -> float:
        return self.large_s / self.small_s


@dataclass(frozen=True)
class Fresh:
    """A fresh interpreter: import and first text, and what it holds beyond a bare one."""

    start_s: float
    memory_mb: float


class DeidBench:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.concealer = Concealer(load_policy("default"))
        self.concealer.warm_up()  # as a gateway worker does
        presidio = open_presidio()
        self.subjects: dict[str, Work] = {
            "detect": self.concealer.detect,
            "conceal": self.conceal,
            "Presidio": presidio,
        }
        self.short = deid_texts.ordinary_texts(plan.short_texts, SHORT)
        self.long = deid_texts.ordinary_texts(plan.long_texts, LONG)
        gc.collect()
        gc.freeze()

    def conceal(self, text: str) -> object:
        return self.concealer.session().conceal(text)

    def latency(self) -> list[Latency]:
        """Every subject on every text, round by round, in alternating order."""
        found = {(name, length): Latency(name, length) for name in self.subjects for length in (SHORT, LONG)}
        for work in self.subjects.values():
            work(self.long[0])
        for number in range(self.plan.rounds):
            names = list(self.subjects)[:: -1 if number % 2 else 1]
            for length, texts in ((SHORT, self.short), (LONG, self.long)):
                for name in names:
                    _take(found[name, length], self.subjects[name], texts)
        return list(found.values())

    def growth(self) -> float:
        """Return the time of one long text over the mean time of the hundredths it consists of."""
        (text,) = deid_texts.ordinary_texts(1, self.plan.span)
        size = self.plan.span * _PIECE // _SPAN
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        whole, parts = [], []
        for _ in range(self.plan.best_of):
            whole.append(_seconds(self.conceal, text))
            parts.append(sum(_seconds(self.conceal, piece) for piece in pieces) / len(pieces))
        return min(whole) / min(parts)

    def hostile(self) -> list[Hostile]:
        return [self._hostile(name, unit) for name, unit in deid_texts.HOSTILE.items()]

    def _hostile(self, name: str, unit: str) -> Hostile:
        small, large = self.plan.hostile
        probe_s, small_s = (self._best(deid_texts.hostile_text(unit, size)) for size in (small // 10, small))
        if small_s > _SUSPECT * probe_s and small_s * 100 > _PATIENCE_S:
            return Hostile(name, small // 10, small, probe_s, small_s, None, None)
        large_s = self._best(deid_texts.hostile_text(unit, large))
        if not self.plan.body_limit:
            return Hostile(name, small, large, small_s, large_s, None, None)
        return Hostile(name, small, large, small_s, large_s, *self._body(unit, large_s))

    def _body(self, unit: str, large_s: float) -> tuple[float | None, bool]:
        """Return how long the largest body took and whether it was concealed; one that cannot be is not tried."""
        if large_s > 2 * DEADLINE_S:
            return None, False
        text = deid_texts.hostile_text(unit, BODY_LIMIT)
        begun = time.perf_counter()
        try:
            self.concealer.session(deadline=time.monotonic() + DEADLINE_S).conceal(text)
        except ConcealmentError:
            return time.perf_counter() - begun, False
        return time.perf_counter() - begun, True

    def _best(self, text: str) -> float:
        """Return the shortest of some times; a long one is taken once."""
        times: list[float] = []
        while len(times) < _MOST_TIMES and sum(times) < _LONG_S:
            times.append(_seconds(self.conceal, text))
        return min(times)

    def rows_per_s(self) -> float:
        """Return the rate over all rows, as the batch's workers run them."""
        rows = deid_texts.rows(deid_texts.ordinary_texts(self.plan.batch_rows, SHORT))
        concealer = RowConcealer("default", Roles(dict(zip(deid_texts.COLUMNS, (KEEP, TEXT), strict=True))))
        concealer.conceal(rows[: len(rows) // 10])
        begun = time.perf_counter()
        concealer.conceal(rows)
        return len(rows) / (time.perf_counter() - begun)

    def fresh(self) -> Fresh:
        """Return the median of some starts."""
        texts = json.dumps(deid_texts.ordinary_texts(self.plan.fresh_texts, SHORT))
        starts = [(_start(texts), _start(texts, "--bare")) for _ in range(self.plan.fresh_starts)]
        return Fresh(
            statistics.median(ours["warm_s"] for ours, _ in starts),
            statistics.median(ours["rss_mb"] - bare["rss_mb"] for ours, bare in starts),
        )


def _take(latency: Latency, work: Work, texts: Sequence[str]) -> None:
    for text in texts:
        elapsed, processor = time.perf_counter_ns(), time.thread_time_ns()
        work(text)
        latency.processor.append((time.thread_time_ns() - processor) / 1e6)
        latency.elapsed.append((time.perf_counter_ns() - elapsed) / 1e6)


def _seconds(work: Work, text: str) -> float:
    """Processor time: what others do on the core says nothing about how a time grows."""
    begun = time.thread_time()
    work(text)
    return time.thread_time() - begun


def _start(texts: str, *options: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.deid_fresh", *options]
    done = subprocess.run(command, input=texts, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured
