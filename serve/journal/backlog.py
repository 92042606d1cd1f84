"""How much of the spool is not in the database yet, and how old it is."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import orjson

from serve.journal.chain import CorruptLineError, from_line
from serve.journal.files import files_by_writer, read_lines
from serve.journal.store import Cursor
from serve.metrics import SPOOL_BACKLOG_BYTES, SPOOL_BACKLOG_SECONDS


def measure(folder: Path, cursors: Mapping[str, Cursor]) -> None:
    """Set the backlog gauges; files that vanish meanwhile count nothing."""
    total, oldest = 0, time.time()
    with suppress(OSError):
        for writer, files in files_by_writer(folder).items():
            cursor = cursors.get(writer, Cursor(writer))
            for file in files:
                if file.name < cursor.segment:
                    continue
                offset = cursor.offset if file.name == cursor.segment else 0
                unshipped = file.path.stat().st_size - offset
                if unshipped > 0:
                    total += unshipped
                    oldest = min(oldest, _recorded_at(file.path, offset))
    SPOOL_BACKLOG_BYTES.set(total)
    SPOOL_BACKLOG_SECONDS.set(max(0.0, time.time() - oldest) if total else 0)


def _recorded_at(path: Path, offset: int) -> float:
    lines, _ = read_lines(path, offset)
    try:
        record = orjson.loads(from_line(lines[0]).record)
        return datetime.fromisoformat(record["at"]).timestamp()
    except (CorruptLineError, IndexError, KeyError, TypeError, ValueError):
        return path.stat().st_mtime
