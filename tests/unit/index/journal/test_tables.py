"""Both databases have the tables that are moved, with the same columns in the same order."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from index.journal._tables import TABLES
from index.journal.journal import Journal
from index.journal.postgres import PostgresDatabase

MOVED = {table.name: table.columns for table in TABLES}
COLUMNS = """
SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'
ORDER BY table_name, ordinal_position
"""


def test_every_table_of_sqlite_is_moved_with_every_column(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite3")
    journal.count_stored(1)
    journal.close()
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as db:
        names = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: tuple(row[1] for row in db.execute(f"PRAGMA table_info({name})")) for name in names}
    columns.pop("sqlite_sequence")
    assert columns.pop("journal_version") == ("version_num",)
    assert columns == MOVED


def test_tables_of_postgres_have_the_same_columns(postgres_url: str) -> None:
    journal = Journal(PostgresDatabase(postgres_url))
    journal.count_stored(1)
    journal.close()
    columns: dict[str, tuple[str, ...]] = {}
    with psycopg.connect(postgres_url) as db:
        for table, column in db.execute(COLUMNS):
            columns[table] = (*columns.get(table, ()), column)
    assert (columns.pop("journal_version"), columns.pop("journal_key")) == (("version_num",), ("key",))
    assert columns == MOVED
