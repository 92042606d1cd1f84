"""The tables of accounts, keys and the record of admin functions.

The adapters' and the journal's tables join the same metadata, so that one migration history covers the whole database.
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

from serve.records.adapter_tables import (
    adapters,
    approvals,
    replicas,
    reports,
    residents,
    routers,
    routing,
    shares,
)
from serve.records.columns import UtcDateTime, metadata
from serve.records.journal_tables import journal, journal_anchors, journal_cursors

__all__ = [
    "adapters",
    "admin_audit",
    "approvals",
    "journal",
    "journal_anchors",
    "journal_cursors",
    "keys",
    "metadata",
    "replicas",
    "reports",
    "residents",
    "routers",
    "routing",
    "shares",
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
