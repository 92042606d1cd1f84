"""kill -9 of each part under load: what was acknowledged is in the journal exactly once, and the stack heals."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest

from tests.e2e.stack import Stack
from tests.waiting import until

pytestmark = pytest.mark.engine


class Load:
    """Clients that ask again and again, and remember what was answered whole."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._stop = threading.Event()
        self.acknowledged: list[str] = []
        self.failures: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(4)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)

    def _ask(self, number: int) -> None:
        stream = number % 2 == 0
        while not self._stop.is_set():
            try:
                response = self._stack.ask("你好", "base", max_tokens=8, stream=stream)
            except httpx.HTTPError as exc:
                self.failures[type(exc).__name__] += 1
                self._stop.wait(0.1)
                continue
            whole = "data: [DONE]" in response.text if stream else True
            if response.status_code == 200 and whole:
                self.acknowledged.append(response.headers["x-request-id"])
            else:
                self.failures[str(response.status_code)] += 1
                if response.status_code not in (200, 503):
                    self.unexpected.append(response.text)
                self._stop.wait(0.1)


def victims(stack: Stack, part: str) -> list[psutil.Process]:
    """The process to kill: the engine's server, redis-server, or one gateway worker."""
    if part == "engine":
        return [
            process
            for process in stack.part("vllm.entrypoints")
            if "api_server" in " ".join(process.cmdline())
        ]
    return stack.part("redis-server") if part == "redis" else stack.part("gateway")[:1]


@pytest.mark.parametrize("part", ["gateway", "redis", "engine"])
def test_a_killed_part_comes_back_and_no_acknowledged_answer_is_lost(stack: Stack, part: str) -> None:
    with Load(stack) as load:
        until(lambda: len(load.acknowledged) > 20, "the load runs")
        killed = victims(stack, part)
        assert killed
        for process in killed:
            process.send_signal(signal.SIGKILL)
        until(lambda: not any(process.is_running() for process in killed), "it is dead", 10)
        before = len(load.acknowledged)
        until(lambda: len(load.acknowledged) > before + 20, "answers come again", 240)
        until(lambda: victims(stack, part), "the part runs again")
    assert load.unexpected == []
    if part == "engine":
        assert load.failures["503"] > 0

    path = stack.endpoints["records"].removeprefix("sqlite:///")

    def recorded() -> Counter[str]:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return Counter(row[0] for row in connection.execute("SELECT request_id FROM journal"))

    until(lambda: set(load.acknowledged) <= recorded().keys(), "every acknowledged answer is recorded", 30)
    counts = recorded()
    assert all(counts[request_id] == 1 for request_id in load.acknowledged)
    bianmin = str(Path(sys.executable).with_name("bianmin"))
    verified = subprocess.run(
        [bianmin, "journal", "verify"], env={"BIANMIN_HOME": str(stack.home)}, capture_output=True, text=True
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
