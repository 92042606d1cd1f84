"""One part as one process group: started, probed, stopped whole, and killed by the guard if we die first."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

_POLL_S = 0.05
_LONGEST_LINE = 200
_SHOWN_LINES = 15
_EXCEPTION = re.compile(r"\b[A-Za-z.]+(Error|Exception): .+")
_GUARD = Path(__file__).with_name("guard.py")


@dataclass(frozen=True, slots=True)
class Part:
    """How to run one part. `ready` answers at once; without it a part counts as ready when it runs.

    Neighbours of the same `stage` are stopped together.
    """

    name: str
    stage: str
    argv: tuple[str, ...]
    log_file: Path
    env: Mapping[str, str] = field(repr=False)
    ready: Callable[[], bool] | None = None
    ready_timeout_s: float = 60.0
    grace_s: float = 10.0
    pass_fds: tuple[int, ...] = ()
    after_death: Callable[[int], None] | None = None


class Guard:
    """The guard process; it outlives us by an instant."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, "-I", "-S", str(_GUARD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def watch(self, group: int) -> None:
        """Kill this process group when we are gone."""
        self._say(f"+{group}\n")

    def forget(self, group: int) -> None:
        """The group is gone; its number may be used again."""
        self._say(f"-{group}\n")

    def close(self) -> None:
        """End the guard, which kills what is still watched."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(line)
            self._process.stdin.flush()


class Process:
    """A running part. Its process group is its own, so that a terminal's Ctrl-C reaches only the supervisor."""

    def __init__(self, part: Part, guard: Guard) -> None:
        self.part = part
        self.started_at = time.monotonic()
        self._guard = guard
        with _open_log(part.log_file) as log:
            self._popen = subprocess.Popen(  # noqa: S603 - argv is ours
                part.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(part.env),
                pass_fds=part.pass_fds,
                start_new_session=True,
            )
        guard.watch(self.pid)

    @property
    def pid(self) -> int:
        """The process id, and the id of its group."""
        return self._popen.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        return self._popen.poll()

    def is_ready(self) -> bool:
        """Whether it runs and its probe says so."""
        return self.exit_status is None and (self.part.ready is None or self.part.ready())

    def ask_to_stop(self) -> None:
        """SIGTERM to the part; `finish` waits for it."""
        with suppress(ProcessLookupError):
            self._popen.send_signal(signal.SIGTERM)

    def finish(self, *, at_once: Callable[[], bool]) -> None:
        """Wait for the whole group to go; SIGKILL after the grace or when `at_once` turns true."""
        deadline = time.monotonic() + self.part.grace_s
        while _group_lives(self.pid) and time.monotonic() < deadline and not at_once():
            self._popen.poll()
            time.sleep(_POLL_S)
        self.clear()

    def clear(self) -> None:
        """Kill what is left of the group and reap the process."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        self._guard.forget(self.pid)
        if self.part.after_death is not None:
            self.part.after_death(self.pid)


def last_lines(log_file: Path) -> list[str]:
    """The end of a part's log, each line cut to a readable length; parts never log text of citizens."""
    with suppress(OSError):
        lines = log_file.read_text(encoding="utf-8", errors="replace").splitlines()[-_SHOWN_LINES:]
        return [line[:_LONGEST_LINE] for line in lines]
    return []


def first_error(log_file: Path) -> str:
    """The first exception that a log tells of, which caused the later ones; empty when it tells of none."""
    with suppress(OSError), log_file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if found := _EXCEPTION.search(line):
                return found.group()[:_LONGEST_LINE]
    return ""


def _open_log(log_file: Path) -> IO[bytes]:
    return os.fdopen(os.open(log_file, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), "wb")


def _group_lives(group: int) -> bool:
    """Whether the group has a member that isn't a zombie; where nobody reaps orphans, zombies stay."""
    for pid in psutil.pids():
        with suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getpgid(pid) == group and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                return True
    return False
