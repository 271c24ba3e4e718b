"""Tables of one installation in a PostgreSQL database, and what errors of the server mean."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.domain.errors import NotInstalled, StoreUnavailable
from index.retrieval.search_database import UNREACHABLE, SearchDatabase
from index.storage.postgres import connect, describe_failure

if TYPE_CHECKING:
    import psycopg

__all__ = ["PostgresTables"]

TERMS = "_terms"
"""The end of the name of a table of words that belongs to another table."""

GONE = "42P01"
"""SQLSTATE of a table that is not there."""


class PostgresTables(SearchDatabase):
    """Tables of a database, connected to when first needed; each thread that searches has a connection. Thread-safe.

    Parameters
    ----------
    url
        postgresql://user:password@host:port/database.
    owner_file
        Holds a word that begins the names of tables, so that what is not used any more is removed by nobody else.
        It is made with the first table.
    """

    FILE, KEY = "postgres.json", "table"

    def __init__(self, url: str, *, owner_file: Path) -> None:
        super().__init__(owner_file)
        self._url = url
        self._lock = threading.Lock()
        self._idle: list[psycopg.Connection[Any]] = []

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
            detail = f"PostgreSQL {describe_failure(error).replace('DATABASE_URL', 'STORE_URL')}"
            raise StoreUnavailable(UNREACHABLE, log_detail=detail) from error

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

    def drop(self, name: str) -> None:
        with suppress(StoreUnavailable, ValueError), self.connection() as connection:
            connection.execute(f"DROP TABLE IF EXISTS {name}, {name}{TERMS}".encode())

    def _names(self) -> set[str]:
        names = self.fetch([("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()", ())])
        return {name.removesuffix(TERMS) for (name,) in names}
