"""What the journal asks of a database: transactions in SQL that SQLite and PostgreSQL read alike, and keyed hashes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

__all__ = ["Connection", "Database", "Rows"]


class Rows(Protocol):
    """The result of a statement."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Sequence[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A transaction; values have names, in the statement after a colon."""

    def execute(self, sql: str, values: Mapping[str, Any] = ..., /) -> Rows: ...

    def executemany(self, sql: str, values: Sequence[Mapping[str, Any]], /) -> Rows: ...


class Database(Protocol):
    """Where the journal is kept. Thread-safe; every method raises JournalUnavailable."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that reads."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that writes: committed when the block ends, rolled back if it raises."""

    def serialise(self, db: Connection, name: str, /) -> None:
        """Let no other transaction of this name run beside this one, from now until it ends."""

    def hash_id(self, kind: str, number: int) -> str:
        """Return 64 hexadecimal digits for a user's or a channel's id, which cannot be traced back without the key."""

    def scrub(self, *, whole: bool = False) -> None:
        """Erase what was deleted as far as the database can; that it could not is logged."""

    def close(self) -> None:
        """Close the connections; a later use opens them again."""
