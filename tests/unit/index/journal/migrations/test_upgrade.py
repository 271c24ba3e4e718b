"""Journals of every older version are brought to the newest, in SQLite and PostgreSQL by the same revisions."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory

from index.domain.errors import JournalUnavailable
from index.journal import migrations
from index.journal._database import JournalDatabase
from index.journal._schema import APPLICATION_ID, NEWEST, version
from index.journal.journal import Journal
from index.journal.migrations.upgrade import upgrade_file
from index.journal.postgres import PostgresDatabase
from tests.support.journals import ANN, GUILD, answer, ask, make_older
from tests.support.paths import DATA, ROOT
from tests.support.postgres import PostgresServer

OLDER = range(1, NEWEST + 1)
ROWS = {
    1: "INSERT INTO settings VALUES (7, 'threads', 'no')",
    2: "INSERT INTO audit (at, place, what, outcome) VALUES ('2026-04-10', '7', 'reindex', 'done')",
    4: "INSERT INTO token_counts VALUES ('2026-04-10', 'all', '0', 5)",
}
"""A row of each table that is looked at, by the version that brought the table."""
KILLED = """
import os, signal, sqlite3, sys
from index.journal.migrations.upgrade import upgrade_file

db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.set_trace_callback(lambda sql: sys.argv[2] in sql and os.kill(os.getpid(), signal.SIGKILL))
upgrade_file(db)
"""
LOADED = """
import sys
from pathlib import Path
from index.journal.journal import Journal

Journal(Path(sys.argv[1])).count_stored(1)
print({"alembic", "psycopg", "sqlalchemy"} & set(sys.modules))
"""
TABLES_OF_SQLITE = "FROM sqlite_master t, {} WHERE t.type = 'table' AND t.name != 'journal_version' ORDER BY 1, 2, 3"
IN_SQLITE = (
    'SELECT t.name, c.cid, c.name, c.type, c."notnull" OR c.pk, c.dflt_value, c.pk '
    + TABLES_OF_SQLITE.format("pragma_table_info(t.name) c"),
    "SELECT t.name, l.wr, l.ncol " + TABLES_OF_SQLITE.format("pragma_table_list(t.name) l"),
    'SELECT t.name, i.name, x.seqno, x.name, x.desc, x.coll, i."unique", i.partial '
    + TABLES_OF_SQLITE.format("pragma_index_list(t.name) i, pragma_index_xinfo(i.name) x"),
    'SELECT t.name, f.id, f."table", f."from", f."to", f.on_delete, f.on_update '
    + TABLES_OF_SQLITE.format("pragma_foreign_key_list(t.name) f"),
    "SELECT name, tbl_name, replace(sql, char(10), ' ') FROM sqlite_master WHERE type = 'trigger' ORDER BY 1",
)
"""Columns, whether a table is without row ids, indexes, foreign keys and triggers."""
IN_POSTGRES = (
    "SELECT attrelid::regclass::text, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, "
    "attcollation::regcollation::text, pg_get_expr(adbin, adrelid) FROM pg_attribute "
    "JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON (adrelid, adnum) = (attrelid, attnum) "
    "WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 ORDER BY 1, 2",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
)
"""Columns, constraints, indexes, triggers and functions."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


def connect(file: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(file, isolation_level=None))


def use(file: Path) -> None:
    with closing(JournalDatabase(file)) as opened:
        opened.hash_id("user", ANN)


def stored(db: sqlite3.Connection) -> dict[str, list[Any]]:
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608


def layout(file: Path) -> list[list[Any]]:
    with connect(file) as db:
        return [db.execute(query).fetchall() for query in IN_SQLITE]


@pytest.mark.parametrize("older", OLDER)
def test_older_journal_becomes_the_newest_and_keeps_its_rows(file: Path, older: int) -> None:
    make_older(file, older)
    with connect(file) as db:
        for since, row in ROWS.items():
            if since <= older:
                db.execute(row)
        before = stored(db)
    use(file)
    with connect(file) as db:
        after = stored(db)
        assert (version(db), db.execute("PRAGMA application_id").fetchone()) == (NEWEST, (APPLICATION_ID,))
    if before.get("audit") and older < 3:
        before["audit"] = [(*row, "") for row in before["audit"]]
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize("older", OLDER)
def test_older_journal_gets_the_tables_of_a_new_one(tmp_path: Path, older: int) -> None:
    make_older(tmp_path / "older.sqlite3", older)
    for name in ("older.sqlite3", "new.sqlite3"):
        use(tmp_path / name)
    assert layout(tmp_path / "older.sqlite3") == layout(tmp_path / "new.sqlite3")


def test_new_journal_is_the_one_that_all_revisions_make(file: Path) -> None:
    use(file)
    with connect(file.with_name("migrated.sqlite3")) as db:
        upgrade_file(db)
    with connect(file) as new, connect(file.with_name("migrated.sqlite3")) as migrated:
        assert stored(new) == stored(migrated)
        assert version(new) == version(migrated) == NEWEST
    assert layout(file) == layout(file.with_name("migrated.sqlite3"))


def test_revisions_are_numbered_from_1_to_the_newest_version() -> None:
    revisions = ScriptDirectory(str(Path(migrations.__file__).parent)).walk_revisions()
    assert [int(revision.revision) for revision in revisions] == [*reversed(OLDER)]


def test_upgrade_that_fails_leaves_the_older_version(file: Path) -> None:
    """The last revision finds its table there already; those before it are undone with it."""
    make_older(file, 1)
    with connect(file) as db:
        db.execute(ROWS[1])
        db.execute("CREATE TABLE token_counts (a)")
        before = stored(db)
        with pytest.raises(sqlite3.OperationalError, match="token_counts already exists"):
            upgrade_file(db)
        assert (version(db), stored(db), db.in_transaction) == (1, before, False)
        db.execute("DROP TABLE token_counts")
    use(file)
    with connect(file) as db:
        assert (version(db), stored(db)["settings"]) == (NEWEST, [(7, "threads", "no")])


def test_upgrade_of_a_journal_that_is_in_use_is_told(file: Path) -> None:
    make_older(file, 3)
    with connect(file) as other, closing(JournalDatabase(file, wait=0.05)) as opened:
        other.execute("PRAGMA journal_mode = WAL").fetchall()
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalUnavailable, match="is in use by another program: try again"):
            opened.hash_id("user", ANN)
        assert version(other) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    "statement", ["CREATE TABLE audit", "ADD COLUMN", "CREATE INDEX token_counts", "user_version ="]
)
def test_upgrade_that_is_killed_leaves_the_older_version(file: Path, statement: str) -> None:
    make_older(file, 1)
    with connect(file) as db:
        db.execute("PRAGMA journal_mode = WAL").fetchall()
        db.execute(ROWS[1])
        before = stored(db)
    died = subprocess.run([sys.executable, "-c", KILLED, str(file), statement], cwd=ROOT, capture_output=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    with connect(file) as db:
        assert (version(db), stored(db)) == (1, before)
    use(file)
    with connect(file) as db:
        assert (version(db), stored(db)["settings"]) == (NEWEST, before["settings"])


def test_journal_that_is_new_or_up_to_date_is_opened_without_alembic(file: Path) -> None:
    """Its import takes longer than the rest of an opening."""
    for _ in ("new", "up to date"):
        done = subprocess.run([sys.executable, "-c", LOADED, str(file)], cwd=ROOT, capture_output=True, text=True)
        assert (done.stdout, done.stderr) == ("set()\n", "")


def test_postgres_of_the_first_release_has_the_tables_of_all_revisions_and_stays(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    """It was made at version 4 at once, before there were revisions for the versions below."""
    with psycopg.connect(postgres_url) as db:
        db.execute((DATA / "journal" / "postgres-version-4.sql").read_bytes())
    other = postgres_server.new_database()
    for url in (postgres_url, other):
        journal = Journal(PostgresDatabase(url))
        ask(journal, answer("Who?"))
        journal.set_setting(GUILD, "threads", "no")
        assert (journal.count_stored(ANN).questions, journal.settings(GUILD)) == (1, {"threads": "no"})
        journal.close()
    with psycopg.connect(postgres_url) as old, psycopg.connect(other) as new:
        for query in (*IN_POSTGRES, "SELECT version_num FROM journal_version"):
            assert old.execute(query).fetchall() == new.execute(query).fetchall()
    postgres_server.drop(other)
