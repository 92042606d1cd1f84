"""Adapters have a life: stages, weighted shares of a public name, replicas and what they hold, reports, approvals.

Versions of the first release become `serving` where their name led to them and `standby` elsewhere. Their names
inside the engine are gone: each load gets a name of its own, in `residents`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_VERSION = sa.String(128)


def upgrade() -> None:
    """Make the tables and carry over versions and routes."""
    _extend_adapters()
    _create_shares()
    op.drop_table("aliases")
    _create_replicas()
    _create_routing()
    _create_judgements()


def downgrade() -> None:
    """Back to one route for a name; stages, reports and approvals are lost, and so are routes of several versions."""
    op.create_table(
        "aliases",
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("version", _VERSION, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("public", name=op.f("pk_aliases")),
        sa.ForeignKeyConstraint(["version"], ["adapters.version"], name=op.f("fk_aliases_version_adapters")),
    )
    op.execute(
        "INSERT INTO aliases SELECT s.public, s.version, a.changed_at FROM shares s "
        "JOIN adapters a ON a.version = s.version WHERE a.stage = 'serving'"
    )
    for table in ("approvals", "reports", "routers", "routing", "residents", "replicas", "shares"):
        op.drop_table(table)
    op.add_column("adapters", sa.Column("engine_name", _VERSION))
    op.execute("UPDATE adapters SET engine_name = replace(version, '@', '-')")
    with op.batch_alter_table("adapters") as batch:
        batch.alter_column("engine_name", nullable=False, existing_type=_VERSION)
        batch.create_unique_constraint(op.f("uq_adapters_engine_name"), ["engine_name"])
        batch.drop_constraint(op.f("uq_adapters_public_digest"), type_="unique")
        for name in ("stage", "wanted_until", "card", "changed_at"):
            batch.drop_column(name)


def _extend_adapters() -> None:
    op.add_column("adapters", sa.Column("stage", sa.String(16)))
    op.add_column("adapters", sa.Column("wanted_until", _TIME))
    op.add_column("adapters", sa.Column("card", sa.JSON()))
    op.add_column("adapters", sa.Column("changed_at", _TIME))
    op.execute("UPDATE adapters SET changed_at = created_at, card = '{}', stage = 'standby'")
    op.execute("UPDATE adapters SET stage = 'serving' WHERE version IN (SELECT version FROM aliases)")
    with op.batch_alter_table("adapters") as table:
        table.drop_constraint(op.f("uq_adapters_engine_name"), type_="unique")
        table.drop_column("engine_name")
        table.alter_column("stage", nullable=False, existing_type=sa.String(16))
        table.alter_column("card", nullable=False, existing_type=sa.JSON())
        table.alter_column("changed_at", nullable=False, existing_type=_TIME)
        table.create_unique_constraint(op.f("uq_adapters_public_digest"), ["public", "digest"])


def _create_shares() -> None:
    op.create_table(
        "shares",
        sa.Column("public", sa.String(64), nullable=False),
        sa.Column("version", _VERSION, nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("public", "version", name=op.f("pk_shares")),
        sa.ForeignKeyConstraint(["version"], ["adapters.version"], name=op.f("fk_shares_version_adapters")),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_shares_weight")),
    )
    op.execute("INSERT INTO shares SELECT public, version, 100 FROM aliases")


def _create_replicas() -> None:
    op.create_table(
        "replicas",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("url", sa.String(512), nullable=False),
        sa.Column("draining", sa.Boolean(), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_replicas")),
        sa.UniqueConstraint("url", name=op.f("uq_replicas_url")),
    )
    op.create_table(
        "residents",
        sa.Column("replica", sa.String(64), nullable=False),
        sa.Column("version", _VERSION, nullable=False),
        sa.Column("engine_name", sa.String(160), nullable=False),
        sa.Column("phase", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("replica", "version", name=op.f("pk_residents")),
        sa.ForeignKeyConstraint(
            ["replica"], ["replicas.name"], name=op.f("fk_residents_replica_replicas"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version"], ["adapters.version"], name=op.f("fk_residents_version_adapters")
        ),
        sa.CheckConstraint(
            "phase IN ('pending', 'loading', 'ready', 'draining', 'failed')", name=op.f("ck_residents_phase")
        ),
    )


def _create_routing() -> None:
    op.create_table(
        "routing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing")),
    )
    op.execute("INSERT INTO routing VALUES (1, 1)")
    op.create_table(
        "routers",
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("trained_on", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_routers")),
    )


def _create_judgements() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version", _VERSION, nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.ForeignKeyConstraint(["version"], ["adapters.version"], name=op.f("fk_reports_version_adapters")),
    )
    op.create_index(op.f("ix_reports_version"), "reports", ["version"])
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version", _VERSION, nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("asked_by", sa.String(128), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("decided_by", sa.String(128)),
        sa.Column("decided_at", _TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.ForeignKeyConstraint(
            ["version"], ["adapters.version"], name=op.f("fk_approvals_version_adapters")
        ),
    )
    op.create_index(op.f("ix_approvals_version"), "approvals", ["version"])
