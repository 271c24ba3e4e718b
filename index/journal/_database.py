"""The file of the journal: opened at first use, one transaction at a time, names of people behind a key."""

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
from index.journal._schema import APPLICATION, MIGRATIONS, migrate, version
from index.storage.atomic import write_atomically

__all__ = ["JournalDatabase"]

log = logging.getLogger(__name__)

KEY_BYTES = 32

AWAY = "move it away, with the -wal and -shm files beside it, and a new one is begun"
STEPS = {
    "SQLITE_NOTADB": f"is no database: {AWAY}.",
    "SQLITE_CORRUPT": f"is damaged: {AWAY}.",
    "SQLITE_FULL": "cannot be written, the disk is full: make room.",
    "SQLITE_BUSY": "is in use by another program: try again.",
}
"""What happened and what mends it, by the first two words of SQLite's name for the error."""
ELSE = "cannot be read or written: see that the file and its folder are this program's to write"


class JournalDatabase:
    """Thread-safe by one connection under a lock; other processes may have the same file open."""

    def __init__(self, file: Path, *, wait: float = 5.0) -> None:
        """Touches nothing yet. Another process may hold the file for `wait` seconds before an error says so."""
        self._file = file
        self._wait = wait
        self._key_file = file.with_name(f"{file.name}.key")
        self._lock = threading.RLock()  # who is in a transaction may ask for a name
        self._db: sqlite3.Connection | None = None
        self._key = b""
        self._shadows = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The database as it is at one moment. Raises JournalUnavailable, as everything here does."""
        with self._transaction("BEGIN") as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: kept when the block ends, undone when it raises."""
        with self._transaction("BEGIN IMMEDIATE") as db:
            yield db

    def keyed(self, kind: str, number: int) -> str:
        """64 hexadecimal digits that stand for a user's or a channel's id; without the key nobody can tell whose."""
        with self._lock, self._told():
            self._open()
            return hmac.new(self._key, f"{kind}:{number}".encode(), hashlib.sha256).hexdigest()

    def scrub(self, *, whole: bool = False) -> None:
        """Leave nothing of what was deleted in the log of writes; if `whole`, nor in the file's unused room.

        Where another process is reading meanwhile that is left to the next time, and logged.
        """
        with self._lock:
            self._shadows |= whole
            try:
                with self._told():
                    db = self._open()
                    if self._shadows:  # deleted rows are overwritten, but one that was moved leaves a shadow behind
                        db.execute("VACUUM")
                    if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                        raise JournalUnavailable(f"The journal {self._file} {STEPS['SQLITE_BUSY']}")
                    self._shadows = False
            except JournalUnavailable as error:
                log.warning("What was deleted from the journal is on the disk until the next time: %s", error)

    def close(self) -> None:
        """A later use opens it again."""
        with self._lock, self._told():
            if self._db is not None:
                self._db.close()
            self._db = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, self._told():
            db = self._open()
            db.execute(begin)
            try:
                yield db
                db.commit()
            except BaseException:
                db.rollback()
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of SQLite and of the disk become sentences; SQLite's own may quote what is kept, its names do not."""
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", type(error).__name__)
            step = STEPS.get("_".join(name.split("_")[:2]), f"{ELSE} ({name}).")
            raise JournalUnavailable(f"The journal {self._file} {step}") from error
        except TimeoutError as error:
            raise JournalUnavailable(f"The journal {self._file} {STEPS['SQLITE_BUSY']}") from error
        except OSError as error:
            raise JournalUnavailable(f"The journal {self._file} {ELSE} ({error.strerror or error}).") from error

    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._file.with_name(f"{self._file.name}.lock"), timeout=self._wait, mode=0o600):
                os.close(os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600))
                db = sqlite3.connect(self._file, timeout=self._wait, isolation_level=None, check_same_thread=False)
                try:
                    self._check(db)
                    self._key = self._read_key(fresh=version(db) == 0)
                    _prepare(db)
                except BaseException:
                    db.close()
                    raise
                self._db = db
        return self._db

    def _check(self, db: sqlite3.Connection) -> None:
        """Raises JournalUnavailable or sqlite3.Error for what is no journal this program knows; changes nothing."""
        found, ours = version(db), db.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
        if not ours and db.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise JournalUnavailable(f"{self._file} is another program's database: choose another JOURNAL_FILE.")
        if found > len(MIGRATIONS):
            raise JournalUnavailable(
                f"The journal {self._file} is of version {found}, this program knows {len(MIGRATIONS)}: "
                "update the program, or move the file away."
            )
        if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise JournalUnavailable(f"The journal {self._file} {STEPS['SQLITE_CORRUPT']}")

    def _read_key(self, *, fresh: bool) -> bytes:
        """The key, made for a fresh journal. Without its key a journal could not find a user's questions to delete."""
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


def _prepare(db: sqlite3.Connection) -> None:
    """What every connection is set to, and the newest version of the tables."""
    db.text_factory = _text
    for setting in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
        db.execute(f"PRAGMA {setting}").fetchall()
    db.execute("PRAGMA temp_store = MEMORY")  # no copy of a question in a temporary file
    migrate(db)


def _text(data: bytes) -> str:
    """A damaged text is read as far as it can be: SQLite's error would quote it."""
    return data.decode("utf-8", "replace")
