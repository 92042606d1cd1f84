"""The home folder: who runs in it, its secrets, and endpoints.json for scripts that drive a running stack."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ENDPOINTS = "endpoints.json"
UP_LOG = "up.log"
_LOCK = "up.lock"
_SECRETS = "secrets.json"
_SECRET_BYTES = 32


class AlreadyRunning(Exception):
    """Another supervisor runs in this home folder."""

    def __init__(self, pid: int) -> None:
        super().__init__(
            f"It is running already (process {pid}); `make down` or Ctrl-C in its terminal stops it."
        )
        self.pid = pid


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made at random at the first start of the demonstration, then kept."""

    admin_token: str = field(repr=False)
    engine_key: str = field(repr=False)


class HomeLock:
    """Held while a supervisor lives; the kernel lets go of it however the process ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / _LOCK
        self._fd = -1

    def take(self) -> None:
        """Raises AlreadyRunning."""
        fd = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(fd, 32).decode() or "0"
            os.close(fd)
            raise AlreadyRunning(int(holder)) from None
        os.truncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
        self._fd = fd

    def holder(self) -> int | None:
        """Process id of the supervisor that runs here, or None."""
        if not self._path.exists():
            return None
        try:
            self.take()
        except AlreadyRunning as exc:
            return exc.pid
        self.release()
        return None

    def release(self) -> None:
        """Let the next one in."""
        os.close(self._fd)
        self._fd = -1


def make_home(home: Path) -> None:
    """The folder and what lies in it, for this user only."""
    for folder in (home, home / "logs"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def keep_last_logs(home: Path) -> None:
    """The parts' logs of the last run are kept beside the new ones."""
    for log in (home / "logs").glob("*.log"):
        if log.name != UP_LOG:
            log.replace(log.with_suffix(".log.1"))


def ensure_secrets(home: Path) -> Secrets:
    """The secrets of this home folder, made when there are none."""
    try:
        return Secrets(**json.loads((home / _SECRETS).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        made = Secrets(f"bma_{secrets.token_urlsafe(_SECRET_BYTES)}", secrets.token_urlsafe(_SECRET_BYTES))
        _write_private(home / _SECRETS, {"admin_token": made.admin_token, "engine_key": made.engine_key})
        return made


def read_endpoints(home: Path) -> dict[str, Any]:
    """What endpoints.json says; empty when there is none."""
    with suppress(OSError, ValueError):
        content = json.loads((home / ENDPOINTS).read_text())
        if isinstance(content, dict):
            return content
    return {}


def write_endpoints(home: Path, content: dict[str, Any]) -> None:
    """Replace endpoints.json atomically, mode 600: it holds keys."""
    _write_private(home / ENDPOINTS, content)


def _write_private(path: Path, content: dict[str, Any]) -> None:
    fd, draft = tempfile.mkstemp(dir=path.parent)  # mode 600
    with os.fdopen(fd, "w") as stream:
        json.dump(content, stream, indent=2)
        stream.write("\n")
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(draft, path)
