"""Notices through PostgreSQL: rows of a table, and LISTEN/NOTIFY to look at them at once."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from index.storage.postgres import connect, describe_failure

if TYPE_CHECKING:
    import psycopg

__all__ = ["Listening"]

log = logging.getLogger(__name__)

CHANNEL = "footnote_notices"
FORGET = "DELETE FROM coordination_notices WHERE at < now() - interval '10 minutes'"
"""How long a notice is kept for processes whose connection was lost."""
LOOK_SECONDS = 5.0
"""How long one waits for a signal before one looks anyway."""
RETRY_SECONDS = 0.5

Callback = Callable[[str], None]


class Listening:
    """What a process listens to, in a thread with a connection of its own, which is made anew if it is lost."""

    def __init__(self, url: str, closed: threading.Event) -> None:
        self._url = url
        self._closed = closed
        self._changes = threading.Lock()
        self._listeners: defaultdict[str, list[Callback]] = defaultdict(list)
        self._seen: dict[str, set[str]] = {}
        self._thread: threading.Thread | None = None

    def send(self, connection: psycopg.Connection[Any], topic: str, text: str) -> None:
        """Write a notice and signal it; a text may have any length, for the signal does not carry it."""
        with connection.transaction():
            connection.execute(FORGET)
            connection.execute("INSERT INTO coordination_notices (topic, text) VALUES (%s, %s)", (topic, text))
            connection.execute(f"NOTIFY {CHANNEL}")

    def known(self, connection: psycopg.Connection[Any], topic: str) -> set[str]:
        """Return the ids of a topic's notices so far."""
        rows = connection.execute("SELECT id FROM coordination_notices WHERE topic = %s", (topic,))
        return {notice for (notice,) in rows}

    def add(self, topic: str, callback: Callback, known: set[str]) -> Callable[[], None]:
        """Call back for every notice but those that are known; return what ends that."""
        with self._changes:
            self._seen.setdefault(topic, set()).update(known)
            self._listeners[topic].append(callback)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="notices", daemon=True)
                self._thread.start()

        def end() -> None:
            with self._changes, contextlib.suppress(ValueError):
                self._listeners[topic].remove(callback)

        return end

    def _run(self) -> None:
        while not self._closed.is_set():
            try:
                with connect(self._url) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    while not self._closed.is_set():
                        self._look(connection)
                        for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                            pass
            except Exception as error:  # the server is away: notices are looked up once it is back
                log.warning("Notices of other processes come later: the database %s", describe_failure(error))
                self._closed.wait(RETRY_SECONDS)

    def _look(self, connection: psycopg.Connection[Any]) -> None:
        """Call back for the notices that are new."""
        rows = connection.execute("SELECT id, topic, text FROM coordination_notices ORDER BY at").fetchall()
        kept = {notice for notice, _, _ in rows}
        for notice, topic, text in rows:
            with self._changes:
                seen, callbacks = self._seen.get(topic), [*self._listeners[topic]]
                if seen is None or notice in seen:
                    continue
                seen.add(notice)
            for callback in callbacks:
                _call(callback, text)
        with self._changes:
            for seen in self._seen.values():
                seen &= kept


def _call(callback: Callback, text: str) -> None:
    try:
        callback(text)
    except Exception:  # the others are told all the same
        log.exception("A notice could not be taken")
