"""The chain and files of one spool, as used by its one writing thread."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path

from serve.journal.chain import BEGINNING, Link, Position, link, to_line
from serve.journal.segment import Segment, probe


def new_writer() -> str:
    """A name that no other process instance has: time, process id and a random part."""
    return f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{os.getpid()}-{secrets.token_hex(4)}"


class ChainWriter:
    """Writes groups of records, each with one write and one fdatasync.

    After any failure the file is left and a fresh chain begun under a new writer's name: what the disk holds of
    the failed group is unknown, and the shipper may have read it, so its sequence numbers are not used again.
    """

    def __init__(self, folder: Path, writer: str | None, segment_bytes: int) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._segment: Segment | None = None
        self._position = BEGINNING
        self.writer = writer or new_writer()
        self._used = False

    def open(self) -> None:
        """Make folder and first file. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.chmod(self._folder, 0o700)
        self._ready_segment()

    def write(self, records: Sequence[bytes]) -> None:
        """Chain the records and make them durable. Raises OSError; then none of them counts as written."""
        try:
            segment = self._ready_segment()
            position, links = self._position, list[Link]()
            for record in records:
                links.append(link(self.writer, position, record))
                position = Position(links[-1].seq, links[-1].hash)
            segment.write(b"".join(map(to_line, links)))
        except OSError:
            self.abandon()
            raise
        self._position = position

    def recover(self) -> None:
        """After a failure, find out whether the disk works again. Raises OSError while it doesn't."""
        probe(self._folder)
        self.open()

    def abandon(self) -> None:
        """Leave the present file and chain; the next write begins new ones."""
        if self._segment is not None:
            self._segment.abandon()
            self._segment = None

    def close(self) -> None:
        """Give the last file to the shipper."""
        if self._segment is not None:
            if self._segment.size == 0:
                self._segment.abandon()
            else:
                self._segment.close()
            self._segment = None

    def _ready_segment(self) -> Segment:
        if self._segment is None:
            if self._used:
                self.writer = new_writer()
            self._used = True
            self._position = BEGINNING
            self._segment = Segment(self._folder, self.writer, 0)
        elif self._segment.size >= self._segment_bytes:
            following = Segment(self._folder, self.writer, self._segment.number + 1)
            self._segment.close()
            self._segment = following
        return self._segment
