"""The spool as its reader sees it: which files there are, whose writer lives, and their complete lines."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from serve.journal.segment import NEW_SUFFIX, SUFFIX

READ_BYTES = 2 * 2**20
_ORPHAN_AGE_S = 60.0


@dataclass(frozen=True, slots=True, order=True)
class SpoolFile:
    """One file of a writer's chain."""

    writer: str
    number: int
    path: Path

    @property
    def name(self) -> str:
        """The name that cursors keep."""
        return self.path.name


def files_by_writer(folder: Path) -> dict[str, list[SpoolFile]]:
    """Every spool file, in the order of its writer's chain. Raises OSError."""
    found = sorted(filter(None, map(_parse, folder.glob(f"*{SUFFIX}"))))
    return {writer: list(files) for writer, files in groupby(found, key=lambda file: file.writer)}


def read_lines(path: Path, offset: int) -> tuple[list[bytes], int]:
    """Complete lines from a byte offset on, about READ_BYTES of them, and the offset behind them.

    A last line without its newline is left: it is still being written, or its writer died and it was never
    acknowledged. Raises OSError.
    """
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(READ_BYTES)
        while b"\n" not in data and (more := file.read(READ_BYTES)):
            data += more
    complete = data[: data.rfind(b"\n") + 1]
    return complete.splitlines(keepends=True), offset + len(complete)


def remove_if_abandoned(path: Path, shipped: int | None) -> None:
    """Delete a file that nobody writes any more, if its complete lines end at `shipped` (None: all are).

    Raises OSError.
    """
    with suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Under the lock nothing can be added any more; before it, the writer may have written on.
            if shipped is None or not read_lines(path, shipped)[0]:
                path.unlink()
        except BlockingIOError:
            pass
        finally:
            os.close(descriptor)


def remove_orphans(folder: Path) -> None:
    """Delete what a killed process left of a file or probe that it was about to make. Raises OSError."""
    for path in folder.glob(f".*{NEW_SUFFIX}"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _ORPHAN_AGE_S:
                path.unlink()


@contextmanager
def only_shipper(folder: Path) -> Iterator[bool]:
    """Whether this process is now the spool's one shipper; true for as long as the block runs."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / ".shipper.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def _parse(path: Path) -> SpoolFile | None:
    writer, _, number = path.name.removesuffix(SUFFIX).rpartition(".")
    return SpoolFile(writer, int(number), path) if writer and number.isdecimal() else None
