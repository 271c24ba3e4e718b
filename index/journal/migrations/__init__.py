"""The revisions of the journal's tables, in SQLite and PostgreSQL alike, run by Alembic."""
