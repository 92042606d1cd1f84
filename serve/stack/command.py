"""`bianmin up` and `bianmin down`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event
from typing import Any

import click
import psutil

from serve.commands import settings_or_exit
from serve.settings import Settings
from serve.stack.home import (
    UP_LOG,
    AlreadyRunning,
    HomeLock,
    keep_last_logs,
    make_home,
    read_endpoints,
    write_endpoints,
)
from serve.stack.progress import Progress
from serve.stack.report import endpoints, ready_text
from serve.stack.stages import Start, bind_ports, start_stack
from serve.stack.supervisor import StageFailed, Stopped, Supervisor

_STOP_TIMEOUT_S = 90.0
_POLL_S = 0.1
_EXAMPLE_MODEL = "moi"


@click.command()
@click.option("--detach", is_flag=True, help="Leave it running in the background once it is ready.")
@click.option("--background", is_flag=True, hidden=True)
def up(detach: bool, background: bool) -> None:
    """Start everything on this machine and keep it running until Ctrl-C."""
    os.umask(0o077)
    settings = _settings()
    make_home(settings.home)
    lock = HomeLock(settings.home)
    try:
        if detach:
            _refuse_second(lock)
            _run_in_background(settings)
            return
        lock.take()
    except AlreadyRunning as exc:
        raise click.ClickException(str(exc)) from None
    try:
        _run(settings, show_keys=not background)
    finally:
        lock.release()


@click.command()
def down() -> None:
    """Stop the stack of this home folder."""
    settings = _settings()
    lock = HomeLock(settings.home)
    pid = lock.holder()
    if pid is None:
        click.echo("Nothing is running.")
        return
    began_at = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    while lock.holder() is not None or not _has_ended(pid):
        if time.monotonic() - began_at > _STOP_TIMEOUT_S:
            os.kill(pid, signal.SIGKILL)
            click.echo(
                f"Process {pid} did not stop within {_STOP_TIMEOUT_S:.0f} s and was killed with its parts."
            )
            return
        time.sleep(_POLL_S)
    click.echo(f"Stopped (process {pid}, {time.monotonic() - began_at:.1f} s).")


def _has_ended(pid: int) -> bool:
    """Whether the process is gone; the lock is let go a moment before."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _settings() -> Settings:
    """Settings with an absolute home folder, which every part then gets."""
    settings = settings_or_exit()
    return settings.model_copy(update={"home": settings.home.absolute()})


def _refuse_second(lock: HomeLock) -> None:
    holder = lock.holder()
    if holder is not None:
        raise AlreadyRunning(holder)


def _run(settings: Settings, *, show_keys: bool) -> None:
    """Start, watch, stop. Exits with status 1 when a stage failed."""
    progress, stopping = Progress(), Event()
    at_once = _catch_signals(progress, stopping)
    keep_last_logs(settings.home)
    try:
        public = bind_ports(settings)
    except StageFailed as exc:
        raise click.ClickException(str(exc)) from None
    supervisor = Supervisor(progress, stopping, at_once.is_set)
    failed: StageFailed | None = None
    try:
        _announce(settings, endpoints(start_stack(Start(settings, progress, supervisor, public))), show_keys)
        supervisor.watch()
    except Stopped:
        pass
    except StageFailed as exc:
        failed = exc
    finally:
        supervisor.stop()
        public.close()
        shutil.rmtree(settings.metrics_path, ignore_errors=True)
    if last := read_endpoints(settings.home):
        write_endpoints(settings.home, {**last, "pid": None})
    if failed is not None:
        _tell_failure(failed)
    progress.say("Stopped.")


def _announce(settings: Settings, content: dict[str, Any], show_keys: bool) -> None:
    write_endpoints(settings.home, content)
    if show_keys:
        click.echo(ready_text(content, _EXAMPLE_MODEL))


def _tell_failure(failed: StageFailed) -> None:
    for line in failed.log:
        click.echo(f"    {line}", err=True)
    raise click.ClickException(str(failed))


def _catch_signals(progress: Progress, stopping: Event) -> Event:
    """The first SIGINT or SIGTERM stops in order; a second one, at once."""
    at_once = Event()

    def stop(*_: object) -> None:
        if stopping.is_set():
            at_once.set()
        else:
            progress.say("\nStopping; once more stops at once.")
            stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
    return at_once


def _run_in_background(settings: Settings) -> None:
    """Start `bianmin up` in a session of its own, show its progress, return when it is ready."""
    log_file = settings.home / "logs" / UP_LOG
    argv = [sys.executable, "-c", "from serve.cli import main; main()", "up", "--background"]
    with log_file.open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    shown = 0
    try:
        while child.poll() is None and read_endpoints(settings.home).get("pid") != child.pid:
            shown = _show(log_file, shown)
            time.sleep(_POLL_S)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
    _show(log_file, shown)
    if child.poll() is not None:
        raise SystemExit(1)
    click.echo(ready_text(read_endpoints(settings.home), _EXAMPLE_MODEL))


def _show(log_file: Path, shown: int) -> int:
    content = log_file.read_text(encoding="utf-8")
    click.echo(content[shown:], nl=False)
    return len(content)
