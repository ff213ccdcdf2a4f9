"""Alembic's environment: runs on the connection that :class:`mimis_core.store.database.Database` hands over."""

from alembic import context

from mimis_core.store import record_tables, staff_tables  # noqa: F401  # their tables belong to the metadata
from mimis_core.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
)
context.run_migrations()
