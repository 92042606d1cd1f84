"""A supervisor with two small parts, run as a process of its own: `python -m tests.stack.small_stack FOLDER`.

Each part writes what happens to it into FOLDER/events; the first one has a child of its own, as vLLM has.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from threading import Event

from serve.stack.process import Part
from serve.stack.progress import Progress
from serve.stack.supervisor import Supervisor

_PART = """
import os, signal, subprocess, sys
name, folder, with_child = sys.argv[1], sys.argv[2], sys.argv[3]
def tell(what, pid):
    with open(folder + "/events", "a") as events:
        events.write(f"{name} {what} {pid}\\n")
def stop(*_):
    tell("stopped", os.getpid())
    os._exit(0)
signal.signal(signal.SIGTERM, stop)
if with_child == "child":
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.pause()"
    tell("child", subprocess.Popen([sys.executable, "-c", code]).pid)
tell("started", os.getpid())
while True:
    signal.pause()
"""


def part(name: str, folder: Path, *, with_child: bool) -> Part:
    """A part that is ready when it said that it started."""
    events = folder / "events"
    return Part(
        name=name,
        stage=name,
        argv=(sys.executable, "-c", _PART, name, str(folder), "child" if with_child else "-"),
        log_file=folder / f"{name}.log",
        env=dict(os.environ),
        ready=lambda: events.exists() and f"{name} started" in events.read_text(),
        grace_s=2.0,
    )


def main() -> None:
    """Start both, watch, stop on SIGINT."""
    folder, stopping = Path(sys.argv[1]), Event()
    signal.signal(signal.SIGINT, lambda *_: stopping.set())
    progress = Progress()
    supervisor = Supervisor(progress, stopping, Event().is_set)
    for name in ("first", "second"):
        with progress.stage(name) as stage:
            supervisor.start(part(name, folder, with_child=name == "first"))
            supervisor.wait_ready(name, stage)
    progress.say("watching")
    supervisor.watch()
    supervisor.stop()
    progress.say("all stopped")


if __name__ == "__main__":
    main()
