"""A folder as a tar stream whose size is known before it begins, so that nothing is copied first."""

from __future__ import annotations

import os
import stat
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

_BLOCK = 512
_CHUNK = 1 << 18
_END = bytes(2 * _BLOCK)


def pack(path: Path) -> tuple[int, Iterator[bytes]]:
    """Size and chunks: of a folder's plain files as a tar archive, of a file as it is. Raises ClickException."""
    if path.is_file():
        return path.stat().st_size, _chunks(path, path.stat().st_size)
    files = [(file, _plain_size(file)) for file in sorted(path.iterdir())]
    size = sum(_BLOCK + size + -size % _BLOCK for _, size in files) + len(_END)
    return size, _tar(files)


def _tar(files: Sequence[tuple[Path, int]]) -> Iterator[bytes]:
    for file, size in files:
        member = tarfile.TarInfo(file.name)
        member.size = size
        yield member.tobuf(tarfile.USTAR_FORMAT, "utf-8")
        yield from _chunks(file, size)
        if size % _BLOCK:
            yield bytes(-size % _BLOCK)
    yield _END


def _chunks(file: Path, size: int) -> Iterator[bytes]:
    left = size
    with file.open("rb") as stream:
        while left and (chunk := stream.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
    if left:
        raise click.ClickException(f"{file.name} became shorter while it was sent.")


def _plain_size(file: Path) -> int:
    found = os.lstat(file)
    if not stat.S_ISREG(found.st_mode):
        raise click.ClickException(f"{file.name} is no plain file: an adapter's folder holds files alone.")
    return found.st_size
