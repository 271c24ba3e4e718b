"""The version of a journal's tables, and the tables of a new file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

__all__ = ["APPLICATION_ID", "NEWEST", "create_tables", "version"]

APPLICATION_ID = 0x464E4A31
"""Written into the file's header, so that another program's database is never taken for a journal."""

NEWEST = 4
"""The version of the tables that this program reads: the number of the last revision in `index.journal.migrations`."""


def version(db: sqlite3.Connection) -> int:
    """Return the version of a file's tables, 0 if it has none."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def create_tables(db: sqlite3.Connection) -> None:
    """Make the newest tables in an empty file, in one transaction. Raises sqlite3.Error.

    The revisions would make the same (schema.sql is written by them), but only after Alembic's long import.
    """
    script = Path(__file__).with_name("schema.sql").read_text("utf-8")
    try:
        db.executescript(f"BEGIN IMMEDIATE;\n{script}COMMIT;")
    except BaseException:
        db.rollback()
        raise
