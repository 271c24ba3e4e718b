"""Brings the journal's tables in PostgreSQL to the newest version."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from index.domain.errors import JournalUnavailable

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["NEWEST", "VERSION_TABLE", "upgrade"]

NEWEST = "0004"
"""The newest revision, by the number that the same tables have in SQLite."""

VERSION_TABLE = "journal_version"
LOCK = 0x464E4A31
"""The advisory lock of whoever changes the tables."""


def upgrade(connection: Connection) -> None:
    """Make the tables, or bring them to the newest version; others that begin the same wait.

    Raises JournalUnavailable if a newer program made them.
    """
    from sqlalchemy import text

    if _version(connection) == NEWEST:
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    if (version := _version(connection)) == NEWEST:
        return
    if version > NEWEST:
        raise JournalUnavailable(
            f"The journal's database is of version {version}, this program knows {NEWEST}: update the program."
        )
    logging.getLogger("alembic").setLevel(logging.WARNING)  # else it tells of each of its parts
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _version(connection: Connection) -> str:
    from sqlalchemy import text

    if connection.execute(text("SELECT to_regclass(:table)"), {"table": VERSION_TABLE}).scalar() is None:
        return ""
    return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or "")  # noqa: S608 ours
