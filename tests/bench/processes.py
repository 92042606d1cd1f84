"""Starting, pinning, measuring and ending the benchmark's own processes, each by its id."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.error import URLError
from urllib.request import urlopen

import psutil

READY_S = 240.0
_TERM_S = 10.0


class StartFailed(Exception):
    """A part didn't start; the text holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process that was started here, with everything it started itself."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def pids(self) -> set[int]:
        """Its own id and those of its descendants."""
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.process.pid)
            return {root.pid, *(child.pid for child in root.children(recursive=True))}
        return set()

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait until it is ready. Raises StartFailed when it ends before, or takes too long."""
        deadline = time.monotonic() + READY_S
        while not ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-1500:]
                raise StartFailed(f"{self.name} did not become ready (status {self.process.poll()}):\n{tail}")
            time.sleep(0.1)


class Processes:
    """What this run has started. Leaving the context ends all of it, the last started first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: list[Part] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        for part in reversed(self._parts):
            _end(part)

    def spawn(self, name: str, command: list[str], environ: Mapping[str, str] | None = None) -> Part:
        """Start a process with nothing of ours in its environment except what is given; its output is kept."""
        log = self._folder / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                env={**_plain_environ(), **(environ or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        part = Part(name, process, log)
        self._parts.append(part)
        return part

    def pids(self) -> set[int]:
        """All of them, with what they started themselves."""
        return set().union(*(part.pids() for part in self._parts))


def _plain_environ() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BIANMIN_")}


def _end(part: Part) -> None:
    pids = part.pids()
    with suppress(ProcessLookupError):
        part.process.terminate()
    with suppress(subprocess.TimeoutExpired):
        part.process.wait(_TERM_S)
    for pid in pids:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            left = psutil.Process(pid)
            if left.status() != psutil.STATUS_ZOMBIE:
                left.kill()
    part.process.wait()


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def fetch(port: int, path: str) -> bytes | None:
    """A page of a local server; None where it doesn't answer 200."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=2) as response:
            page: bytes = response.read()
            return page
    except (URLError, OSError):
        return None


def pin(pids: Iterable[int], cores: set[int]) -> None:
    """Bind every thread of these processes to these cores."""
    for pid in pids:
        with suppress(OSError):
            for thread in os.listdir(f"/proc/{pid}/task"):
                os.sched_setaffinity(int(thread), cores)


def cpu_s(pids: Iterable[int]) -> float:
    """Processor seconds that these processes have used so far."""
    total = 0.0
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(pid).cpu_times()
            total += times.user + times.system
    return total


def rss_mb(pids: Iterable[int]) -> float:
    """Resident memory of these processes, in 10^6 bytes."""
    total = 0
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            total += psutil.Process(pid).memory_info().rss
    return total / 1e6


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor use over a phase: seconds for each of the target's parts; cores for us and for everybody else."""

    wall_s: float
    parts_s: dict[str, float]
    own_cores: float
    foreign_cores: float


class Meter:
    """Measures processor use from its making to `stop`."""

    def __init__(self, parts: Mapping[str, set[int]]) -> None:
        self._parts = parts
        self._known = {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}
        self._start = self._read()

    def stop(self) -> Usage:
        """What was used since the making."""
        wall_s, own_s, busy_s, parts_s = self._read()
        wall_s -= self._start[0]
        own_s -= self._start[1]
        busy_s -= self._start[2]
        return Usage(
            wall_s=wall_s,
            parts_s={name: parts_s[name] - self._start[3][name] for name in parts_s},
            own_cores=own_s / wall_s,
            foreign_cores=max(0.0, (busy_s - own_s) / wall_s),
        )

    def _read(self) -> tuple[float, float, float, dict[str, float]]:
        machine = psutil.cpu_times()
        busy_s = machine.user + machine.nice + machine.system
        parts_s = {name: cpu_s(pids) for name, pids in self._parts.items()}
        return time.monotonic(), cpu_s(self._known), busy_s, parts_s
