"""The collection of one server on one machine, kept the same as in the object storage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from filelock import Timeout

from index.domain.coordination import Coordinator
from index.domain.errors import LibraryError, ReindexRunning
from index.domain.messages import Message
from index.objects.pointer import Pointer
from index.objects.replica import Replica, Superseded
from index.objects.server_table import ServerEntry, ServerTable
from index.objects.sources import SharedSources
from index.objects.state import SharedState, read_state
from index.objects.store import ObjectStore
from index.snapshots.store import SnapshotStore
from index.storage.server_folders import ServerFolders

__all__ = ["SERVERS", "TOPIC", "ServerReplica"]

SERVERS = "servers"
TOPIC = "server-published"

WAIT_TO_DELETE = 10.0
"""Seconds that a deletion waits for what is being taken up or passed on."""


class ServerReplica(Replica):
    """Keeps the snapshots and sources of one server the same; told by the table what others do, it has no thread.

    What was deleted on another machine after this one last shared it is neither passed on nor taken up.
    """

    def __init__(
        self,
        server: int,
        *,
        store: ObjectStore,
        table: ServerTable,
        folders: ServerFolders,
        lock: Callable[[Path], AbstractContextManager[object]],
        keep: int,
        cited: Callable[[], Collection[str]],
        coordinator: Coordinator | None,
        shared: SnapshotStore,
        published: Callable[[], None],
    ) -> None:
        """Open nothing yet; `published` is called when a snapshot was made live here, passed on or not."""
        own = store.below(f"{SERVERS}/{folders.folder(server).name}")
        index = folders.index(server)
        super().__init__(
            store=own,
            snapshots=SnapshotStore(index),
            sources=SharedSources(own, seeds=folders.sources(server), fetched=index / "fetched", may_be_empty=True),
            lock=lambda: lock(index),
            keep=keep,
            cited=cited,
            coordinator=coordinator,
            others=shared,
        )
        self._server = server
        self._table = table
        self._folders = folders
        self._published = published

    @property
    def has_failed(self) -> bool:
        """Whether the last step failed, so that the next one may wait a little."""
        return bool(self._problems)

    def follow(self) -> None:
        """Do nothing: one thread follows all servers, by the table."""

    def published(self) -> None:
        super().published()
        self._published()

    def sync(self) -> bool:
        """Take up or pass on what is new; return whether both sides are the same now, and the table says so."""
        for _ in range(2):  # a second time for the older snapshots, once the live one is there
            if not self._try("snapshots", self._follow_once):
                return False
        pointer, state = self._pointer, read_state(self._state_file, self._store.url)
        if pointer is None or (state.serial, self._live_here()) != (pointer.serial, pointer.snapshot):
            return False
        return not pointer.snapshot or self._try("table", lambda: self._announce(pointer))

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Take up and pass on nothing during the block. Raises ReindexRunning if that does not end in time."""
        with self._threads:
            try:
                held = self._round.acquire(timeout=WAIT_TO_DELETE)
            except Timeout as error:
                raise ReindexRunning(
                    Message("A reindex of this server is running: cancel it, or wait until it is done.")
                ) from error
            with held:
                yield

    def clear(self) -> bool:
        """Remove all that the storage has of the server; return whether there was anything."""
        return self._store.clear()

    def remove_leftovers(self) -> None:
        """Remove what the storage has of a server that was deleted, if who deleted it died before all was gone."""
        with self._threads:
            found = self._store.list("")
            if found and not self._table.entry(self._server).present:
                self._store.remove([each.key for each in found])

    def delete_if_known_before(self, entry: ServerEntry, delete: Callable[[], None]) -> None:
        """Delete what is here if it was shared before it was deleted in the storage. Raises ReindexRunning."""
        with self._threads:
            if not self._knew_before(entry):
                return
            with self.exclusive():
                if self._knew_before(entry):  # another process may have deleted it meanwhile
                    with self._lock():
                        delete()

    def _knew_before(self, entry: ServerEntry) -> bool:
        """Whether what is here was shared before it was deleted in the storage."""
        state = read_state(self._state_file, self._store.url)
        return not state.is_new and state.deletions < entry.deletions

    def _state(self) -> SharedState:
        state = super()._state()
        return replace(state, deletions=self._table.entry(self._server).deletions) if state.is_new else state

    def _exchanged(self) -> SharedState:
        self._claim()
        return super()._exchanged()

    def _pass_on(self) -> None:
        with self._lock():  # what a first build begins from is live here before that build is whole
            super()._pass_on()

    def _publish_held(self) -> None:
        self._claim()
        super()._publish_held()

    def _claim(self) -> None:
        """Note that there is something of the server, before it is written. Raises Superseded if it was deleted."""
        known, left = self._state().deletions, self._folders.left_at(self._server)

        def claimed(entry: ServerEntry) -> ServerEntry:
            _check_not_deleted(entry, known)
            if entry.present:
                return entry
            return replace(entry, deletions=known, present=True, left=left.isoformat() if left else "")

        self._table.update(self._server, claimed)

    def _announce(self, pointer: Pointer) -> None:
        known = self._state().deletions

        def announced(entry: ServerEntry) -> ServerEntry:
            _check_not_deleted(entry, known)
            return replace(entry, deletions=known, present=True, serial=pointer.serial)

        before = self._table.entry(self._server)
        if self._table.update(self._server, announced) != before and self._coordinator:
            with suppress(LibraryError, OSError):
                self._coordinator.notify(TOPIC, str(self._server))


def _check_not_deleted(entry: ServerEntry, known: int) -> None:
    """Raise Superseded if what is here was deleted since; a table that was lost knows of fewer deletions."""
    if entry.deletions > known:
        raise Superseded
