"""Run by Alembic: the revisions go on the connection that they are given, in its transaction."""

from alembic import context

from index.journal.migrations.upgrade import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
