"""Connections to the database by which processes coordinate, with its tables in place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from index.domain.errors import CoordinationUnavailable
from index.domain.messages import Message
from index.storage.postgres import connect, describe_failure, require_driver

if TYPE_CHECKING:
    import psycopg

__all__ = ["UNAVAILABLE", "lock_key", "open_connection", "unavailable"]

APPLICATION = b"footnote"
TABLES_LOCK = "coordination-tables"

UNAVAILABLE = Message("Other processes can't be reached at the moment. Please try again later.")

TABLES = """
CREATE TABLE IF NOT EXISTS coordination_values (key text PRIMARY KEY, text text NOT NULL);
CREATE TABLE IF NOT EXISTS coordination_notices (
    id text PRIMARY KEY DEFAULT gen_random_uuid(),
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    topic text NOT NULL,
    text text NOT NULL
);
CREATE UNLOGGED TABLE IF NOT EXISTS coordination_rates (
    key text PRIMARY KEY,
    event text NOT NULL,
    count bigint NOT NULL,
    most bigint NOT NULL,
    until timestamptz NOT NULL
)
"""
"""Rates need not survive a crash of the server, which empties an unlogged table."""


def open_connection(url: str, settings: Mapping[str, str]) -> psycopg.Connection[Any]:
    """Return a new connection with these settings. Raises CoordinationUnavailable."""
    require_driver()
    import psycopg

    try:
        connection = connect(url)
        try:
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (lock_key(TABLES_LOCK),))
                connection.execute(TABLES)
            for name, value in settings.items():
                connection.execute("SELECT set_config(%s, %s, false)", (name, value))
        except BaseException:
            connection.close()
            raise
    except psycopg.Error as error:
        raise unavailable(error) from error
    return connection


def lock_key(name: str) -> int:
    """Return the number of a lock: the same in every process and release."""
    digest = hashlib.sha256(APPLICATION + b"\0" + name.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def unavailable(error: BaseException) -> CoordinationUnavailable:
    return CoordinationUnavailable(UNAVAILABLE, f"The database {describe_failure(error)}")
