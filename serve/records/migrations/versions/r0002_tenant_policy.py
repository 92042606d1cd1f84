"""Each tenant may have a concealment policy of its own; empty is the deployment's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the policy's name to tenants."""
    op.add_column("tenants", sa.Column("policy", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget the tenants' policies: all have the deployment's again."""
    with op.batch_alter_table("tenants") as table:
        table.drop_column("policy")
