"""Coordination by PostgreSQL, of processes that share a database.

A lock is an advisory lock of a session, which a process proves every second to have: one that has been silent for
SILENT_SECONDS holds nothing any more, and before that counts itself as having lost its locks.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from index.coordination._connecting import UNAVAILABLE, lock_key, open_connection, unavailable
from index.coordination._listening import Listening
from index.coordination.postgres_rates import PostgresRateCounter
from index.domain.errors import Busy, CoordinationUnavailable
from index.domain.messages import Message
from index.storage.postgres import describe_failure

if TYPE_CHECKING:
    import psycopg

__all__ = ["PostgresCoordinator"]

log = logging.getLogger(__name__)

T = TypeVar("T")

PROOF_SECONDS = 1.0
"""How often a session that holds locks proves to be alive."""
DOUBT_SECONDS = 6.0
"""After so long without proof a process counts its locks as lost."""
SILENT_SECONDS = 12
"""After so long without a word the server ends a session, and its locks with it."""

POLL_SECONDS = 0.1

BUSY = Message("Another process is doing this already. Please try again later.")


class Session:
    """A connection, with the names of the locks that it holds."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.names: set[str] = set()
        self.proved = time.monotonic()
        self.lost = False

    def alive(self) -> bool:
        return not self.lost and time.monotonic() - self.proved < DOUBT_SECONDS

    def end(self) -> None:
        self.lost = True
        with contextlib.suppress(Exception):
            self.connection.close()


class SessionLock:
    """A lock of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def held(self) -> bool:
        """Return whether the session is known to live: the lock was lost with it else."""
        return self._session.alive()


class PostgresCoordinator:
    """A `Coordinator` by one database; connected when it is needed, its threads end with `close`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._changes = threading.RLock()
        self._session: Session | None = None
        self._closed = threading.Event()
        self._prover: threading.Thread | None = None
        self._listening = Listening(url, self._closed)
        self.rates = PostgresRateCounter(url)

    @contextlib.contextmanager
    def lock(self, name: str, *, wait: float = 0) -> Iterator[SessionLock]:
        """Hold a lock inside the `with` block.

        Raises Busy if another holds it so long, and CoordinationUnavailable, which is a Busy, without the database.
        """
        until = time.monotonic() + wait
        while (session := self._acquire(name)) is None:
            if time.monotonic() >= until:
                raise Busy(BUSY, f"Lock: {name}")
            time.sleep(min(POLL_SECONDS, max(0.0, until - time.monotonic())))
        try:
            yield SessionLock(session)
        finally:
            self._release(session, name)

    def put(self, key: str, text: str) -> None:
        """Keep a value for all processes instead of the one before."""
        sql = "INSERT INTO coordination_values VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET text = excluded.text"
        self._use(lambda session: session.connection.execute(sql, (key, text)))

    def get(self, key: str) -> str:
        """Return a value; empty if there is none."""
        sql = "SELECT text FROM coordination_values WHERE key = %s"
        row = self._use(lambda session: session.connection.execute(sql, (key,)).fetchone())
        return str(row[0]) if row else ""

    def notify(self, topic: str, text: str = "") -> None:
        """Tell all processes that listen to a topic, this one too."""
        self._use(lambda session: self._listening.send(session.connection, topic, text))

    def listen(self, topic: str, callback: Callable[[str], None]) -> Callable[[], None]:
        """Call `callback` with the text of each later notice, in a thread; return what ends that.

        Notices that come while the database is away are told once it is back, if it is within some minutes.
        """
        known = self._use(lambda session: self._listening.known(session.connection, topic))
        return self._listening.add(topic, callback, known)

    def close(self) -> None:
        """Listen no more, and leave all locks."""
        self._closed.set()
        self.rates.close()
        with self._changes:
            if self._session:
                self._session.end()
            self._session = None

    def _acquire(self, name: str) -> Session | None:
        """Return the session that got the lock; None if somebody else has it."""
        with self._changes:
            if name in self._open().names:  # a session may take its own lock once more
                return None
            sql = "SELECT pg_try_advisory_lock(%s)"
            session, row = self._use(lambda used: (used, used.connection.execute(sql, (lock_key(name),)).fetchone()))
            if not row or not row[0]:
                return None
            session.names.add(name)
            session.proved = time.monotonic()
            return session

    def _release(self, session: Session, name: str) -> None:
        with self._changes:
            session.names.discard(name)
            if session.lost:
                return
            try:
                session.connection.execute("SELECT pg_advisory_unlock(%s)", (lock_key(name),))
            except Exception as error:  # the lock goes with the session
                log.warning("The connection to the database was lost with a lock: %s", describe_failure(error))
                session.end()

    def _prove(self) -> None:
        while not self._closed.wait(PROOF_SECONDS):
            session = self._session
            if session is None or session.lost:
                continue
            asked = time.monotonic()
            try:
                session.connection.execute("SELECT 1")
                session.proved = asked
            except Exception as error:
                if session.names:
                    log.warning("Locks were lost: the database %s", describe_failure(error))
                session.end()

    def _use(self, act: Callable[[Session], T]) -> T:
        """Call with a session that works: with a new one if the one before is found dead."""
        import psycopg

        for attempt in (1, 2):
            session = self._open()
            try:
                return act(session)
            except psycopg.Error as error:
                if session.connection.closed:
                    session.end()
                if attempt == 1 and session.lost:
                    continue
                raise unavailable(error) from error
        raise AssertionError

    def _open(self) -> Session:
        with self._changes:
            if self._closed.is_set():
                raise CoordinationUnavailable(UNAVAILABLE, "It was closed.")
            if self._session is None or self._session.lost or self._session.connection.closed:
                if self._session:
                    self._session.end()
                self._session = open_session(self._url)
                if self._prover is None:
                    self._prover = threading.Thread(target=self._prove, name="locks", daemon=True)
                    self._prover.start()
            return self._session


def open_session(url: str) -> Session:
    """Return a new session. Raises CoordinationUnavailable."""
    settings = {"synchronous_commit": "off", "idle_session_timeout": f"{SILENT_SECONDS}s"}
    return Session(open_connection(url, settings))  # what a crash of the server costs here is no harm
