"""The tables of the journal, and how a file of an older version becomes one of this."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

__all__ = ["APPLICATION", "MIGRATIONS", "migrate", "version"]

APPLICATION = 0x464E4A31
"""Written into the file's header, so that another program's database is never taken for a journal."""

FIRST = f"""
PRAGMA application_id = {APPLICATION};
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
"""What was done to the index: who is in it by their plain id, for it is there to name them, and it is about nobody's
questions. Neither forgetting a person nor the age of questions touches it."""

PHRASES = "ALTER TABLE audit ADD COLUMN phrases TEXT NOT NULL DEFAULT ''"
"""What was done and what came of it, as `index.domain.messages` packs them, for other languages than English; empty
in lines from before."""

MIGRATIONS = (FIRST, AUDIT, PHRASES)
"""The script at place n makes version n + 1 of version n. One that was released is never changed."""


def version(db: sqlite3.Connection) -> int:
    """How many of the scripts the file has seen."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, scripts: tuple[str, ...] = MIGRATIONS) -> None:
    """Bring the file to the newest version, a transaction a script; `db` is in autocommit mode. Raises sqlite3.Error,
    and the scripts before the one that failed stay done."""
    while version(db) < len(scripts):
        db.execute("BEGIN IMMEDIATE")
        try:
            seen = version(db)  # another process may have come first
            for statement in _statements(scripts[seen]) if seen < len(scripts) else ():
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {min(seen + 1, len(scripts))}")
            db.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise


def _statements(script: str) -> Iterator[str]:
    """A script's statements; a semicolon within a trigger ends none."""
    begun = ""
    for part in script.split(";"):
        begun += f"{part};"
        if sqlite3.complete_statement(begun):
            yield begun
            begun = ""
