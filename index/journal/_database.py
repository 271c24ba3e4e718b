"""The journal's SQLite file: opened at first use, one transaction at a time, users and channels as keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from index.domain.errors import JournalUnavailable
from index.journal._connections import Connection
from index.journal._schema import APPLICATION_ID, NEWEST, create_tables, version
from index.journal.migrations.upgrade import upgrade_file
from index.storage.atomic import write_atomically

__all__ = ["KEY_BYTES", "JournalDatabase", "check_journal", "translated_errors"]

log = logging.getLogger(__name__)

KEY_BYTES = 32

MOVE_AWAY = "move it away, with the -wal and -shm files beside it, and a new one is begun"
FIXES = {
    "SQLITE_NOTADB": f"is no database: {MOVE_AWAY}.",
    "SQLITE_CORRUPT": f"is damaged: {MOVE_AWAY}.",
    "SQLITE_FULL": "cannot be written, the disk is full: make room.",
    "SQLITE_BUSY": "is in use by another program: try again.",
}
"""What happened and how to fix it, by the first two words of SQLite's name for the error."""
OTHER_FIX = "cannot be read or written: see that the file and its folder are this program's to write"


class JournalDatabase:
    """The file, by one connection under a lock. Thread-safe; other processes may have it open too."""

    def __init__(self, file: Path, *, wait: float = 5.0) -> None:
        """Touch nothing yet; another process may hold the file for `wait` seconds before JournalUnavailable."""
        self._file = file
        self._wait = wait
        self._key_file = file.with_name(f"{file.name}.key")
        self._lock = threading.RLock()  # a transaction may ask for a hash
        self._db: sqlite3.Connection | None = None
        self._key = b""
        self._vacuum_due = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Begin a transaction that reads. Raises JournalUnavailable, as everything here does."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Begin a transaction that writes: committed when the block ends, rolled back if it raises."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db

    def hash_id(self, kind: str, number: int) -> str:
        """Return 64 hexadecimal digits for a user's or a channel's id, which cannot be traced back without the key."""
        with self._lock, translated_errors(self._file):
            self._open()
            return hmac.new(self._key, f"{kind}:{number}".encode(), hashlib.sha256).hexdigest()

    def key(self) -> bytes:
        """Return the key of the hashes."""
        with self._lock, translated_errors(self._file):
            self._open()
            return self._key

    def scrub(self, *, whole: bool = False) -> None:
        """Erase what was deleted from the write-ahead log, and with `whole` from the file's unused pages too.

        If another process reads meanwhile, that is logged and left to the next time.
        """
        with self._lock:
            self._vacuum_due |= whole
            try:
                with translated_errors(self._file):
                    db = self._open()
                    # secure_delete overwrites deleted rows, but a row that SQLite moved leaves a copy behind.
                    if self._vacuum_due:
                        db.execute("VACUUM")
                    if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                        raise JournalUnavailable(f"The journal {self._file} {FIXES['SQLITE_BUSY']}")
                    self._vacuum_due = False
            except JournalUnavailable as error:
                log.warning("What was deleted from the journal is on the disk until the next time: %s", error)

    def serialise(self, db: Connection, name: str) -> None:
        """Let no other transaction of this name run beside this one: whoever writes to the file is alone anyway."""

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        with self._lock, translated_errors(self._file):
            if self._db is not None:
                self._db.close()
            self._db = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, translated_errors(self._file):
            db = self._open()
            db.execute(begin)
            try:
                yield db
                db.commit()
            except BaseException:
                db.rollback()
                raise

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._file.with_name(f"{self._file.name}.lock"), timeout=self._wait, mode=0o600):
                os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
                db = sqlite3.connect(self._file, timeout=self._wait, isolation_level=None, check_same_thread=False)
                try:
                    check_journal(db, self._file)
                    self._key = self._read_key(fresh=version(db) == 0)
                    _prepare(db)
                except BaseException:
                    db.close()
                    raise
                self._db = db
        return self._db

    def _read_key(self, *, fresh: bool) -> bytes:
        """Return the key; a fresh journal gets one. Without it a user's questions could not be found to delete them."""
        if fresh and not self._key_file.exists():
            self._make_key()
        key = self._key_file.read_bytes() if self._key_file.exists() else b""
        if len(key) != KEY_BYTES:
            raise JournalUnavailable(
                f"The journal's key {self._key_file} is {'damaged' if key else 'missing'}: put back the one it "
                f"was made with, or move both it and {self._file} away."
            )
        return key

    def _make_key(self) -> None:
        temporary = self._key_file.with_name(f"{self._key_file.name}.new")  # a fixed name: no half key stays behind
        write_atomically(self._key_file, secrets.token_bytes(KEY_BYTES), temporary=temporary, mode=0o600)


@contextmanager
def translated_errors(file: Path) -> Iterator[None]:
    """Raise errors of SQLite and of the disk as JournalUnavailable; SQLite's own text may quote what is kept."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        fix = FIXES.get("_".join(name.split("_")[:2]), f"{OTHER_FIX} ({name}).")
        raise JournalUnavailable(f"The journal {file} {fix}") from error
    except TimeoutError as error:
        raise JournalUnavailable(f"The journal {file} {FIXES['SQLITE_BUSY']}") from error
    except OSError as error:
        raise JournalUnavailable(f"The journal {file} {OTHER_FIX} ({error.strerror or error}).") from error


def check_journal(db: sqlite3.Connection, file: Path) -> None:
    """Raise JournalUnavailable or sqlite3.Error if this is no journal of a known version; change nothing."""
    file_version, ours = version(db), db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    if not ours and db.execute("SELECT 1 FROM sqlite_master").fetchone():
        raise JournalUnavailable(f"{file} is another program's database: choose another JOURNAL_FILE.")
    if file_version > NEWEST:
        raise JournalUnavailable(
            f"The journal {file} is of version {file_version}, this program knows {NEWEST}: "
            "update the program, or move the file away."
        )
    if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise JournalUnavailable(f"The journal {file} {FIXES['SQLITE_CORRUPT']}")


def _prepare(db: sqlite3.Connection) -> None:
    """Set a connection up, and bring the tables to the newest version."""
    db.text_factory = _decode_text
    for setting in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
        db.execute(f"PRAGMA {setting}").fetchall()
    db.execute("PRAGMA temp_store = MEMORY")  # no copy of a question in a temporary file
    if (found := version(db)) == 0:
        create_tables(db)
    elif found < NEWEST:
        upgrade_file(db)
    db.execute("PRAGMA foreign_keys = ON")  # only now: a migration may rebuild a table


def _decode_text(data: bytes) -> str:
    """Decode a damaged text as far as possible: SQLite's error would quote it."""
    return data.decode("utf-8", "replace")
