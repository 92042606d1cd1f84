"""From what was submitted, an archive or a folder, to a private folder of plain files with known names."""

from __future__ import annotations

import errno
import gzip
import os
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from adapters.intake.draft import CHUNK_BYTES, Draft, drafting
from adapters.intake.limits import IntakeLimits
from adapters.intake.refusal import IntakeRefused, printable
from adapters.intake.tarball import Source, unpack_tar
from adapters.intake.zipped import unpack_zip

_USUAL_LIMITS = IntakeLimits()


def unpack(archive: Path, into: Path, limits: IntakeLimits = _USUAL_LIMITS) -> Path:
    """Unpack a .tar, .tar.gz or .zip (told by its bytes) into the new, private, flat folder `into`.

    Raises IntakeRefused; `into` does not exist afterwards.
    """
    with drafting(into, limits) as draft, open_plain(archive) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > limits.archive_bytes:
            raise IntakeRefused("archive_too_large", f"{size} bytes, expected at most {limits.archive_bytes}")
        _unpack(stream, size, draft, limits)
        return draft.finish()


def copy_folder(folder: Path, into: Path, limits: IntakeLimits = _USUAL_LIMITS) -> Path:
    """Copy an adapter's folder into the new, private folder `into`: what is inspected can't be exchanged.

    Raises IntakeRefused; `into` does not exist afterwards.
    """
    with drafting(into, limits) as draft:
        for name in sorted(os.listdir(folder)):
            path = folder / name
            if path.is_dir() and not path.is_symlink():
                raise IntakeRefused(
                    "file_not_allowed", f"{printable(name)} is a folder: expected files alone"
                )
            with open_plain(path) as stream:
                draft.add_file(name, os.fstat(stream.fileno()).st_size, _chunks(stream))
        return draft.finish()


def open_plain(path: Path) -> BinaryIO:
    """Open a file that is neither link nor device and has one name. Raises IntakeRefused."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as fault:
        if fault.errno == errno.ELOOP:
            raise IntakeRefused("file_linked", f"{printable(path.name)} is a symbolic link") from None
        if fault.errno == errno.ENXIO:
            raise IntakeRefused("file_special", f"{printable(path.name)} is a socket") from None
        raise IntakeRefused("file_missing", f"{printable(path.name)} can't be read") from None
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        os.close(handle)
        if stat.S_ISREG(found.st_mode):
            raise IntakeRefused("file_linked", f"{printable(path.name)} is a hard link")
        raise IntakeRefused("file_special", f"{printable(path.name)} is no plain file")
    return os.fdopen(handle, "rb")


def _unpack(stream: BinaryIO, size: int, draft: Draft, limits: IntakeLimits) -> None:
    start = stream.read(262)
    stream.seek(0)
    if start.startswith(b"PK"):
        unpack_zip(stream, size, draft, limits)
    elif start.startswith(b"\x1f\x8b"):
        with gzip.GzipFile(fileobj=stream) as expanded:
            unpack_tar(_Metered(expanded, size, limits), draft)
    elif start[257:] == b"ustar":
        unpack_tar(stream, draft)
    else:
        raise IntakeRefused("archive_unsupported", "expected a .tar, .tar.gz or .zip")


class _Metered:
    """An expanding stream that stops when more comes out than the archive's size allows."""

    def __init__(self, expanded: Source, archive_bytes: int, limits: IntakeLimits) -> None:
        self._expanded = expanded
        self._archive_bytes = archive_bytes
        self._limits = limits
        self._passed = 0

    def read(self, size: int) -> bytes:
        try:
            content = self._expanded.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise IntakeRefused("archive_damaged", "the archive's compression is damaged") from None
        self._passed += len(content)
        if self._passed > max(1 << 20, self._archive_bytes * self._limits.ratio):
            raise IntakeRefused(
                "archive_bomb",
                f"{self._archive_bytes} bytes unpack to more than {self._limits.ratio} times that",
            )
        return content


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
