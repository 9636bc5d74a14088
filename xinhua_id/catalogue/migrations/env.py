"""Alembic's entry: runs the revisions on the connection that `upgrade` gives, inside its transaction."""

from __future__ import annotations

from alembic import context

from xinhua_id.catalogue.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
