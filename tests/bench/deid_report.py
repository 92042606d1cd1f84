"""The de-identification benchmark as tables to read and as JSON to keep."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

from tests.bench.deid_measure import (
    BODY_LIMIT,
    DEADLINE_S,
    LONG,
    SHORT,
    DeidBench,
    Fresh,
    Hostile,
    Latency,
    Plan,
)
from tests.bench.report import machine

_VERSIONS = ("numpy", "onnxruntime", "presidio-analyzer", "phonenumbers")
_NEAR_TEN = 13.0
_BUSY = 0.02


@dataclass(frozen=True)
class Goal:
    """A figure and its bound: ``most`` or ``least``, neither where it is only reported."""

    name: str
    measured: float
    unit: str = ""
    most: float | None = None
    least: float | None = None

    @property
    def met(self) -> bool | None:
        if self.most is not None:
            return self.measured <= self.most
        return None if self.least is None else self.measured >= self.least

    @property
    def bound(self) -> str:
        if self.most is not None:
            return f"≤ {self.most:,g} {self.unit}".strip()
        return "reported" if self.least is None else f"≥ {self.least:,g} {self.unit}".strip()


@dataclass(frozen=True)
class Results:
    """Everything measured in one run."""

    plan: Plan
    latency: list[Latency]
    growth: float
    hostile: list[Hostile]
    rows_per_s: float
    fresh: Fresh

    def goals(self) -> list[Goal]:
        by = {(entry.subject, entry.characters): entry.elapsed_ms for entry in self.latency}
        found = [
            Goal(f"{SHORT} characters, {name}, median", by[name, SHORT]["p50"], "ms", most=1.5)
            for name in ("detect", "conceal")
        ]
        found += [
            Goal(f"{SHORT} characters, {name}, p99", by[name, SHORT]["p99"], "ms", most=4)
            for name in ("detect", "conceal")
        ]
        found += [
            Goal(f"{LONG:,} characters, {name}, median", by[name, LONG]["p50"], "ms", most=12)
            for name in ("detect", "conceal")
        ]
        found += [
            Goal(
                f"{size:,} characters, {name} / Presidio", by[name, size]["p50"] / by["Presidio", size]["p50"]
            )
            for size in (SHORT, LONG)
            for name in ("detect", "conceal")
        ]
        worst = max(self.hostile, key=lambda one: one.growth)
        return [
            *found,
            Goal("time of a text / time of a hundredth of it", self.growth, most=100),
            Goal(
                f"time of ten times as much hostile text, worst ({worst.name})", worst.growth, most=_NEAR_TEN
            ),
            Goal(
                "batch, rows with one text of 80 characters on one core",
                self.rows_per_s,
                "rows/s",
                least=1000,
            ),
            Goal("memory beyond a bare interpreter", self.fresh.memory_mb, "MB", most=120),
            Goal("import and first text", self.fresh.start_s, "s", most=1.5),
        ]

    def waited(self) -> float:
        """Return the share of the time in which this process was ready and did not run."""
        elapsed = sum(sum(entry.elapsed) for entry in self.latency)
        return max(0.0, 1 - sum(sum(entry.processor) for entry in self.latency) / elapsed)

    def document(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return everything as JSON."""
        latency = [
            {
                "subject": entry.subject,
                "characters": entry.characters,
                "samples": len(entry.elapsed),
                "elapsed_ms": entry.elapsed_ms,
                "processor_ms": entry.processor_ms,
            }
            for entry in self.latency
        ]
        return {
            "machine": context,
            "plan": asdict(self.plan),
            "latency": latency,
            "growth": self.growth,
            "hostile": [asdict(one) | {"growth": one.growth} for one in self.hostile],
            "rows_per_s": self.rows_per_s,
            "fresh": asdict(self.fresh),
            "waited": self.waited(),
            "goals": [asdict(goal) | {"met": goal.met} for goal in self.goals()],
        }


def measure(plan: Plan) -> Results:
    bench = DeidBench(plan)
    return Results(plan, bench.latency(), bench.growth(), bench.hostile(), bench.rows_per_s(), bench.fresh())


def context() -> dict[str, Any]:
    """What the run ran on."""
    return machine() | {
        "versions": {name: version(name) for name in _VERSIONS},
        "command": " ".join(["python -m tests.bench.deid", *sys.argv[1:]]),
    }


def tables(results: Results) -> str:
    """Markdown: the goals, the latencies, the hostile texts."""
    marks = {True: "yes", False: "NO", None: ""}
    goals = [
        [goal.name, goal.bound, f"{goal.measured:,.2f} {goal.unit}".strip(), marks[goal.met]]
        for goal in results.goals()
    ]
    latency = [
        [entry.subject, f"{entry.characters:,}", _pair(entry.elapsed_ms), _pair(entry.processor_ms)]
        for entry in results.latency
    ]
    hostile = [
        [
            one.name,
            _timed(one.small_s, one.small_bytes),
            _timed(one.large_s, one.large_bytes),
            f"{one.growth:.1f}",
            _body(one),
        ]
        for one in results.hostile
    ]
    body = f"a body of {BODY_LIMIT:,} bytes, deadline {DEADLINE_S:g} s"
    parts = [
        _table(["", "goal", "measured", "met"], goals),
        _table(["subject", "characters", "median / p99, ms", "of the processor"], latency),
        _table(["hostile text", "processor time", "of ten times as much", "times", body], hostile),
    ]
    if results.waited() > _BUSY:
        parts.append(
            f"CAUTION: {results.waited():.0%} of the time others had the core; compare the processor's times."
        )
    return "\n\n".join(parts)


def _pair(values: Mapping[str, float]) -> str:
    return f"{values['p50']:.3f} / {values['p99']:.3f}"


def _timed(seconds: float, size: int) -> str:
    return f"{seconds:.3f} s for {size / 1000:,g} kB"


def _body(one: Hostile) -> str:
    if one.body_s is None:
        return "not tried" if one.body_concealed is None else "refused: a part of it takes longer"
    return f"{'concealed' if one.body_concealed else 'refused'} after {one.body_s:.2f} s"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]])
