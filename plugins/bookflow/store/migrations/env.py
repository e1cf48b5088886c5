"""Alembic's entry: runs the revisions on the connection that `migrating` hands over."""

from __future__ import annotations

from alembic import context

from bookflow.store.revisions import SCHEMA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    version_table_schema=SCHEMA,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
