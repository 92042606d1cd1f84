"""The tables of adapters: versions, who answers for a public name, which engine holds what, and how each was judged."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from serve.records.columns import UtcDateTime, metadata

adapters = Table(
    "adapters",
    metadata,
    Column("version", String(128), primary_key=True),
    Column("public", String(64), nullable=False, index=True),
    Column("digest", String(128), nullable=False),
    Column("ministry", String(64)),
    Column("as_of", String(32)),
    Column("stage", String(16), nullable=False),
    # Held by the engines for its evaluation until then, though its stage doesn't ask for it.
    Column("wanted_until", UtcDateTime),
    Column("card", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    UniqueConstraint("public", "digest"),
)

shares = Table(
    "shares",
    metadata,
    Column("public", String(64), primary_key=True),
    Column("version", String(128), ForeignKey("adapters.version"), primary_key=True),
    Column("weight", Integer, nullable=False),
    CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
)

replicas = Table(
    "replicas",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("url", String(512), nullable=False, unique=True),
    Column("draining", Boolean, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

residents = Table(
    "residents",
    metadata,
    Column("replica", String(64), ForeignKey("replicas.name", ondelete="CASCADE"), primary_key=True),
    Column("version", String(128), ForeignKey("adapters.version"), primary_key=True),
    Column("engine_name", String(160), nullable=False),
    Column("phase", String(16), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    CheckConstraint("phase IN ('pending', 'loading', 'ready', 'draining', 'failed')", name="phase"),
)

# One row. Whoever changes shares, residents, replicas or the router raises the number in the same transaction.
routing = Table(
    "routing",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", BigInteger, nullable=False),
)

routers = Table(
    "routers",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("weights", LargeBinary, nullable=False),
    Column("trained_on", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("version", String(128), ForeignKey("adapters.version"), nullable=False, index=True),
    Column("passed", Boolean, nullable=False),
    Column("report", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("page", Text, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("version", String(128), ForeignKey("adapters.version"), nullable=False, index=True),
    Column("step", String(16), nullable=False),
    Column("asked_by", String(128), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("decided_by", String(128)),
    Column("decided_at", UtcDateTime),
)
