"""Whether a worker's memory stays flat over many requests, streams that clients leave among them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.answers import belongs
from tests.bench.client import Pool
from tests.bench.phases import CONNECTIONS, fresh_questions
from tests.bench.processes import rss_mb
from tests.bench.targets import Target

_SAMPLES = 20
_EVERY = 20
"""Of so many requests one is a stream read to its end and one a stream that is left."""


@dataclass(frozen=True, slots=True)
class Soak:
    """Resident memory in MB after each twentieth of the requests, and its growth over the second half."""

    requests: int
    abandoned: int
    failures: int
    rss_mb: list[float]
    growth_kb_per_1000: float


class _Walk:
    """Asks until the requests are used up."""

    def __init__(self, target: Target) -> None:
        self._endpoint = target.endpoint
        self._pool = Pool(target.endpoint.port)
        self._questions = fresh_questions()
        self.abandoned = self.failures = 0

    async def ask(self, turns: Iterator[int]) -> None:
        for turn in turns:
            question = next(self._questions)
            kind = turn % _EVERY
            request = self._endpoint.request(question, streamed=kind < 2)
            try:
                if kind == 0:
                    await self._pool.abandon(request)
                    self.abandoned += 1
                    continue
                answer = await self._pool.exchange(request)
            except (ConnectionError, TimeoutError):
                self.failures += 1
                continue
            good = answer.body.rstrip().endswith(b"[DONE]") if kind == 1 else belongs(answer, question)
            self.failures += not good

    def close(self) -> None:
        self._pool.close()


async def soak(target: Target, requests: int) -> Soak:
    """Send so many requests, as fast as they are answered, and watch the worker's memory."""
    walk = _Walk(target)
    worker = target.pinned[0].pids()
    samples: list[float] = []
    for _ in range(_SAMPLES):
        turns = iter(range(requests // _SAMPLES))
        await asyncio.gather(*(walk.ask(turns) for _ in range(CONNECTIONS)))
        samples.append(round(rss_mb(worker), 2))
    walk.close()
    half = samples[_SAMPLES // 2 :]
    growth = _slope(half) * 1000 / (requests / _SAMPLES) * 1000
    return Soak(requests, walk.abandoned, walk.failures, samples, round(growth, 2))


def _slope(values: list[float]) -> float:
    """Least squares, per step."""
    middle = (len(values) - 1) / 2
    mean = sum(values) / len(values)
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    return sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread
