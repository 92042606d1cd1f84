"""Parts start in order, come back when they die, and none is left, whatever happens to the supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from serve.stack import supervisor as module
from serve.stack.process import Part
from serve.stack.progress import Progress
from serve.stack.supervisor import StageFailed, Supervisor
from tests.waiting import is_gone, until

ROOT = Path(__file__).parents[2]


class Running:
    """The small stack as a process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.stack.small_stack", str(folder)],
                cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        until(lambda: "watching" in self.printed() or self.process.poll() is not None, "it watches its parts")

    def printed(self) -> str:
        """What it printed so far."""
        return self.out.read_text()

    def events(self, what: str = "") -> list[str]:
        """`part event` in the order in which it happened."""
        lines = (self.folder / "events").read_text().splitlines()
        return [line.rpartition(" ")[0] for line in lines if what in line]

    def pids(self) -> list[int]:
        """Every process that was ever started."""
        return [int(line.rpartition(" ")[2]) for line in (self.folder / "events").read_text().splitlines()]

    def last_pid(self, event: str) -> int:
        """The process of the last such event."""
        lines = (self.folder / "events").read_text().splitlines()
        return [int(line.rpartition(" ")[2]) for line in lines if line.startswith(event)][-1]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """The small stack, watching its parts."""
    stack = Running(tmp_path)
    try:
        yield stack
    finally:
        stack.process.kill()
        stack.process.wait()


def test_stops_in_reverse_order_and_leaves_nothing(running: Running) -> None:
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(60) == 0
    assert "all stopped" in running.printed()
    assert running.events("started") == ["first started", "second started"]
    assert running.events("stopped") == ["second stopped", "first stopped"]
    assert all(is_gone(pid) for pid in running.pids())


def test_a_killed_part_comes_back_and_its_children_do_not_stay(running: Running) -> None:
    child, leader = running.last_pid("first child"), running.last_pid("first started")
    os.kill(leader, signal.SIGKILL)
    until(lambda: len(running.events("first started")) == 2, "the part is started again")
    until(lambda: "first is back" in running.printed(), "the supervisor says so")
    assert "first was ended by signal 9. Starting it again in " in running.printed()
    assert is_gone(child)
    assert running.events("second") == ["second started"]


def test_kill_9_of_the_supervisor_leaves_nothing(running: Running) -> None:
    running.process.kill()
    running.process.wait()
    until(lambda: all(is_gone(pid) for pid in running.pids()), "every part and its child is gone")


def test_a_part_that_never_starts_fails_the_stage_with_its_last_lines(tmp_path: Path) -> None:
    supervisor = Supervisor(Progress(), Event(), Event().is_set)
    code = "print('the cause'); raise SystemExit(3)"
    argv = (sys.executable, "-c", code)
    supervisor.start(Part("broken", "broken", argv, tmp_path / "log", dict(os.environ), ready=lambda: False))
    try:
        with Progress().stage("broken") as stage, pytest.raises(StageFailed) as failed:
            supervisor.wait_ready("broken", stage)
    finally:
        supervisor.stop()
    assert (str(failed.value), failed.value.log) == ("broken ended with status 3.", ["the cause"])


def test_after_five_quick_deaths_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "LONGEST_PAUSE_S", 0.01)
    stopping = Event()
    supervisor = Supervisor(Progress(), stopping, Event().is_set)
    runs = tmp_path / "runs"
    code = f"open({str(runs)!r}, 'a').write('x'); print('the cause')"
    supervisor.start(
        Part(
            "broken", "broken", (sys.executable, "-c", code), tmp_path / "log", dict(os.environ),
            after_death=lambda _: stopping.set() if len(runs.read_text()) == 6 else None,
        )
    )  # fmt: skip
    supervisor.watch()
    supervisor.stop()
    printed = capsys.readouterr().out
    assert printed.count("broken has ended 5 times in a row: see ") == 1
    assert "then `make down` and `make up`. Its last lines:\n    the cause" in printed
