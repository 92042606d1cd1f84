"""Alembic's entry: migrate on the connection, and inside the transaction, that `upgrade` opened."""

from __future__ import annotations

from alembic import context

from serve.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
