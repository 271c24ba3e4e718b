"""Tables of one installation in a PostgreSQL database, and what errors of the server mean."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.domain.errors import NotInstalled, StoreUnavailable
from index.domain.messages import Message
from index.retrieval._owned_names import NAME, OwnedNames
from index.storage.atomic import write_atomically
from index.storage.postgres import connect, describe_failure

if TYPE_CHECKING:
    import psycopg

__all__ = ["PostgresTables", "read_table", "write_table"]

REFERENCE = "postgres.json"
"""The file in a folder of a snapshot that names its table."""

TERMS = "_terms"
"""The end of the name of a table of words that belongs to another table."""

GONE = "42P01"
"""SQLSTATE of a table that is not there."""


class PostgresTables:
    """Tables of a database, connected to when first needed; each thread that searches has a connection. Thread-safe.

    Parameters
    ----------
    url
        postgresql://user:password@host:port/database.
    owner_file
        Holds a word that begins the names of tables, so that what is not used any more is removed by nobody else.
        It is made with the first table.
    """

    def __init__(self, url: str, *, owner_file: Path) -> None:
        self._url = url
        self._names = OwnedNames(owner_file)
        self._lock = threading.Lock()
        self._idle: list[psycopg.Connection[Any]] = []

    def new_name(self, kind: str) -> str:
        return self._names.new(kind)

    @contextmanager
    def connection(self, *, fresh: bool = False, keep: bool = True) -> Iterator[psycopg.Connection[Any]]:
        """Yield a connection in autocommit mode.

        Raises
        ------
        StoreUnavailable
            In the block: the server cannot be reached or refuses.
        ValueError
            In the block: a table is gone.
        """
        try:
            import psycopg
        except ImportError as error:
            raise NotInstalled("STORE_URL with PostgreSQL", extra="postgres") from error
        try:
            found = None if fresh else self._idle_connection()
            found = found or connect(self._url)
            try:
                yield found
                if keep:
                    with self._lock:
                        self._idle.append(found)
            except BaseException:
                keep = False
                raise
            finally:
                if not keep:
                    found.close()
        except psycopg.Error as error:
            if error.sqlstate == GONE:
                raise ValueError("a table of the snapshot is gone from PostgreSQL") from error
            raise StoreUnavailable(
                Message("The search server cannot be reached just now: ask again in a moment."),
                log_detail=f"PostgreSQL {describe_failure(error).replace('DATABASE_URL', 'STORE_URL')}",
            ) from error

    def fetch(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> list[tuple[Any, ...]]:
        """Run statements in one transaction, and return the rows of the last."""
        with self.connection() as connection, connection.transaction():
            for statement, values in statements:
                cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall()

    def _idle_connection(self) -> psycopg.Connection[Any] | None:
        """Return an idle connection that still reaches the server, None if there is none; cut ones are closed."""
        import psycopg

        while True:
            with self._lock:
                if not self._idle:
                    return None
                found = self._idle.pop()
            try:
                found.execute("")
            except psycopg.Error:
                found.close()
            else:
                return found

    @contextmanager
    def building(self) -> Iterator[psycopg.Connection[Any]]:
        """Yield a connection without a limit of time, closed at the end."""
        with self.connection(fresh=True, keep=False) as connection:
            connection.execute("SET statement_timeout = 0")
            connection.execute("SET maintenance_work_mem = '512MB'")
            yield connection

    def drop(self, *names: str) -> None:
        """Remove tables, if the server can be reached."""
        with suppress(StoreUnavailable, ValueError), self.connection() as connection:
            for name in names:
                connection.execute(f"DROP TABLE IF EXISTS {name}".encode())

    def sweep(self, used: Collection[str]) -> None:
        """Remove this owner's tables that are older than a day and not in use."""
        names = self.fetch([("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()", ())])
        for (name,) in names:
            if self._names.is_left_over(name.removesuffix(TERMS), used):
                self.drop(name)


def write_table(folder: Path, name: str) -> None:
    """Write which table belongs to a folder of a snapshot."""
    write_atomically(folder / REFERENCE, json.dumps({"table": name}).encode() + b"\n")


def read_table(folder: Path) -> str:
    """Return the name of a folder's table. Raises OSError if there is none, ValueError if it is damaged."""
    try:
        name = str(json.loads((folder / REFERENCE).read_bytes())["table"])
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"{REFERENCE} is not as it was written") from error
    if not NAME.fullmatch(name):  # it becomes part of a statement
        raise ValueError(f"{REFERENCE} names no table")
    return name
