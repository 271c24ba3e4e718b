"""The tables of the journal in PostgreSQL, and the steps from older versions, by Alembic."""
