"""Brings the journal's tables to the newest version, in SQLite and in PostgreSQL by the same revisions."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from index.domain.errors import JournalUnavailable
from index.journal._schema import APPLICATION_ID, NEWEST, version

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["VERSION_TABLE", "upgrade_database", "upgrade_file"]

VERSION_TABLE = "journal_version"
LOCK = 0x464E4A31
"""The advisory lock of whoever changes the tables."""


def upgrade_database(connection: Connection) -> None:
    """Make the tables, or bring them to the newest version, in the transaction; others that begin the same wait.

    Raises JournalUnavailable if a newer program made them.
    """
    from sqlalchemy import text

    if _version(connection) == NEWEST:
        return
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    found = _version(connection)
    if found > NEWEST:
        raise JournalUnavailable(
            f"The journal's database is of version {found:04}, this program knows {NEWEST:04}: update the program."
        )
    if found < NEWEST:
        _run_revisions(connection, found)


def upgrade_file(db: sqlite3.Connection) -> None:
    """Bring the tables of a file to the newest version, in one transaction. Raises sqlite3.Error.

    `db` is in autocommit mode and does not enforce foreign keys: a revision may rebuild a table.
    """
    from sqlalchemy import StaticPool, create_engine, event
    from sqlalchemy.exc import DBAPIError

    engine = create_engine("sqlite://", creator=lambda: db, poolclass=StaticPool, hide_parameters=True)
    # In autocommit mode sqlite3 begins no transaction by itself; in its other mode it begins none for CREATE.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.begin() as connection:
            _run_revisions(connection, version(db))
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute(f"PRAGMA user_version = {NEWEST}")
    except DBAPIError as error:
        raise error.orig or error from error


def _run_revisions(connection: Connection, found: int) -> None:
    """Run the revisions after the one that was found, on the connection and in its transaction."""
    logging.getLogger("alembic").setLevel(logging.WARNING)  # else it tells of each of its parts
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    if found:  # files of before Alembic know their version only as SQLite's user_version
        command.stamp(config, f"{found:04}")
    command.upgrade(config, f"{NEWEST:04}")


def _version(connection: Connection) -> int:
    """Return the revision of a database in PostgreSQL, 0 if it has no tables."""
    from sqlalchemy import text

    if connection.execute(text("SELECT to_regclass(:table)"), {"table": VERSION_TABLE}).scalar() is None:
        return 0
    return int(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or 0)  # noqa: S608 ours
