"""The tables of accounts, keys, adapters and the record of admin functions.

The journal's tables join the same metadata, so that one migration history covers the whole database.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from serve.records.columns import UtcDateTime, metadata
from serve.records.journal_tables import journal, journal_anchors, journal_cursors

__all__ = [
    "adapters",
    "admin_audit",
    "aliases",
    "journal",
    "journal_anchors",
    "journal_cursors",
    "keys",
    "metadata",
    "tenants",
]

tenants = Table(
    "tenants",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("models", JSON, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("limit_requests", Integer, nullable=False),
    Column("limit_window_s", Integer, nullable=False),
    Column("limit_tokens_per_day", BigInteger, nullable=False),
    Column("limit_concurrent", Integer, nullable=False),
    Column("answer_prefix", Text, nullable=False),
    Column("policy", String(64), nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    CheckConstraint("kind IN ('ministry', 'agency', 'community', 'operator')", name="kind"),
    CheckConstraint(
        "limit_requests > 0 AND limit_window_s > 0 AND limit_tokens_per_day > 0 AND limit_concurrent > 0",
        name="limits",
    ),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(64), ForeignKey("tenants.name"), nullable=False, index=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("label", String(128), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("revoked_at", UtcDateTime),
)

adapters = Table(
    "adapters",
    metadata,
    Column("version", String(128), primary_key=True),
    Column("public", String(64), nullable=False, index=True),
    Column("engine_name", String(128), nullable=False, unique=True),
    Column("digest", String(128), nullable=False),
    Column("ministry", String(64)),
    Column("as_of", String(32)),
    Column("created_at", UtcDateTime, nullable=False),
)

aliases = Table(
    "aliases",
    metadata,
    Column("public", String(64), primary_key=True),
    Column("version", String(128), ForeignKey("adapters.version"), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

admin_audit = Table(
    "admin_audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("action", String(64), nullable=False),
    Column("object", String(256), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("details", JSON, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "at"),
)
