"""Alembic's environment: runs on the connection that :class:`mimis_core.store.database.Database` hands over."""

from alembic import context

from mimis_core.store.every_table import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
