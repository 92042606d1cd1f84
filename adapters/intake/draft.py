"""The private folder into which a submission is written, under limits, before anything reads it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from adapters import cards
from adapters.intake.limits import IntakeLimits
from adapters.intake.names import DROPPED_FILES, Names
from adapters.intake.refusal import IntakeRefused, printable

CHUNK_BYTES = 1 << 16


class Draft:
    """One submission while it is being written; every method raises IntakeRefused."""

    def __init__(self, folder: Path, limits: IntakeLimits) -> None:
        self._folder = folder
        self._limits = limits
        self._names = Names(limits.files)
        self._written = 0

    def add_folder(self, path: str) -> None:
        """Note a folder's entry; nothing is made of it."""
        self._names.admit_folder(path)

    def add_file(self, path: str, declared_bytes: int, chunks: Iterable[bytes]) -> None:
        """Write a file of the size it declares; its name is checked before the first chunk is asked for."""
        name = self._names.admit_file(path)
        most = min(self._limits.of_file(name), self._limits.unpacked_bytes - self._written)
        if declared_bytes > most:
            raise IntakeRefused("file_too_large", f"{name}: {declared_bytes} bytes, expected at most {most}")
        found = 0
        target = os.devnull if name in DROPPED_FILES else self._folder / name
        with open(target, "wb") as stream:
            for chunk in chunks:
                found += len(chunk)
                if found > declared_bytes:
                    break
                stream.write(chunk)
        if found != declared_bytes:
            raise IntakeRefused("archive_damaged", f"{printable(path)} is not of the size it declares")
        self._written += found

    def finish(self) -> Path:
        """The folder, if it holds what makes an adapter."""
        for name in cards.CONTENT_FILES:
            if not (self._folder / name).is_file():
                raise IntakeRefused("file_missing", f"expected a file {name}")
        return self._folder


@contextmanager
def drafting(into: Path, limits: IntakeLimits) -> Iterator[Draft]:
    """A draft in the new folder `into`, which only this user may enter and which is gone after any failure.

    Raises IntakeRefused intake_unavailable when the disk is full or not writable.
    """
    made = False
    try:
        into.mkdir(mode=0o700)
        made = True
        yield Draft(into, limits)
    except OSError as fault:
        if made:
            shutil.rmtree(into, ignore_errors=True)
        reason = os.strerror(fault.errno) if fault.errno else type(fault).__name__
        raise IntakeRefused("intake_unavailable", f"the check could not be done: {reason}") from fault
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise
