"""Questions, votes, gaps, settings and the audit, in SQLite or PostgreSQL."""
