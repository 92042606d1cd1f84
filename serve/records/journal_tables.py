"""The journal's tables; `serve.journal` writes them, the admin plane reads them.

`journal` holds one de-identified record per request, hash-chained per writer. `journal_cursors` says how far
each writer's spool was shipped, in the same transaction as the rows, which makes shipping exactly-once.
`journal_anchors` keeps the hash before the oldest row that retention left, so that the chain stays checkable.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, String, Table

from serve.records.columns import UtcDateTime, metadata

_HASH = String(64)  # SHA-256 as lower-case hex

journal = Table(
    "journal",
    metadata,
    Column("writer", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("request_id", String(64), nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("tenant", String(64)),
    Column("key_id", String(32)),
    Column("kind", String(32), nullable=False),
    Column("model", String(128)),
    Column("adapter_version", String(128)),
    Column("adapter_digest", String(128)),
    Column("outcome", String(32), nullable=False),
    Column("prompt", JSON(none_as_null=True)),
    Column("answer", JSON(none_as_null=True)),
    Column("entities", JSON, nullable=False),
    Column("flags", JSON, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("timings", JSON, nullable=False),
    Column("prev_hash", _HASH, nullable=False),
    Column("hash", _HASH, nullable=False),
    Index(None, "at"),
    Index(None, "tenant", "at"),
)

journal_cursors = Table(
    "journal_cursors",
    metadata,
    Column("writer", String(64), primary_key=True),
    Column("segment", String(128), nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("last_hash", _HASH, nullable=False),
)

journal_anchors = Table(
    "journal_anchors",
    metadata,
    Column("writer", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("prev_hash", _HASH, nullable=False),
)
