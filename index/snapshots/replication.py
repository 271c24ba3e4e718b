"""Replication of snapshots and sources to where other machines find them; by default there is none."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from index.domain.snapshots import StorageStatus

__all__ = ["LOCAL_ONLY", "LOCAL_SERVERS", "Replication", "ServerReplication"]


class Replication:
    """What keeps one machine's snapshots and sources the same as others'; this one does nothing.

    Its methods never fail because of the other place: they log why, and the machine goes on with what it has.
    """

    def take_up(self) -> None:
        """Make the snapshot live that is live elsewhere; not to be called by who holds the build lock."""

    def exchange_sources(self) -> None:
        """Take up sources that were added, changed or removed elsewhere, and pass on what was here."""

    def published(self) -> None:
        """Pass on the snapshot that is live here."""

    def prune(self, keep: int, cited: Collection[str]) -> None:
        """Remove what is no longer needed elsewhere: keep the newest snapshots, and the newest of those cited."""

    def follow(self) -> None:
        """Take up what becomes live elsewhere, in the background from now on."""

    def status(self) -> StorageStatus | None:
        """Return where snapshots are kept, and which is live there; None if on this machine alone."""
        return None

    def close(self) -> None:
        """Follow no more."""


LOCAL_ONLY = Replication()


class ServerReplication:
    """What keeps the collections of servers on one machine the same as others'; this one does nothing.

    `of`, `follow`, `mark` and `close` never wait for the other place.
    """

    def of(self, server: int) -> Replication:
        """Return what does it for one server. Raises ValueError for what is no id."""
        return LOCAL_ONLY

    def follow(self, deleted: Callable[[int], None]) -> None:
        """Take up in the background from now on what becomes live, is marked or is deleted elsewhere.

        `deleted` is told, in another thread, of a server that was deleted elsewhere before its folder goes here.
        """

    @contextmanager
    def deleting(self, server: int) -> Iterator[bool]:
        """Delete what there is of a server elsewhere, then run the block; yield whether there was anything.

        Nothing of it is taken up or passed on meanwhile. Raises LibraryError: then the block does not run.
        """
        yield False

    def mark(self, server: int, left: datetime | None) -> None:
        """Pass on since when the bot is no longer in a server; None if it is."""

    def close(self) -> None:
        """Follow no more."""


LOCAL_SERVERS = ServerReplication()
