"""Where artifacts lie: one fsspec file system, its faults told as StoreError."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import fsspec  # type: ignore[import-untyped]
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]
from fsspec.spec import AbstractBufferedFile  # type: ignore[import-untyped]

_CHUNK_BYTES = 1 << 20
_READ_AHEAD_BYTES = 8 << 20
_S3_OPTIONS = {
    # Another process may have put or deleted since: a listing must never be remembered.
    "use_listings_cache": False,
    "skip_instance_cache": True,
    "config_kwargs": {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 2}},
}


class StoreError(Exception):
    """`code` is artifact_missing, artifact_damaged or store_unavailable (unreachable, forbidden or full)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Place:
    """Files below one root, by relative path. Every method raises StoreError and nothing else."""

    def __init__(self, url: str) -> None:
        self._faults = _faults(url)
        with self._translated():
            self._fs, root = fsspec.url_to_fs(url, **(_S3_OPTIONS if url.startswith("s3://") else {}))
            self._root = root.rstrip("/")
            self._is_local = isinstance(self._fs, LocalFileSystem)
            if self._is_local:
                self._fs.makedirs(self._root, exist_ok=True)

    @contextmanager
    def writing(self, path: str) -> Iterator[Callable[[bytes], object]]:
        """A function that appends bytes to a new file; the file is there after the block, on disk."""
        with self._translated(absent="store_unavailable"):
            if self._is_local:
                self._fs.makedirs(os.path.dirname(self._at(path)), exist_ok=True)
            stream = self._fs.open(self._at(path), "wb")

        def write(chunk: bytes) -> None:
            with self._translated(absent="store_unavailable"):
                stream.write(chunk)

        try:
            yield write
        except BaseException:
            self._abandon(stream)
            raise
        with self._translated(absent="store_unavailable"):
            if self._is_local:
                stream.flush()
                os.fsync(stream.fileno())
            stream.close()

    def write_whole(self, path: str, content: bytes) -> None:
        """Write a small file so that readers see all of it or none of it."""
        if not self._is_local:  # an object store replaces an object in one step
            with self._translated(absent="store_unavailable"):
                self._fs.pipe_file(self._at(path), content)
            return
        draft = f"{path}.{uuid.uuid4().hex}"
        with self.writing(draft) as write:
            write(content)
        with self._translated(absent="store_unavailable"):
            os.replace(self._at(draft), self._at(path))
            sync_folder(Path(self._at(path)).parent)

    def read_whole(self, path: str) -> bytes:
        """A small file's bytes. Raises artifact_missing, store_unavailable."""
        return b"".join(self.chunks(path))

    def chunks(self, path: str) -> Iterator[bytes]:
        """A file's bytes, piece by piece. Raises artifact_missing, store_unavailable."""
        with self._translated():
            stream = self._fs.open(self._at(path), "rb", block_size=_READ_AHEAD_BYTES)
        with stream:
            while True:
                with self._translated():
                    chunk: bytes = stream.read(_CHUNK_BYTES)
                if not chunk:
                    return
                yield chunk

    def size(self, path: str) -> int:
        """A file's size in bytes. Raises artifact_missing, store_unavailable."""
        with self._translated():
            return int(self._fs.size(self._at(path)))

    def remove(self, path: str) -> None:
        """Remove a file or everything below a path; nothing to do when it is not there."""
        try:
            with self._translated():
                self._fs.rm(self._at(path), recursive=True)
        except StoreError as error:
            if error.code != "artifact_missing":
                raise

    def forget(self, path: str) -> None:
        """Remove what a failed upload left, if that is possible at all; it is unreachable anyway."""
        with suppress(StoreError):
            self.remove(path)

    def _at(self, path: str) -> str:
        return f"{self._root}/{path}"

    def _abandon(self, stream: Any) -> None:
        """Close without sending what is buffered: a plain close() would try to finish the upload."""
        with suppress(*self._faults):
            if isinstance(stream, AbstractBufferedFile):
                stream.closed = True
                stream.discard()
            else:
                stream.close()

    @contextmanager
    def _translated(self, absent: str = "artifact_missing") -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            if absent == "store_unavailable" or (self._is_local and not os.path.isdir(self._root)):
                raise StoreError("store_unavailable", "the store's folder or bucket is gone") from None
            raise StoreError(absent, "the store has no such artifact") from None
        except self._faults as fault:
            raise StoreError("store_unavailable", f"the store can't be used: {describe(fault)}") from fault


def describe(fault: BaseException) -> str:
    """What went wrong, without paths and addresses: the system's words or the kind of error."""
    number = getattr(fault, "errno", None)
    return os.strerror(number) if isinstance(number, int) else type(fault).__name__


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _faults(url: str) -> tuple[type[Exception], ...]:
    """What the file system behind the URL can raise."""
    if not url.startswith("s3://"):
        return (OSError, ValueError)
    try:
        from aiohttp import ClientError as HttpError
        from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
    except ImportError:
        raise StoreError("store_unavailable", "s3:// needs the extra bianmin[s3]") from None
    return (OSError, ValueError, HttpError, BotoCoreError, ClientError)
