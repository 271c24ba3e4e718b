"""Replication of snapshots and sources to where other machines find them; by default there is none."""

from __future__ import annotations

from collections.abc import Collection

from index.domain.snapshots import StorageStatus

__all__ = ["LOCAL_ONLY", "Replication"]


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
