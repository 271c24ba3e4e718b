"""The tables of the journal, and the migrations from older versions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

__all__ = ["APPLICATION_ID", "MIGRATIONS", "migrate", "version"]

APPLICATION_ID = 0x464E4A31
"""Written into the file's header, so that another program's database is never taken for a journal."""

FIRST = f"""
PRAGMA application_id = {APPLICATION_ID};
CREATE TABLE answers (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    asked_at TEXT NOT NULL,
    guild INTEGER,
    channel TEXT NOT NULL,
    user TEXT NOT NULL,
    question TEXT NOT NULL,
    read_as TEXT NOT NULL,
    abstained INTEGER NOT NULL,
    why TEXT NOT NULL,
    confidence REAL NOT NULL,
    snapshot TEXT NOT NULL,
    latency_ms REAL NOT NULL,
    citations TEXT NOT NULL
);
CREATE INDEX answers_of_user ON answers (user, channel, number);
CREATE INDEX answers_by_time ON answers (asked_at);
CREATE INDEX answers_of_guild ON answers (guild, asked_at);
CREATE TABLE votes (
    answer TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    user TEXT NOT NULL,
    helpful INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    voted_at TEXT NOT NULL,
    PRIMARY KEY (answer, user)
) WITHOUT ROWID;
CREATE INDEX votes_of_user ON votes (user);
CREATE TABLE reports (
    answer TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    user TEXT NOT NULL,
    reported_at TEXT NOT NULL,
    PRIMARY KEY (answer, user)
) WITHOUT ROWID;
CREATE INDEX reports_of_user ON reports (user);
CREATE TABLE solved (
    answer TEXT PRIMARY KEY REFERENCES answers (id) ON DELETE CASCADE,
    user TEXT NOT NULL,
    solved_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE threads (
    channel TEXT PRIMARY KEY,
    answer TEXT NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    begun_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX threads_of_answer ON threads (answer);
CREATE TABLE settings (
    guild INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (guild, name)
) WITHOUT ROWID
"""
"""Times are in UTC, as ISO 8601 with microseconds, so that they sort as text. Users and channels are keyed hashes."""

AUDIT = """
CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    who INTEGER,
    place TEXT NOT NULL,
    what TEXT NOT NULL,
    outcome TEXT NOT NULL
);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE number = NEW.number)
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END
"""
"""The audit names users by their plain ids, for that is its purpose, and holds nobody's questions. Neither forgetting a
user nor the age of questions touches it."""

PHRASES = "ALTER TABLE audit ADD COLUMN phrases TEXT NOT NULL DEFAULT ''"
"""Action and outcome as `index.domain.messages` packs them, for other languages than English; empty in older lines."""

TOKENS = """
CREATE TABLE token_counts (
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    owner TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (day, kind, owner)
) WITHOUT ROWID;
CREATE INDEX token_counts_of_owner ON token_counts (kind, owner)
"""
"""Tokens of a language model by day in UTC; the owner is a server's id, a user's keyed hash, or 0 for everyone."""

MIGRATIONS = (FIRST, AUDIT, PHRASES, TOKENS)
"""Script n makes version n + 1 of version n. A released script is never changed."""


def version(db: sqlite3.Connection) -> int:
    """Return how many of the scripts were run on the file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, scripts: tuple[str, ...] = MIGRATIONS) -> None:
    """Bring the file to the newest version, one transaction a script; `db` is in autocommit mode.

    Raises sqlite3.Error; the scripts before the one that failed stay done.
    """
    while version(db) < len(scripts):
        db.execute("BEGIN IMMEDIATE")
        try:
            done = version(db)  # another process may have come first
            for statement in _statements(scripts[done]) if done < len(scripts) else ():
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {min(done + 1, len(scripts))}")
            db.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise


def _statements(script: str) -> Iterator[str]:
    """Yield a script's statements; a semicolon within a trigger ends none."""
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
