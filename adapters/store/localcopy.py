"""A verified copy of an artifact on this machine's disk: it appears whole, or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from adapters.store.manifest import Manifest, ManifestInvalid
from adapters.store.place import StoreError, describe, sync_folder

# A fetch that is still running renews its draft's time with every file; an older draft belongs to a killed process.
_STALE_S = 6 * 3600
_LEFTOVERS = (".fetch-*", ".trash-*")


class LocalCopy:
    """The folder cache/<hex>, and beside it cache/<hex>.verified: the manifest its bytes were checked by."""

    def __init__(self, cache: Path, hex_digest: str) -> None:
        self.folder = cache / hex_digest
        self._marker = cache / f"{hex_digest}.verified"
        self._digest = f"sha256:{hex_digest}"

    def intact(self, every_byte: bool) -> bool:
        """Whether a checked copy is there with every file at its size (and its hash, if every byte counts)."""
        try:
            manifest = Manifest.from_bytes(self._marker.read_bytes())
        except (OSError, ManifestInvalid):
            return False
        return manifest.digest == self._digest and self._agrees(manifest, every_byte)

    def adopt(self, manifest: Manifest) -> bool:
        """Take over a folder without a valid marker, when all its bytes are what the manifest says."""
        if not self._agrees(manifest, every_byte=True):
            return False
        with full_disk_told():
            self._mark(manifest)
        return True

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """An empty folder beside the copy, removed after the block."""
        with full_disk_told():
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self._sweep()
            draft = Path(tempfile.mkdtemp(prefix=".fetch-", dir=self.folder.parent))
            draft.chmod(0o755)  # the engine may run as another user
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def publish(self, draft: Path, manifest: Manifest) -> None:
        """Put the draft in the copy's place, unless another process has put an intact one there."""
        with full_disk_told():
            sync_folder(draft)
            try:
                os.rename(draft, self.folder)
            except OSError:
                if self._agrees(manifest, every_byte=True):
                    self._mark(manifest)
                    return
                self._discard()
                os.rename(draft, self.folder)
            self._mark(manifest)

    def _sweep(self) -> None:
        """Remove what killed processes left: a disk that they filled must not stay full."""
        for pattern in _LEFTOVERS:
            for leftover in self.folder.parent.glob(pattern):
                with suppress(FileNotFoundError):
                    if leftover.lstat().st_mtime < time.time() - _STALE_S:
                        shutil.rmtree(leftover, ignore_errors=True)

    def _agrees(self, manifest: Manifest, every_byte: bool) -> bool:
        try:
            present = {entry.name: entry for entry in os.scandir(self.folder)}
            if present.keys() != manifest.files.keys():
                return False
            for name, (size, digest) in manifest.files.items():
                if not present[name].is_file(follow_symlinks=False) or present[name].stat().st_size != size:
                    return False
                if every_byte and _sha256(self.folder / name) != digest:
                    return False
        except OSError:
            return False
        return True

    def _mark(self, manifest: Manifest) -> None:
        draft = self._marker.with_name(f".{self._marker.name}.{uuid.uuid4().hex}")
        try:
            draft.write_bytes(manifest.to_bytes())
            os.replace(draft, self._marker)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(self._marker.parent)

    def _discard(self) -> None:
        """Move what lies in the copy's place away, then remove it: no reader finds half of it."""
        self._marker.unlink(missing_ok=True)
        trash = self.folder.with_name(f".trash-{uuid.uuid4().hex}")
        with suppress(FileNotFoundError):
            os.rename(self.folder, trash)
        if trash.is_dir() and not trash.is_symlink():
            shutil.rmtree(trash, ignore_errors=True)
        else:
            trash.unlink(missing_ok=True)


@contextmanager
def writing(target: Path) -> Iterator[BinaryIO]:
    """A new file, on disk after the block. Raises StoreError store_unavailable when the disk is full."""
    with full_disk_told(), target.open("xb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Tell a fault of the local disk as StoreError store_unavailable."""
    try:
        yield
    except OSError as fault:
        raise StoreError(
            "store_unavailable", f"the adapter cache can't be written: {describe(fault)}"
        ) from fault


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
