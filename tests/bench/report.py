"""The run as a table to read and as JSON to keep."""

from __future__ import annotations

import os
import platform
import re
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from tests.bench.measure import Plan, Result, median_of

_QUIET_CORES = 0.1
_OURS = ("fastapi", "uvicorn", "uvloop", "aiohttp", "redis", "presidio-analyzer", "pydantic")


def machine() -> dict[str, Any]:
    """What the run ran on."""
    cpu = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _OURS},
        "command": " ".join(["python -m tests.bench", *sys.argv[1:]]),
    }


def table(direct: Result, results: Sequence[Result]) -> str:
    """Markdown: throughput and cost, then latency and streams."""
    return _render(_cost_rows(direct, results)) + "\n\n" + _render(_latency_rows(direct, results))


def to_json(plan: Plan, context: dict[str, Any], results: Sequence[Result]) -> bytes:
    """Everything measured, round by round."""
    document = {"plan": asdict(plan), **context, "results": [asdict(result) for result in results]}
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)


def caution(results: Iterable[Result]) -> str:
    """A warning where processes outside the run took so much of the machine that its figures say little."""
    foreign = max((cores for result in results for cores in result.foreign_cores), default=0.0)
    if foreign <= _QUIET_CORES:
        return ""
    return f"CAUTION: others used up to {foreign:.2f} cores during a phase; compare the processor times only."


def goals(results: Mapping[str, Result]) -> str:
    """The numbers to reach, beside what was measured; a line is left out where the run did not measure it."""
    ours = results.get("bianmin")
    if ours is None:
        return ""
    added = [entry.added_ms for entry in ours.latency.get(100, [])]
    first = [entry["first_token_ms"] for entry in ours.streams_added]
    most = [
        ("added at 100/s, median ms", median_of(added, "p50"), 3.0),
        ("added at 100/s, p99 ms", median_of(added, "p99"), 10.0),
        ("added to the first token, 32 streams, median ms", median_of(first, "p50"), 10.0),
        ("memory of the worker, MB", ours.rss_mb, 250.0),
    ]
    least = [("requests/s", throughput(ours), 500.0)]
    for peer, factor in (("litellm", 5.0), ("litellm-presidio", 15.0)):
        if peer in results:
            least.append((f"times {peer}", throughput(ours) / max(1e-9, throughput(results[peer])), factor))
    lines = [f"{name}: {value:.2f} (at most {limit:g})" for name, value, limit in most if value is not None]
    lines += [f"{name}: {value:.2f} (at least {limit:g})" for name, value, limit in least]
    return "\n".join(lines)


def throughput(result: Result) -> float:
    """Answers a second at saturation: the median of the rounds."""
    return statistics.median(entry.per_s for entry in result.throughput)


def _cost_rows(direct: Result, results: Sequence[Result]) -> list[list[str]]:
    head = ["target", "requests/s", *(f"x {peer.name}" for peer in results[1:])]
    rows = [
        [
            *head,
            "CPU ms/request (/s of one core)",
            "MB",
            "right answers (whole, streamed)",
            "reached the stub raw",
        ]
    ]
    rows.append(["direct", f"{throughput(direct):.0f}", *[""] * (len(results) + 3)])
    for result in results:
        ratios = [f"{throughput(result) / max(1e-9, throughput(peer)):.2f}" for peer in results[1:]]
        checked = result.checked
        assert checked is not None
        raw = ", ".join(f"{mark} {share:.0%}" for mark, share in result.raw_share.items())
        right = f"{checked.whole}/{checked.asked}, {checked.streamed}/{checked.asked}"
        cells = [_cpu(result), f"{result.rss_mb:.0f}", right, raw]
        rows.append([result.name, f"{throughput(result):.0f}", *ratios, *cells])
    return rows


def _cpu(result: Result) -> str:
    """Processor milliseconds for each answer, by part, and how many answers fill a second of the worker's core."""
    answers = sum(entry.answers for entry in result.throughput) or 1
    parts_ms = {
        part: 1000 * sum(usage.parts_s[part] for usage in result.throughput_usage) / answers
        for part in result.throughput_usage[0].parts_s
    }
    pinned_ms = sum(parts_ms[name] for name in result.pinned)
    return (
        ", ".join(f"{part} {ms:.2f}" for part, ms in parts_ms.items())
        + f" ({1000 / max(1e-9, pinned_ms):.0f}/s)"
    )


def _latency_rows(direct: Result, results: Sequence[Result]) -> list[list[str]]:
    rates = sorted({rate for result in results for rate in result.latency})
    head = ["added ms, median / p99", *(f"{rate}/s" for rate in rates), "first token, 32 streams"]
    rows = [[*head, "relay of a piece, median / p99 / longest", "failures", "others' cores"]]
    rows.append(["direct (not added)", *[""] * len(rates), *_stream_cells([_absolute(direct)]), "", ""])
    for result in results:
        cells = [
            _cell([entry.added_ms for entry in result.latency.get(rate, [])], ("p50", "p99"))
            for rate in rates
        ]
        failures = (
            sum(entry.failures for entries in result.latency.values() for entry in entries)
            + sum(entry.failures for entry in result.throughput)
            + sum(entry.failures + entry.wrong for entry in result.streams)
        )
        noise = f"{statistics.median(result.foreign_cores):.2f}"
        rows.append([result.name, *cells, *_stream_cells(result.streams_added), str(failures), noise])
    return rows


def _absolute(direct: Result) -> dict[str, dict[str, float]]:
    return {name: getattr(direct.streams[-1], name) for name in ("first_token_ms", "relay_ms")}


def _stream_cells(entries: Sequence[dict[str, dict[str, float]]]) -> list[str]:
    first = _cell([entry["first_token_ms"] for entry in entries], ("p50", "p99"))
    return [first, _cell([entry["relay_ms"] for entry in entries], ("p50", "p99", "max"))]


def _cell(entries: Sequence[dict[str, float]], names: Sequence[str]) -> str:
    values = [median_of(entries, name) for name in names]
    return " / ".join("-" if value is None else f"{value:.2f}" for value in values) if entries else ""


def _render(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
