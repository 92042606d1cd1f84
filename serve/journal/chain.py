"""The hash chain of one writer: any changed, missing or added record shows.

hash = SHA-256(previous hash as hex ‖ canonical JSON of {"record", "seq", "writer"}). The first record has seq 1 and
follows GENESIS. The chain carries no secret: who may rewrite the whole table and the cursors can forge it, which is
why copies leave the machine (`bianmin journal export`; Cyber Security Management Act rules, annex 10, #25-27).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from serve.journal.record import canonical_json

GENESIS = "0" * 64


class CorruptLineError(Exception):
    """A complete line of the spool that this program did not write."""


class BrokenChainError(Exception):
    """The chain doesn't hold; names writer, sequence number and reason, never content."""

    def __init__(self, writer: str, seq: int, reason: str) -> None:
        self.writer, self.seq, self.reason = writer, seq, reason
        super().__init__(f"writer {writer}, record {seq}: {reason}")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a chain: the last record before it and that record's hash."""

    seq: int = 0
    last_hash: str = GENESIS


BEGINNING = Position()


@dataclass(frozen=True, slots=True)
class Link:
    """One record in its place; `record` is its canonical JSON."""

    writer: str
    seq: int
    record: bytes
    prev_hash: str
    hash: str

    def __repr__(self) -> str:
        return f"Link(writer={self.writer!r}, seq={self.seq})"


def link(writer: str, position: Position, record: bytes) -> Link:
    """Put a record behind a position."""
    seq = position.seq + 1
    return Link(writer, seq, record, position.last_hash, _hash(writer, seq, record, position.last_hash))


def verify(writer: str, links: Iterable[Link], start: Position) -> Position:
    """Follow one writer's links from a position to the end; pure. Raises BrokenChainError at the first flaw."""
    position = start
    for item in links:
        seq = position.seq + 1
        if item.writer != writer or item.seq != seq:
            raise BrokenChainError(writer, seq, "record is missing")
        if item.prev_hash != position.last_hash:
            raise BrokenChainError(writer, seq, "does not follow the record before it")
        if item.hash != _hash(writer, seq, item.record, item.prev_hash):
            raise BrokenChainError(writer, seq, "record was changed")
        position = Position(seq, item.hash)
    return position


def to_line(item: Link) -> bytes:
    """A spool line, newline included; itself JSON with sorted keys."""
    return b'{"hash":"%b","prev_hash":"%b",%b\n' % (
        item.hash.encode(),
        item.prev_hash.encode(),
        _canonical(item.writer, item.seq, item.record)[1:],
    )


def from_line(line: bytes) -> Link:
    """Read a spool line. Raises CorruptLineError; whether it belongs to the chain is for `verify` to say."""
    try:
        fields: dict[str, Any] = orjson.loads(line)
        return Link(
            writer=fields["writer"],
            seq=fields["seq"],
            record=canonical_json(fields["record"]),
            prev_hash=fields["prev_hash"],
            hash=fields["hash"],
        )
    except (ValueError, TypeError, KeyError):
        raise CorruptLineError from None


def _canonical(writer: str, seq: int, record: bytes) -> bytes:
    return b'{"record":%b,"seq":%d,"writer":"%b"}' % (record, seq, writer.encode())


def _hash(writer: str, seq: int, record: bytes, prev_hash: str) -> str:
    return sha256(prev_hash.encode() + _canonical(writer, seq, record)).hexdigest()
