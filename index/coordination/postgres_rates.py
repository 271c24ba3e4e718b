"""Rates of events in PostgreSQL: rows of a table, counted by one statement for all limits of an event."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from index.coordination._connecting import open_connection, unavailable

if TYPE_CHECKING:
    import psycopg

    from index.domain.limits import RateLimit

__all__ = ["PostgresRateCounter"]

T = TypeVar("T")

SETTINGS = {"lock_timeout": "500ms"}
"""No process waits for long for rows that another one holds."""

TAKE = """
INSERT INTO coordination_rates AS kept (key, event, count, most, until)
SELECT key, %(event)s, 1, most, statement_timestamp() + seconds * interval '1 second'
FROM unnest(%(keys)s::text[], %(most)s::bigint[], %(seconds)s::float8[]) AS wanted (key, most, seconds) ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    event = excluded.event,
    most = excluded.most,
    count = CASE WHEN kept.until <= statement_timestamp() THEN 1
                 WHEN kept.event = excluded.event THEN kept.count ELSE kept.count + 1 END,
    until = CASE WHEN kept.until <= statement_timestamp() THEN excluded.until ELSE kept.until END
WHERE kept.until <= statement_timestamp() OR kept.event = excluded.event OR kept.count < excluded.most
RETURNING key
"""
"""The keys of limits that admit the event; in order, so that two processes wait for each other's rows in turn."""

TAKE_BACK = """
WITH gone AS (
    DELETE FROM coordination_rates WHERE key = ANY(%(taken)s) AND event = %(event)s AND count = 1
), fewer AS (
    UPDATE coordination_rates SET count = count - 1, event = ''
    WHERE key = ANY(%(taken)s) AND event = %(event)s AND count > 1
)
SELECT key, extract(epoch FROM until - statement_timestamp())::float8
FROM coordination_rates WHERE key = ANY(%(reached)s)
"""
"""Of an event that some limits do not admit: undoes what the others counted, and tells how long the former last."""

GIVE_BACK = "DELETE FROM coordination_rates WHERE key = %s AND event = %s"

SWEEP = """
DELETE FROM coordination_rates WHERE key IN (
    SELECT key FROM coordination_rates WHERE until <= now() ORDER BY key LIMIT 10000 FOR UPDATE SKIP LOCKED
)
"""
SWEEP_SECONDS = 30.0
"""How often a process that counts events deletes the rows that count no more."""


class PostgresRateCounter:
    """A `RateCounter` by one database, over a connection of its own, made when it is needed; times are the server's."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None
        self._sweep_at = 0.0

    def take(self, event: str, limits: Sequence[RateLimit]) -> Mapping[str, float]:
        """Count an event against all limits or none; return the seconds until those that are reached admit another."""
        values: dict[str, Any] = {"event": event, "keys": [limit.key for limit in limits]}
        values |= {"most": [limit.most for limit in limits], "seconds": [limit.seconds for limit in limits]}

        def count(connection: psycopg.Connection[Any]) -> dict[str, float]:
            taken = {key for (key,) in connection.execute(TAKE, values)}
            reached = {limit.key: 0.0 for limit in limits if limit.key not in taken}
            if reached:
                undone = {"event": event, "taken": list(taken), "reached": list(reached)}
                reached |= {key: max(0.0, left) for key, left in connection.execute(TAKE_BACK, undone)}
            if time.monotonic() >= self._sweep_at:
                self._sweep_at = time.monotonic() + SWEEP_SECONDS
                connection.execute(SWEEP)
            return reached

        return self._use(count)

    def give_back(self, event: str, key: str) -> None:
        """Forget what was counted for a key, if this event was the last."""
        self._use(lambda connection: connection.execute(GIVE_BACK, (key, event)))

    def close(self) -> None:
        """Close the connection; a later use opens it again."""
        with self._lock:
            self._disconnect()

    def _use(self, act: Callable[[psycopg.Connection[Any]], T]) -> T:
        """Call with a connection that works: with a new one if the one before is found dead."""
        import psycopg

        with self._lock:
            for attempt in (1, 2):
                if self._connection is None:
                    self._connection = open_connection(self._url, SETTINGS)
                try:
                    return act(self._connection)
                except psycopg.Error as error:
                    if self._connection.closed:
                        self._disconnect()
                    if attempt == 1 and self._connection is None:
                        continue
                    raise unavailable(error) from error
            raise AssertionError

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
