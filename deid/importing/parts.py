"""The work already done on a back-file, so that an import that was stopped goes on where it was.

A folder beside the output holds one file of concealed cells for each batch of rows, written whole or not at all, and a
manifest that ties them to the input, the way it is read, the policy and the columns' roles. These hold concealed text
only; while the output is written, it stands in the folder too, with the cells that stay as they are, and then the
report and a note of what is about to get its name.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from deid.importing.roles import ImportRefused
from deid.importing.rows import Tally

MANIFEST = "manifest.json"
_HASHED = 1 << 20
_PRIVATE = 0o700
_FOREIGN = "is not this user's own: delete it or write the output elsewhere"
_ENDED = "another import into this output has just ended: call again"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What must be the same for parts to be used again. Files are told by size, time and the hash of their ends."""

    source: str
    read_as: Mapping[str, str | int]
    policy: str
    roles: Mapping[str, str]
    batch_rows: int
    code: str


def fingerprint(path: Path) -> str:
    """Return a fingerprint of a file: its size, time of change, and the SHA-256 of its first and last mebibyte."""
    status = path.stat()
    with path.open("rb") as file:
        digest = hashlib.sha256(file.read(_HASHED))
        file.seek(max(0, status.st_size - _HASHED))
        digest.update(file.read(_HASHED))
    return f"{status.st_size}-{status.st_mtime_ns}-{digest.hexdigest()}"


@contextmanager
def work_folder(folder: Path) -> Iterator[None]:
    """Make the folder if need be and hold it alone, closed to other users where the file system knows such.

    Raises ImportRefused while another import holds it, and when it is another user's.
    """
    with suppress(FileExistsError):
        folder.mkdir(mode=_PRIVATE)
    descriptor = _opened(folder)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImportRefused("another import into this output is at work") from None
        if not _is_at(folder, descriptor):
            raise ImportRefused(_ENDED)
        _close_to_others(folder, descriptor)
        yield
    finally:
        os.close(descriptor)


def _opened(folder: Path) -> int:
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise ImportRefused(_ENDED) from None
    except NotADirectoryError:
        raise ImportRefused(f"{folder.name} is no folder: the work is kept in one of this name") from None
    except PermissionError:
        raise ImportRefused(f"{folder.name} {_FOREIGN}") from None


def _close_to_others(folder: Path, descriptor: int) -> None:
    """Raise ImportRefused when the folder's owner is not that of a file made in it, who is not always its maker."""
    status = os.fstat(descriptor)
    try:
        with TemporaryFile(dir=folder) as own:
            is_own = os.fstat(own.fileno()).st_uid == status.st_uid
    except PermissionError:
        is_own = False
    if not is_own:
        raise ImportRefused(f"{folder.name} {_FOREIGN}")
    if stat.S_IMODE(status.st_mode) != _PRIVATE:
        with suppress(PermissionError):  # what a file system without modes says to the owner, as on a USB stick
            os.fchmod(descriptor, _PRIVATE)


def _is_at(folder: Path, descriptor: int) -> bool:
    """Tell whether an open folder still has its name: another import may have removed it before it was locked."""
    try:
        return os.path.samestat(folder.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


class Parts:
    """The folder of finished batches."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Open or begin the folder. Raises ImportRefused when it belongs to another import."""
        self._folder = folder
        path, wanted = folder / MANIFEST, asdict(manifest)
        if not path.exists() and not self.has(0):
            write_whole(path, json.dumps(wanted, ensure_ascii=False))
        elif read_json_file(path) != wanted:
            raise ImportRefused(
                f"{folder.name} is of an import of another input, or of this one read with another encoding, policy "
                "or columns: finish that one or delete the folder"
            )

    def has(self, batch: int) -> bool:
        return self._path(batch).exists()

    def save(self, batch: int, cells: list[dict[str, Any] | None], tally: Tally) -> None:
        """Write a batch, on the disk before it counts."""
        counted = {**vars(tally), "changed": sorted(tally.changed)}
        write_whole(self._path(batch), json.dumps({"cells": cells, "tally": counted}, ensure_ascii=False))

    def tally(self, batch: int) -> Tally:
        stored = self._load(batch)["tally"]
        refused = [(number, reason) for number, reason in stored["refused"]]
        counters = {name: Counter(stored[name]) for name in ("concealed", "refusals")}
        return Tally(**{**stored, **counters, "changed": set(stored["changed"]), "refused": refused})

    def cells(self) -> Iterator[dict[str, Any] | None]:
        """Yield the concealed cells of every row, in the order of the input."""
        batch = 0
        while self.has(batch):
            yield from self._load(batch)["cells"]
            batch += 1

    def _path(self, batch: int) -> Path:
        return self._folder / f"{batch:08}.json"

    def _load(self, batch: int) -> dict[str, Any]:
        loaded = json.loads(self._path(batch).read_text(encoding="utf-8"))
        assert isinstance(loaded, dict)
        return loaded


def write_whole(path: Path, text: str) -> None:
    """Write a file that is on the disk before it has its name. Two processes may write the same one."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.writing")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def read_json_file(path: Path) -> Any:
    """Return what a file holds, None when it is not there or was damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
