"""The journal in PostgreSQL: a bounded pool of connections, opened at first use, and the key of the hashes."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from index.domain.errors import JournalUnavailable
from index.journal._connections import Connection, Rows
from index.journal._database import KEY_BYTES
from index.journal.migrations.upgrade import upgrade_database
from index.storage.postgres import UNREACHABLE, connection_url, describe_failure, failure_of, options, require_driver

if TYPE_CHECKING:
    import sqlalchemy

__all__ = ["PostgresDatabase", "PostgresTransaction", "storable", "translated_errors"]

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 8
POOL_SECONDS = 5
RECYCLE_SECONDS = 1800
RETRY_SECONDS = 1.0
"""So long after a connection failed every use fails at once: questions do not wait for a server that is away."""

NUL = "\0"


class PostgresTransaction:
    """A transaction that takes SQL as SQLite does."""

    def __init__(self, connection: sqlalchemy.Connection) -> None:
        self.connection = connection

    def execute(self, sql: str, values: Mapping[str, Any] | None = None, /) -> Rows:
        return self.connection.execute(_statement(sql), storable(values or {}))

    def executemany(self, sql: str, values: Sequence[Mapping[str, Any]], /) -> Rows:
        return self.connection.execute(_statement(sql), [storable(row) for row in values])

    def stream(self, sql: str, batch: int) -> Rows:
        """Return rows that are fetched a batch at a time."""
        return self.connection.execute(_statement(sql), execution_options={"yield_per": batch})


class PostgresDatabase:
    """A `Database` at the URL of DATABASE_URL. Thread-safe; other processes may use it, too."""

    def __init__(self, url: str) -> None:
        """Connect to nothing yet."""
        self._url = url
        self._lock = threading.RLock()
        self._engine: sqlalchemy.Engine | None = None
        self._key = b""
        self._failure: JournalUnavailable | None = None
        self._retry_at = 0.0

    @contextmanager
    def reading(self) -> Iterator[PostgresTransaction]:
        """Begin a transaction that reads one state of the journal."""
        with self._transaction(isolation_level="REPEATABLE READ", postgresql_readonly=True) as transaction:
            yield transaction

    @contextmanager
    def writing(self) -> Iterator[PostgresTransaction]:
        """Begin a transaction that writes: committed when the block ends, rolled back if it raises."""
        with self._transaction() as transaction:
            yield transaction

    def serialise(self, db: Connection, name: str) -> None:
        """Let no other transaction of this name run beside this one, from now until it ends."""
        db.execute("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))", {"name": f"footnote-journal-{name}"})

    def hash_id(self, kind: str, number: int) -> str:
        """Return 64 hexadecimal digits for a user's or a channel's id, which cannot be traced back without the key."""
        if not self._key:
            self._open()
        return hmac.new(self._key, f"{kind}:{number}".encode(), hashlib.sha256).hexdigest()

    def stored_key(self, db: Connection) -> bytes:
        """Return the key of the hashes as the database has it."""
        return bytes.fromhex(db.execute("SELECT key FROM journal_key").fetchone()[0])

    def store_key(self, db: Connection, key: bytes) -> None:
        """Replace the key of the hashes, in an empty journal; other processes learn it when they open the journal."""
        db.execute("UPDATE journal_key SET key = :key", {"key": key.hex()})
        self._key = key

    def scrub(self, *, whole: bool = False) -> None:
        """Free the room of deleted rows for others to overwrite; the server's log and backups are not ours to erase."""
        if not whole:
            return
        try:
            with self._transaction(isolation_level="AUTOCOMMIT") as db:
                db.execute("VACUUM answers, votes, reports, solved, threads, settings, token_counts")
        except JournalUnavailable as error:
            log.warning("What was deleted from the journal is in the database until the next time: %s", error)

    def close(self) -> None:
        """Close the connections; a later use opens them again."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = None

    @contextmanager
    def _transaction(self, **settings: Any) -> Iterator[PostgresTransaction]:
        engine = self._open()
        with self._noticed_errors(), engine.connect() as connection:
            if settings:
                connection = connection.execution_options(**settings)
            with connection.begin():
                yield PostgresTransaction(connection)

    def _open(self) -> sqlalchemy.Engine:
        with self._lock:
            if self._failure and time.monotonic() < self._retry_at:
                raise JournalUnavailable(str(self._failure))
            if self._engine is None:
                engine = _engine(self._url)
                try:
                    with self._noticed_errors(), engine.begin() as connection:
                        upgrade_database(connection)
                        self._key = _key(connection)
                except BaseException:
                    engine.dispose()
                    raise
                self._engine = engine
            return self._engine

    @contextmanager
    def _noticed_errors(self) -> Iterator[None]:
        """Raise errors of the database as JournalUnavailable; remember one of its connection for a moment."""
        try:
            with translated_errors():
                yield
        except JournalUnavailable as error:
            if UNREACHABLE in str(error):
                self._failure, self._retry_at = error, time.monotonic() + RETRY_SECONDS
            raise
        self._failure = None


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise errors of the database as JournalUnavailable; the server's own text may quote what is kept."""
    from sqlalchemy import exc

    try:
        yield
    except exc.TimeoutError as error:
        raise JournalUnavailable("The journal's database is busy: try again.") from error
    except exc.DBAPIError as error:
        raise JournalUnavailable(f"The journal's database {describe_failure(failure_of(error))}") from error
    except exc.SQLAlchemyError as error:
        raise JournalUnavailable(f"The journal's database can't be used ({type(error).__name__}).") from error


def _engine(url: str) -> sqlalchemy.Engine:
    try:
        require_driver()
    except Exception as error:
        raise JournalUnavailable(str(error)) from error
    from sqlalchemy import create_engine
    from sqlalchemy.exc import ArgumentError

    given = connection_url(url, "postgresql+psycopg")
    try:
        return create_engine(
            given,
            pool_size=MOST_CONNECTIONS // 2,
            max_overflow=MOST_CONNECTIONS // 2,
            pool_timeout=POOL_SECONDS,
            pool_pre_ping=True,
            pool_recycle=RECYCLE_SECONDS,
            hide_parameters=True,
            connect_args=options(),
        )
    except ArgumentError:
        raise JournalUnavailable(
            "The journal's database can't be used: DATABASE_URL is no URL of PostgreSQL."
        ) from None


def _key(connection: sqlalchemy.Connection) -> bytes:
    """Return the key of the hashes, which is made with the tables."""
    transaction = PostgresTransaction(connection)
    if not (row := transaction.execute("SELECT key FROM journal_key").fetchone()):
        transaction.execute("LOCK TABLE journal_key IN EXCLUSIVE MODE")
        if not (row := transaction.execute("SELECT key FROM journal_key").fetchone()):
            row = (secrets.token_hex(KEY_BYTES),)
            transaction.execute("INSERT INTO journal_key (key) VALUES (:key)", {"key": row[0]})
    key = bytes.fromhex(row[0])
    if len(key) != KEY_BYTES:
        raise JournalUnavailable("The journal's key in the database is damaged: put back a backup of the database.")
    return key


@lru_cache(maxsize=100)
def _statement(sql: str) -> sqlalchemy.TextClause:
    from sqlalchemy import text

    return text(sql)


def storable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return values that PostgreSQL can hold: its texts have no character 0."""
    return {name: value.replace(NUL, "\ufffd") if isinstance(value, str) else value for name, value in row.items()}
