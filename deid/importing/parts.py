"""The work already done on a back-file, so that an import that was stopped goes on where it was.

A folder beside the output holds one file of concealed cells for each batch of rows, written whole or not at all, and a
manifest that ties them to the input, the policy and the columns' roles. It holds concealed text only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deid.importing.roles import ImportRefused
from deid.importing.rows import Tally

_HASHED = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What must be the same for parts to be used again. Files are told by size, time and the hash of their ends."""

    source: str
    policy: str
    roles: dict[str, str]
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


class Parts:
    """The folder of finished batches."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        """Open or begin the folder. Raises ImportRefused when it belongs to another import."""
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        wanted = asdict(manifest)
        path = folder / "manifest.json"
        if not path.exists():
            _write_whole(path, wanted)
        elif json.loads(path.read_text(encoding="utf-8")) != wanted:
            raise ImportRefused(
                f"{folder.name} is of an import with another input, policy or columns: finish that one or delete it"
            )

    def has(self, batch: int) -> bool:
        return self._path(batch).exists()

    def save(self, batch: int, cells: list[dict[str, Any] | None], tally: Tally) -> None:
        """Write a batch, on the disk before it counts."""
        _write_whole(self._path(batch), {"cells": cells, "tally": vars(tally)})

    def tally(self, batch: int) -> Tally:
        stored = self._load(batch)["tally"]
        refused = [(number, reason) for number, reason in stored["refused"]]
        return Tally(**{**stored, "concealed": Counter(stored["concealed"]), "refused": refused})

    def cells(self) -> Iterator[dict[str, Any] | None]:
        """Yield the changed cells of every row, in the order of the input."""
        batch = 0
        while self.has(batch):
            yield from self._load(batch)["cells"]
            batch += 1

    def remove(self) -> None:
        shutil.rmtree(self._folder)

    def _path(self, batch: int) -> Path:
        return self._folder / f"{batch:08}.json"

    def _load(self, batch: int) -> dict[str, Any]:
        loaded = json.loads(self._path(batch).read_text(encoding="utf-8"))
        assert isinstance(loaded, dict)
        return loaded


def _write_whole(path: Path, value: Any) -> None:
    beside = path.with_suffix(".writing")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, default=str)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
