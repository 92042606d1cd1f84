"""One spool file while its writer holds it: created locked, written durably, truncated after a failure."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

SUFFIX = ".jsonl"
NEW_SUFFIX = ".new"
_PROBE_BYTES = 64 * 1024


class Segment:
    """An append-only file under an exclusive lock, which tells the shipper that its writer lives.

    `size` counts the bytes that are known to be on the disk.
    """

    def __init__(self, folder: Path, writer: str, number: int) -> None:
        """Create the file. Raises OSError, leaving nothing behind."""
        self.number = number
        self.size = 0
        self.path = folder / f"{writer}.{number:06d}{SUFFIX}"
        # Locked before it gets its name: the shipper never sees a living writer's file without a lock.
        unnamed = folder / f".{self.path.name}{NEW_SUFFIX}"
        self._file = os.open(unnamed, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.rename(unnamed, self.path)
            sync_folder(folder)
        except OSError:
            with suppress(OSError):
                unnamed.unlink(missing_ok=True)
            self.abandon()
            raise

    def write(self, data: bytes) -> None:
        """Append all bytes and wait until the disk has them. Raises OSError; then only `abandon` makes sense."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        os.fdatasync(self._file)
        self.size += len(data)

    def close(self) -> None:
        """Give the file to the shipper."""
        os.close(self._file)

    def abandon(self) -> None:
        """After a failure: cut off what was not made durable, as far as the disk still allows, and let go.

        The shipper ignores a torn last line, so a disk that refuses even this loses nothing acknowledged.
        """
        with suppress(OSError):
            os.ftruncate(self._file, self.size)
        if self.size == 0:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)
        with suppress(OSError):
            os.close(self._file)


def sync_folder(folder: Path) -> None:
    """Make names in the folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def probe(folder: Path) -> None:
    """Write and remove a small file, to learn whether the disk takes bytes again. Raises OSError."""
    path = folder / f".probe-{os.getpid()}{NEW_SUFFIX}"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        if os.write(descriptor, bytes(_PROBE_BYTES)) < _PROBE_BYTES:
            raise OSError("short write")
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
        path.unlink(missing_ok=True)
