"""Rates of events in PostgreSQL: rows of a table, counted in one transaction for all limits of an event."""

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

SETTINGS = {"lock_timeout": "500ms", "idle_in_transaction_session_timeout": "2s"}
"""No process waits for long for the rows of another one, which may have stopped in the middle."""

TAKE = """
INSERT INTO coordination_rates AS kept (key, event, count, until)
SELECT key, %(event)s, 1, statement_timestamp() + seconds * interval '1 second'
FROM unnest(%(keys)s::text[], %(seconds)s::float8[]) AS wanted (key, seconds) ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    event = excluded.event,
    count = CASE WHEN kept.until <= statement_timestamp() THEN 1
                 WHEN kept.event = excluded.event THEN kept.count ELSE kept.count + 1 END,
    until = CASE WHEN kept.until <= statement_timestamp() THEN excluded.until ELSE kept.until END
RETURNING kept.key, kept.count, extract(epoch FROM kept.until - statement_timestamp())::float8
"""
"""In the order of the keys, so that two processes that take the same rows wait for each other in turn."""

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
        from psycopg import Rollback

        most = {limit.key: limit.most for limit in limits}
        values = {"event": event, "keys": list(most), "seconds": [limit.seconds for limit in limits]}

        def count(connection: psycopg.Connection[Any]) -> dict[str, float]:
            with connection.transaction() as transaction:
                rows = connection.execute(TAKE, values).fetchall()
                reached = {key: max(0.0, left) for key, count, left in rows if count > most[key]}
                if reached:
                    raise Rollback(transaction)
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
