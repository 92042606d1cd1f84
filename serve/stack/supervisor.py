"""Start parts in order, restart the ones that die, stop them in reverse order and leave nothing running."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from threading import Event

from serve.stack.process import Guard, Part, Process, first_error, last_lines
from serve.stack.progress import Progress, Stage

POLL_S = 0.2
QUICK_S = 20.0
QUICK_DEATHS = 5
LONGEST_PAUSE_S = 60.0


class Stopped(Exception):
    """Somebody asked the stack to stop while it was starting."""


class StageFailed(Exception):
    """A stage can't be finished: one sentence, and the end of a log where there is one."""

    def __init__(self, cause: str, log: list[str] | None = None) -> None:
        super().__init__(cause)
        self.log = log or []


@dataclass(frozen=True, slots=True)
class Wait:
    """A question that is asked until the answer is yes, and for how long."""

    ready: Callable[[], bool]
    timeout_s: float


@dataclass(slots=True)
class _Slot:
    """One part and its present process, if it runs."""

    part: Part
    process: Process | None
    quick_deaths: int = 0
    restart_at: float = 0.0
    awaited: bool = False


class Supervisor:
    """Owns every process of the stack. `stopping` is set by the signal handlers."""

    def __init__(self, progress: Progress, stopping: Event, at_once: Callable[[], bool]) -> None:
        self._progress = progress
        self._stopping = stopping
        self._at_once = at_once
        self._guard = Guard()
        self._slots: dict[str, _Slot] = {}

    def start(self, part: Part) -> None:
        """Start a part; it is watched from now on."""
        self._slots[part.name] = _Slot(part, Process(part, self._guard))

    def wait_ready(self, name: str, stage: Stage) -> None:
        """Wait until the part is ready. Raises StageFailed when it ends or takes too long, Stopped."""
        part = self._slots[name].part
        self.wait([name], Wait(part.ready or (lambda: True), part.ready_timeout_s), stage)

    def wait(self, names: Sequence[str], wanted: Wait, stage: Stage) -> None:
        """Wait for an answer while these parts run. Raises StageFailed, Stopped."""
        while not wanted.ready():
            for name in names:
                self._refuse_dead(name)
            if stage.elapsed_s > wanted.timeout_s:
                log = last_lines(self._slots[names[0]].part.log_file)
                raise StageFailed(f"{names[0]} was not ready within {wanted.timeout_s:.0f} s.", log)
            stage.tick()
            if self._stopping.wait(POLL_S):
                raise Stopped

    def _refuse_dead(self, name: str) -> None:
        slot = self._slots[name]
        status = slot.process.exit_status if slot.process else None
        if status is not None:
            log_file = slot.part.log_file
            raise StageFailed(f"{_ended(name, status)} {first_error(log_file)}".strip(), last_lines(log_file))

    def watch(self) -> None:
        """Keep every part alive until the stack is asked to stop."""
        while not self._stopping.wait(POLL_S):
            for slot in self._slots.values():
                self._look_after(slot)

    def stop(self) -> None:
        """Stop all parts, the last started first, then the guard. Nothing is running afterwards."""
        running = [slot.process for slot in reversed(self._slots.values()) if slot.process is not None]
        for _, neighbours in groupby(running, key=lambda process: process.part.stage):
            together = list(neighbours)
            for process in together:
                process.ask_to_stop()
            for process in together:
                process.finish(at_once=self._at_once)
        self._slots.clear()
        self._guard.close()

    def _look_after(self, slot: _Slot) -> None:
        process, now = slot.process, time.monotonic()
        if process is None:
            if now >= slot.restart_at:
                slot.process, slot.awaited = Process(slot.part, self._guard), True
        elif process.exit_status is not None:
            self._bury(slot, process)
        elif slot.awaited and process.is_ready():
            slot.awaited = False
            self._progress.say(f"{slot.part.name} is back after {now - process.started_at:.0f} s.")

    def _bury(self, slot: _Slot, process: Process) -> None:
        status = process.exit_status
        lived_s = time.monotonic() - process.started_at
        process.clear()
        quick = slot.awaited or lived_s < QUICK_S
        slot.quick_deaths = slot.quick_deaths + 1 if quick else 0
        pause_s = min(2.0**slot.quick_deaths / 2, LONGEST_PAUSE_S)
        if slot.quick_deaths >= QUICK_DEATHS:
            pause_s = LONGEST_PAUSE_S
        slot.process, slot.restart_at = None, time.monotonic() + pause_s
        self._progress.say(f"{_ended(slot.part.name, status)} Starting it again in {pause_s:.1f} s.")
        if slot.quick_deaths == QUICK_DEATHS:
            self._progress.say(
                f"{slot.part.name} has ended {QUICK_DEATHS} times in a row: see {slot.part.log_file}, mend the cause, "
                "then `make down` and `make up`. Its last lines:"
            )
            self._progress.say("\n".join(f"    {line}" for line in last_lines(slot.part.log_file)))


def _ended(name: str, status: int | None) -> str:
    if status is not None and status < 0:
        return f"{name} was ended by signal {-status}."
    return f"{name} ended with status {status}."
