"""One ministry's flood and another's single question."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serve.dispatch import FairQueue
from serve.errors import EngineBusy

PATIENT_S = 60.0


class Engine:
    """Serves whoever is let in, one step of `finish` at a time."""

    def __init__(self, places: int, longest: int = 10_000) -> None:
        self.queue = FairQueue(places, longest)
        self.entered: list[str] = []
        self._gates: list[asyncio.Event] = []
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, key: str, cost: float = 1, used: tuple[int, int] | None = None) -> asyncio.Task[None]:
        task = asyncio.create_task(self._serve(key, cost, used))
        self.tasks.append(task)
        return task

    async def _serve(self, key: str, cost: float, used: tuple[int, int] | None) -> None:
        async with self.queue.turn(key, cost, PATIENT_S) as turn:
            self.entered.append(key)
            gate = asyncio.Event()
            self._gates.append(gate)
            await gate.wait()
            if used is not None:
                self.queue.settle(turn, *used)

    async def finish_one(self) -> None:
        """The request that is longest inside ends."""
        await settle_down()
        self._gates.pop(0).set()
        await settle_down()

    async def finish_all(self) -> None:
        while not all(task.done() for task in self.tasks):
            await self.finish_one()


async def settle_down() -> None:
    """Let every task run until it waits."""
    for _ in range(8):
        await asyncio.sleep(0)


async def test_a_flood_does_not_starve_a_single_question() -> None:
    engine = Engine(places=4)
    for _ in range(200):
        engine.ask("moi", cost=100)
    await settle_down()
    assert engine.entered == ["moi"] * 4 and engine.queue.waiting == 196
    engine.ask("mof", cost=100)
    await engine.finish_one()
    assert engine.entered[-1] == "mof"
    await engine.finish_all()
    assert engine.queue.waiting == 0


async def test_two_floods_share_by_tokens_and_not_by_requests() -> None:
    engine = Engine(places=1)
    for _ in range(60):
        engine.ask("long", cost=30)
        engine.ask("short", cost=10)
    for _ in range(40):
        await engine.finish_one()
    shares = Counter(engine.entered)
    assert 2.5 < shares["short"] / shares["long"] < 3.5
    await engine.finish_all()


async def test_what_was_really_used_counts() -> None:
    engine = Engine(places=1)
    for _ in range(40):
        engine.ask("chatty", cost=10, used=(10, 40))
        engine.ask("terse", cost=10, used=(10, 0))
    for _ in range(40):
        await engine.finish_one()
    shares = Counter(engine.entered)
    assert shares["terse"] > 4 * shares["chatty"]
    await engine.finish_all()


async def test_a_pause_earns_no_credit() -> None:
    engine = Engine(places=1)
    for _ in range(50):
        engine.ask("busy", cost=10)
    for _ in range(30):
        await engine.finish_one()
    for _ in range(20):
        engine.ask("rested", cost=10)
    engine.entered.clear()
    for _ in range(10):
        await engine.finish_one()
    assert 4 <= Counter(engine.entered)["rested"] <= 6
    await engine.finish_all()


async def test_a_full_queue_refuses_and_says_when_to_come_back() -> None:
    engine = Engine(places=1, longest=2)
    for _ in range(3):
        engine.ask("moi")
    await settle_down()
    with pytest.raises(EngineBusy) as caught:
        await engine.ask("moi")
    assert caught.value.status == 503 and caught.value.retry_after_s
    await engine.finish_all()


async def test_a_turn_that_does_not_come_is_given_up() -> None:
    engine = Engine(places=1)
    engine.ask("moi")
    await settle_down()
    with pytest.raises(EngineBusy):
        async with engine.queue.turn("mof", 1, 0.01):
            raise AssertionError("there was no place")
    assert engine.queue.waiting == 0
    await engine.finish_all()
    async with engine.queue.turn("mof", 1, PATIENT_S):
        pass


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["ask", "leave", "cancel"])), max_size=40),
    st.integers(1, 3),
)
def test_places_are_never_lost_nor_given_twice(steps: Sequence[tuple[str, str]], places: int) -> None:
    async def run() -> None:
        engine = Engine(places)
        for key, step in steps:
            if step == "ask":
                engine.ask(key)
            elif step == "cancel" and engine.tasks:
                engine.tasks[len(engine.tasks) // 2].cancel()
            elif engine._gates:
                engine._gates.pop(0).set()
            await settle_down()
            inside = sum(line.inside for line in engine.queue._lines.values())
            assert inside <= places
            assert inside == places or engine.queue.waiting == 0
        for task in engine.tasks:
            task.cancel()
        await asyncio.gather(*engine.tasks, return_exceptions=True)
        assert engine.queue._free == places and engine.queue.waiting == 0 and not engine.queue._lines

    asyncio.run(run())
