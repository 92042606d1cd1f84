"""`python -m tests.bench.auto`: what choosing and looking for emergencies cost a message, and what training takes."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

JSON = Path(".bench/auto.json")
CHARACTERS = 80
_FULL, _QUICK = 4_000, 400


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.auto", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the messages")
    parser.add_argument("--json", type=Path, default=JSON, help="where the JSON goes")
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    figures = measure(_QUICK if options.quick else _FULL)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    for name, value in figures.items():
        print(f"{name:36} {value}")
    return 0


def measure(messages: int) -> dict[str, float | int | str]:
    """Imports here: numpy counts the cores when it loads, and must see one."""
    from adapters.auto import emergency, load_router
    from adapters.auto.questions import demonstration_questions, shipped_questions
    from adapters.auto.training import train, train_for

    router = load_router()
    everything = [text for texts in shipped_questions().values() for text in texts]
    texts = _messages(everything, messages)
    emergency(texts[0])
    chosen = _percentiles(lambda text: router.choose(text, router.names), texts)
    looked = _percentiles(emergency, texts)
    third = {name: questions[::2] for name, questions in shipped_questions().items()}
    size = sum(map(len, third.values()))
    return {
        "date": date.today().isoformat(),
        "messages": len(texts),
        "characters": CHARACTERS,
        "choose p50, CPU ms": chosen[0],
        "choose p99, CPU ms": chosen[1],
        "emergency p50, CPU ms": looked[0],
        "emergency p99, CPU ms": looked[1],
        f"train {size} questions, CPU s": _cpu_s(lambda: train(third, everything[:200])),
        "train all shipped, CPU s": _cpu_s(lambda: train_for(demonstration_questions())),
    }


def _messages(questions: Sequence[str], wanted: int) -> list[str]:
    """Messages of equal length, each begun at another question."""
    return ["，".join(questions[at : at + CHARACTERS])[:CHARACTERS] for at in range(wanted)]


def _percentiles(work: Callable[[str], object], texts: Sequence[str]) -> tuple[float, float]:
    taken = []
    for text in texts:
        begun = time.thread_time()
        work(text)
        taken.append((time.thread_time() - begun) * 1000)
    cuts = statistics.quantiles(taken, n=100)
    return round(cuts[49], 3), round(cuts[98], 3)


def _cpu_s(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return round(time.process_time() - begun, 2)


if __name__ == "__main__":
    sys.exit(main())
