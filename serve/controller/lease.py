"""One controller acts at a time: a lock that dies with its holder, kept where the records are.

No clock is involved and nothing must be renewed: the kernel lets go of a file lock, and PostgreSQL of a session's
advisory lock, however the holder ends. Redis may come and go without anybody losing the lease.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

_LOCK_NUMBER = 0x62696163  # any constant; PostgreSQL's advisory lock of our controllers


class Lease(Protocol):
    """The right to change replicas."""

    def take(self) -> bool:
        """Whether it is ours now."""

    def held(self) -> bool:
        """Whether it still is."""

    def release(self) -> None:
        """Let another have it."""


def open_lease(db: Engine) -> Lease:
    """The lease of this database's controllers; nothing is taken yet."""
    if db.dialect.name == "sqlite":
        return FileLease(Path(f"{db.url.database}.controller"))
    return SessionLease(db)


class FileLease:
    """Beside an SQLite file, which only processes of one machine share."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def take(self) -> bool:
        """Whether it is ours now."""
        fd = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def held(self) -> bool:
        """Nothing but we ourselves can end it."""
        return self._fd >= 0

    def release(self) -> None:
        """Let another have it."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


class SessionLease:
    """A session of its own on PostgreSQL; a lost session is a lost lease."""

    def __init__(self, db: Engine) -> None:
        self._db = db
        self._session: Connection | None = None

    def take(self) -> bool:
        """Whether it is ours now."""
        try:
            session = self._db.connect().execution_options(isolation_level="AUTOCOMMIT")
            if session.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": _LOCK_NUMBER}).scalar():
                self._session = session
                return True
            session.close()
        except SQLAlchemyError:
            pass
        return False

    def held(self) -> bool:
        """Whether the session still lives."""
        try:
            return self._session is not None and self._session.execute(text("SELECT 1")).scalar() == 1
        except SQLAlchemyError:
            return False

    def release(self) -> None:
        """End the session, and the lock with it."""
        session, self._session = self._session, None
        try:
            if session is not None:
                session.invalidate()
                session.close()
        except SQLAlchemyError:
            pass
