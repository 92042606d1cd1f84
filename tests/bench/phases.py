"""The measured phases. Each has a fixed length and a bound on what is in flight, and checks every answer."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.bench.answers import belongs, is_right, read_stream, text_of
from tests.bench.client import Answer, Endpoint, Pool
from tests.bench.questions import Question, write_question

CONNECTIONS = 32
_MOST_IN_FLIGHT = 256
_WAIT_LEFT_S = 30.0

_serials = itertools.count(1)


def fresh_questions() -> Iterator[Question]:
    """Questions that were not asked before in this run."""
    return map(write_question, _serials)


@dataclass(frozen=True, slots=True)
class Checked:
    """How many answers were right, whole and streamed: own values, nobody else's, no placeholder left."""

    asked: int
    whole: int
    streamed: int


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds at a fixed rate: the target's, the stub's in the same seconds, and the difference."""

    rate_per_s: int
    answers: int
    failures: int
    target_ms: dict[str, float]
    direct_ms: dict[str, float]
    added_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class Throughput:
    """Requests a second with every connection always busy."""

    per_s: float
    answers: int
    failures: int
    latency_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class Streams:
    """Concurrent streams: time to the first token, and how long pieces took from the stub to here."""

    streams: int
    failures: int
    wrong: int
    first_token_ms: dict[str, float]
    relay_ms: dict[str, float]


@dataclass(slots=True)
class _Lane:
    endpoint: Endpoint
    pool: Pool
    elapsed_ms: list[float] = field(default_factory=list)
    failures: int = 0

    async def ask(self, question: Question) -> None:
        try:
            answer = await self.pool.exchange(self.endpoint.request(question))
        except (ConnectionError, TimeoutError):
            self.failures += 1
            return
        if belongs(answer, question):
            self.elapsed_ms.append(answer.elapsed_ms)
        else:
            self.failures += 1


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Median, 99th percentile (nearest rank) and maximum; empty for no values."""
    ordered = sorted(values)
    if not ordered:
        return {}
    ranks = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {name: round(ordered[math.ceil(rank * len(ordered)) - 1], 3) for name, rank in ranks.items()}


def difference(target: dict[str, float], direct: dict[str, float]) -> dict[str, float]:
    """Percentile by percentile, what the target adds."""
    return {name: round(target[name] - direct[name], 3) for name in target if name in direct}


async def check(endpoint: Endpoint) -> Checked:
    """As many whole answers at once as there are connections, then as many streams, each read in full."""
    pool = Pool(endpoint.port)
    questions = list(itertools.islice(fresh_questions(), CONNECTIONS))
    right = {False: 0, True: 0}
    for streamed in right:
        exchanges = [pool.exchange(endpoint.request(question, streamed=streamed)) for question in questions]
        for question, answer in zip(
            questions, await asyncio.gather(*exchanges, return_exceptions=True), strict=True
        ):
            if isinstance(answer, Answer) and answer.status == 200:
                text = read_stream(answer).text if streamed else text_of(answer)
                right[streamed] += is_right(text, question)
    pool.close()
    return Checked(len(questions), whole=right[False], streamed=right[True])


async def open_loop(target: Endpoint, direct: Endpoint, rate_per_s: int, seconds: float) -> Latency:
    """Target and stub each get the rate, half a period apart, whether or not earlier answers are there."""
    lanes = [_Lane(target, Pool(target.port)), _Lane(direct, Pool(direct.port))]
    for lane in lanes:
        await lane.pool.warm(min(CONNECTIONS, max(4, rate_per_s // 10)))
    questions = fresh_questions()
    tasks: set[asyncio.Task[None]] = set()
    start_s = time.monotonic() + 0.02
    for turn in range(int(rate_per_s * seconds) * 2):
        await asyncio.sleep(start_s + turn / (2 * rate_per_s) - time.monotonic())
        lane = lanes[turn % 2]
        if len(tasks) >= _MOST_IN_FLIGHT:
            lane.failures += 1
            continue
        task = asyncio.create_task(lane.ask(next(questions)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=_WAIT_LEFT_S)
        for task in late:
            task.cancel()
        lanes[0].failures += len(late)
    target_ms, direct_ms = (percentiles(lane.elapsed_ms) for lane in lanes)
    for lane in lanes:
        lane.pool.close()
    return Latency(
        rate_per_s,
        answers=len(lanes[0].elapsed_ms),
        failures=lanes[0].failures,
        target_ms=target_ms,
        direct_ms=direct_ms,
        added_ms=difference(target_ms, direct_ms),
    )


async def saturate(endpoint: Endpoint, seconds: float) -> Throughput:
    """Every connection asks again as soon as it has its answer."""
    lane = _Lane(endpoint, Pool(endpoint.port))
    questions = fresh_questions()
    start_s = time.monotonic()

    async def ask_on() -> None:
        while time.monotonic() < start_s + seconds:
            await lane.ask(next(questions))

    await lane.pool.warm(CONNECTIONS)
    await asyncio.gather(*(ask_on() for _ in range(CONNECTIONS)))
    wall_s = time.monotonic() - start_s
    lane.pool.close()
    answers = len(lane.elapsed_ms)
    return Throughput(round(answers / wall_s, 1), answers, lane.failures, percentiles(lane.elapsed_ms))


async def stream(endpoint: Endpoint, seconds: float, stream_s: float) -> Streams:
    """Every connection reads one stream after the other; the starts are spread over a stream's length."""
    pool = Pool(endpoint.port)
    questions = fresh_questions()
    read: list[tuple[Question, Answer]] = []
    failures = 0
    end_s = time.monotonic() + seconds

    async def read_on(place: int) -> None:
        nonlocal failures
        await asyncio.sleep(stream_s * place / CONNECTIONS)
        while time.monotonic() < end_s:
            question = next(questions)
            try:
                read.append((question, await pool.exchange(endpoint.request(question, streamed=True))))
            except (ConnectionError, TimeoutError):
                failures += 1

    await pool.warm(CONNECTIONS)
    await asyncio.gather(*(read_on(place) for place in range(CONNECTIONS)))
    pool.close()
    return _read_streams(read, failures)


def _read_streams(read: Sequence[tuple[Question, Answer]], failures: int) -> Streams:
    first_ms: list[float] = []
    relay_ms: list[float] = []
    wrong = 0
    for question, answer in read:
        try:
            reading = read_stream(answer)
        except ValueError:
            failures += 1
            continue
        wrong += not is_right(reading.text, question)
        first_ms.append(reading.first_token_ms)
        relay_ms += reading.relay_ms
    return Streams(len(first_ms), failures, wrong, percentiles(first_ms), percentiles(relay_ms))
