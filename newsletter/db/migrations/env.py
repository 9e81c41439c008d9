"""Alembic's entry: uses the connection that newsletter.db.migrate hands over, and all tables when a step is written."""

from alembic import context

_given = context.config.attributes
context.configure(
    connection=_given["connection"],
    target_metadata=_given.get("tables"),  # only tests/new_migration.py gives them
    render_item=_given.get("render_item"),
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
