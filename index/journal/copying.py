"""Copies of the journal while others write to it, and the check of such a copy."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

from index.domain.errors import JournalUnavailable
from index.journal._database import KEY_BYTES, check_journal, translated_errors
from index.journal._schema import version

__all__ = ["check_copy", "copy_journal", "is_in_use"]

WAIT_SECONDS = 30.0
"""How long a copy waits for another process that has the journal locked."""


def copy_journal(file: Path, target: Path) -> int:
    """Copy the journal with everything that was committed before, and return how many questions it holds.

    Others may write meanwhile: SQLite's backup reads one state of the database, in a single step.

    Raises
    ------
    JournalUnavailable
        It cannot be read, or is damaged.
    """
    with translated_errors(file):
        source = sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=ro", uri=True, timeout=WAIT_SECONDS)
        with closing(source), closing(sqlite3.connect(target, isolation_level=None)) as copy:
            source.execute(f"PRAGMA busy_timeout = {int(WAIT_SECONDS * 1000)}")
            check_journal(source, file)
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode = DELETE").fetchall()  # one file, without -wal and -shm beside it
            check_journal(copy, file)
            return int(copy.execute("SELECT count(*) FROM answers").fetchone()[0]) if version(copy) else 0


def check_copy(file: Path, key: Path) -> None:
    """Raise JournalUnavailable unless `file` is a whole journal of a known version, and `key` can be its key."""
    with (
        translated_errors(file),
        closing(sqlite3.connect(f"file:{quote(str(file.absolute()))}?immutable=1", uri=True)) as db,
    ):
        check_journal(db, file)
    if not key.is_file() or key.stat().st_size != KEY_BYTES:
        raise JournalUnavailable(f"The journal's key {key} is missing or damaged.")


def is_in_use(file: Path) -> bool:
    """Return whether another process has the journal open; if none has, all of it is in the one file afterwards.

    Whoever has a database with a write-ahead log open keeps a lock on it, so that its mode cannot change.
    """
    if not file.is_file():
        return False
    with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as db:
        try:
            db.execute("PRAGMA journal_mode = DELETE").fetchall()
        except sqlite3.OperationalError as error:
            return (getattr(error, "sqlite_errorname", "") or "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    return False
