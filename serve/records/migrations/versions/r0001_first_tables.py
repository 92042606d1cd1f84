"""Accounts, keys, adapters, the record of admin functions and the journal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_HASH = sa.String(64)


def upgrade() -> None:
    """Make every table of the first release."""
    _create_tenants()
    _create_keys()
    _create_adapters()
    _create_admin_audit()
    _create_journal()
    _create_journal_progress()


def downgrade() -> None:
    """Drop everything; all records are lost."""
    for table in ("journal_anchors", "journal_cursors", "journal", "admin_audit"):
        op.drop_table(table)
    for table in ("aliases", "adapters", "keys", "tenants"):
        op.drop_table(table)


def _create_tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("limit_requests", sa.Integer(), nullable=False),
        sa.Column("limit_window_s", sa.Integer(), nullable=False),
        sa.Column("limit_tokens_per_day", sa.BigInteger(), nullable=False),
        sa.Column("limit_concurrent", sa.Integer(), nullable=False),
        sa.Column("answer_prefix", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("disabled_at", _TIME),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tenants")),
        sa.CheckConstraint(
            "kind IN ('ministry', 'agency', 'community', 'operator')", name=op.f("ck_tenants_kind")
        ),
        sa.CheckConstraint(
            "limit_requests > 0 AND limit_window_s > 0 AND limit_tokens_per_day > 0 AND limit_concurrent > 0",
            name=op.f("ck_tenants_limits"),
        ),
    )


def _create_keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("sha256", _HASH, nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by", sa.String(128), nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keys")),
        sa.UniqueConstraint("sha256", name=op.f("uq_keys_sha256")),
        sa.ForeignKeyConstraint(["tenant"], ["tenants.name"], name=op.f("fk_keys_tenant")),
    )
    op.create_index(op.f("ix_keys_tenant"), "keys", ["tenant"])


def _create_adapters() -> None:
    op.create_table(
        "adapters",
        sa.Column("version", sa.String(128), nullable=False),
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("engine_name", sa.String(128), nullable=False),
        sa.Column("digest", sa.String(128), nullable=False),
        sa.Column("ministry", sa.String(64)),
        sa.Column("as_of", sa.String(32)),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_adapters")),
        sa.UniqueConstraint("engine_name", name=op.f("uq_adapters_engine_name")),
    )
    op.create_index(op.f("ix_adapters_public"), "adapters", ["public"])
    op.create_table(
        "aliases",
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("version", sa.String(128), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("public", name=op.f("pk_aliases")),
        sa.ForeignKeyConstraint(["version"], ["adapters.version"], name=op.f("fk_aliases_version")),
    )


def _create_admin_audit() -> None:
    op.create_table(
        "admin_audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("object", sa.String(256), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("prev_hash", _HASH, nullable=False),
        sa.Column("hash", _HASH, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_audit")),
    )
    op.create_index(op.f("ix_admin_audit_at"), "admin_audit", ["at"])


def _create_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("writer", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("tenant", sa.String(64)),
        sa.Column("key_id", sa.String(32)),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("model", sa.String(128)),
        sa.Column("adapter_version", sa.String(128)),
        sa.Column("adapter_digest", sa.String(128)),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("prompt", sa.JSON()),
        sa.Column("answer", sa.JSON()),
        sa.Column("entities", sa.JSON(), nullable=False),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), nullable=False),
        sa.Column("completion_tokens", sa.Integer(), nullable=False),
        sa.Column("timings", sa.JSON(), nullable=False),
        sa.Column("prev_hash", _HASH, nullable=False),
        sa.Column("hash", _HASH, nullable=False),
        sa.PrimaryKeyConstraint("writer", "seq", name=op.f("pk_journal")),
        sa.UniqueConstraint("request_id", name=op.f("uq_journal_request_id")),
    )
    op.create_index(op.f("ix_journal_at"), "journal", ["at"])
    op.create_index(op.f("ix_journal_tenant_at"), "journal", ["tenant", "at"])


def _create_journal_progress() -> None:
    op.create_table(
        "journal_cursors",
        sa.Column("writer", sa.String(64), nullable=False),
        sa.Column("segment", sa.String(128), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", _HASH, nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("pk_journal_cursors")),
    )
    op.create_table(
        "journal_anchors",
        sa.Column("writer", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prev_hash", _HASH, nullable=False),
        sa.PrimaryKeyConstraint("writer", "seq", name=op.f("pk_journal_anchors")),
    )
