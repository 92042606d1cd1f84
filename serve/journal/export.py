"""A copy of the journal for another machine (annex 10, #27): the chained lines, so the copy can be checked too."""

from __future__ import annotations

import gzip
import os
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import ColumnElement, Engine

from serve.journal.chain import to_line
from serve.journal.store import read_links
from serve.records.database import reading
from serve.records.journal_tables import journal


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` on, up to but not including `until`; None leaves it open."""

    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The period as SQL."""
        found: list[ColumnElement[bool]] = []
        if self.since is not None:
            found.append(journal.c.at >= self.since)
        if self.until is not None:
            found.append(journal.c.at < self.until)
        return found


def export(db: Engine, period: Period, path: Path) -> int:
    """Write the period's records as JSON lines, compressed for a name in `.gz`; returns how many.

    The file (mode 600) appears whole or not at all. Raises BrokenChainError, RecordsUnavailable, OSError.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            count = _write(db, period, raw, compressed=path.suffix == ".gz")
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return count


def _write(db: Engine, period: Period, raw: BinaryIO, *, compressed: bool) -> int:
    count = 0
    with ExitStack() as stack:
        out = stack.enter_context(gzip.GzipFile(fileobj=raw, mode="wb", filename="")) if compressed else raw
        connection = stack.enter_context(reading(db))
        for item in read_links(connection, *period.conditions()):
            out.write(to_line(item))
            count += 1
    return count
