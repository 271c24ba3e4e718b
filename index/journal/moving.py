"""Moves the journal of a file to PostgreSQL: all or nothing, and compared row by row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from index.domain.errors import InUse, MoveRefused
from index.journal._connections import Connection
from index.journal._database import JournalDatabase
from index.journal._tables import TABLES, Table
from index.journal.copying import is_in_use
from index.journal.postgres import PostgresDatabase, PostgresTransaction, storable

__all__ = ["MoveReport", "move_journal"]

BATCH = 1000

OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'footnote' AND pid != pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Checksum:
    """How many rows a table has, and the SHA-256 of them in the order of the key."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class MoveReport:
    """The rows of each table; `already` says that they had been moved before."""

    rows: Mapping[str, int]
    already: bool


def move_journal(file: Path, database: PostgresDatabase) -> MoveReport:
    """Copy all of a journal into an empty database, in one transaction, and compare; the file stays as it is.

    If it is interrupted the database is as empty as before, and the move can be begun again.

    Raises
    ------
    MoveRefused
        There is no such file, the database holds something else, or a row did not arrive as it was.
    InUse
        A bot has the file or the database open.
    JournalUnavailable
        One of both can't be read or written.
    """
    if not file.is_file():
        raise MoveRefused(f"There is no journal {file}: see to JOURNAL_FILE.")
    if is_in_use(file):
        raise InUse("A bot or console is running here and has the journal open: stop it, then move the journal.")
    with closing(JournalDatabase(file)) as source, source.reading() as old, database.writing() as new:
        _take(new)
        key = source.key()
        before = {table.name: _checksum(_rows(old, table)) for table in TABLES}
        there = {table.name: _checksum(_stream(new, table)) for table in TABLES}
        if any(checksum.rows for checksum in there.values()):
            if there != before or database.stored_key(new) != key:
                raise MoveRefused("The database holds a journal already: name an empty one in DATABASE_URL.")
            return MoveReport({name: checksum.rows for name, checksum in there.items()}, already=True)
        for table in TABLES:
            _copy(old, new, table)
        after = {table.name: _checksum(_stream(new, table)) for table in TABLES}
        if wrong := [name for name in before if before[name] != after[name]]:
            raise MoveRefused(f"Rows of {', '.join(wrong)} did not arrive as they were: nothing was changed.")
        database.store_key(new, key)
    return MoveReport({name: checksum.rows for name, checksum in after.items()}, already=False)


def _take(new: PostgresTransaction) -> None:
    """Keep everybody else out until the transaction ends."""
    if new.execute(OTHERS).fetchone()[0] > 0:
        raise InUse("A bot or console is connected to the database: stop it, then move the journal.")
    new.execute("SET LOCAL statement_timeout = 0")
    new.execute(f"LOCK TABLE {', '.join(table.name for table in TABLES)} IN EXCLUSIVE MODE")


def _copy(old: Connection, new: PostgresTransaction, table: Table) -> None:
    rows = iter(old.execute(table.select))
    while batch := [dict(zip(table.columns, row, strict=True)) for row in islice(rows, BATCH)]:
        new.executemany(table.insert, batch)
    if table.is_numbered:
        sql = "SELECT setval(pg_get_serial_sequence(:name, 'number'), (SELECT max(number) FROM {}))"
        new.execute(sql.format(table.name), {"name": table.name})


def _rows(old: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """Yield the rows as PostgreSQL can hold them."""
    for row in old.execute(table.select):
        yield tuple(storable(dict(zip(table.columns, row, strict=True))).values())


def _stream(new: PostgresTransaction, table: Table) -> Iterator[tuple[Any, ...]]:
    for row in new.stream(table.select, BATCH):
        yield tuple(row)


def _checksum(rows: Iterable[tuple[Any, ...]]) -> Checksum:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(json.dumps(row).encode() + b"\n")
        count += 1
    return Checksum(count, digest.hexdigest())
