"""The collections of all servers on one machine, kept the same as in the object storage."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from index.domain.coordination import Coordinator
from index.domain.errors import LibraryError
from index.objects.replica import LONGEST_WAIT, LOOK_EVERY
from index.objects.server_replica import TOPIC, ServerReplica
from index.objects.server_table import UNKNOWN, ServerEntry, ServerTable
from index.objects.store import ObjectStore
from index.snapshots.replication import ServerReplication
from index.snapshots.store import SnapshotStore
from index.storage.server_folders import ServerFolders

__all__ = ["ServerReplicas"]

RETRY_SECONDS = 10.0
"""How long a server waits with which something went wrong, while others are looked after."""

THREADS = 4
"""Servers that are looked after at once."""

log = logging.getLogger(__name__)


class ServerReplicas(ServerReplication):
    """Looks after each server once at the start, and later when its entry in the table changes. Thread-safe.

    `lock` holds the build lock of an index, or raises ReindexRunning. Files of `shared` are not downloaded.
    """

    def __init__(
        self,
        *,
        store: ObjectStore,
        folders: ServerFolders,
        lock: Callable[[Path], AbstractContextManager[object]],
        keep: int,
        cited: Callable[[], Collection[str]],
        shared: SnapshotStore,
        coordinator: Coordinator | None = None,
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._store = store
        self._folders = folders
        self._lock = lock
        self._keep = keep
        self._cited = cited
        self._snapshots = shared
        self._coordinator = coordinator
        self._look_every = look_every
        self._table = ServerTable(store)
        self._guard = threading.Lock()
        self._replicas: dict[int, ServerReplica] = {}
        self._seen: dict[int, ServerEntry] = {}
        self._again: dict[int, float] = {}
        self._marks: dict[int, str] = {}
        self._busy: set[int] = set()
        self._deleted: Callable[[int], None] = lambda server: None
        self._threads: ThreadPoolExecutor | None = None
        self._wake, self._closed = threading.Event(), threading.Event()
        self._unlisten: Callable[[], None] | None = None

    def of(self, server: int) -> ServerReplica:
        with self._guard:
            if server not in self._replicas:
                self._replicas[server] = ServerReplica(
                    server,
                    store=self._store,
                    table=self._table,
                    folders=self._folders,
                    lock=self._lock,
                    keep=self._keep,
                    cited=self._cited,
                    coordinator=self._coordinator,
                    shared=self._snapshots,
                    published=lambda: self._look_again(server),
                )
            return self._replicas[server]

    def follow(self, deleted: Callable[[int], None]) -> None:
        with self._guard:
            if self._threads is not None or self._closed.is_set():
                return
            self._deleted = deleted
            self._threads = ThreadPoolExecutor(THREADS, "servers")
            self._again = dict.fromkeys(self._folders.servers(), 0.0)
            if self._coordinator:
                self._unlisten = self._coordinator.listen(TOPIC, lambda _: self._wake.set())
            threading.Thread(target=self._run, args=(self._threads,), name="servers", daemon=True).start()

    @contextmanager
    def deleting(self, server: int) -> Iterator[bool]:
        replica = self.of(server)
        with replica.exclusive():
            had = self._table.entry(server).present
            self._table.update(server, _without_collection)
            yield replica.clear() or had
        self._notify(server)

    def mark(self, server: int, left: datetime | None) -> None:
        with self._guard:
            self._marks[server] = left.isoformat() if left else ""
        self._wake.set()

    def close(self) -> None:
        with self._guard:
            self._closed.set()
            if self._threads:
                self._threads.shutdown(wait=False, cancel_futures=True)
        self._wake.set()
        if self._unlisten:
            self._unlisten()

    def _look_again(self, server: int) -> None:
        with self._guard:
            self._again.setdefault(server, 0.0)
        self._wake.set()

    def _run(self, threads: ThreadPoolExecutor) -> None:
        wait, problem = self._look_every, ""
        while not self._closed.is_set():
            self._wake.clear()
            try:
                self._look(threads)
                wait, problem = self._look_every, ""
            except (LibraryError, OSError) as error:
                wait = min(LONGEST_WAIT, 2 * wait)
                if (why := _reason(error)) != problem:
                    log.warning("The collections of servers in the object storage are not followed: %s", why)
                    problem = why
            self._wake.wait(wait)

    def _look(self, threads: ThreadPoolExecutor) -> None:
        """Begin to look after the servers whose turn it is."""
        entries = self._table.read()
        with self._guard:
            if self._closed.is_set():
                return
            due = self._due(entries)
            self._busy |= due
            for server in sorted(due):
                threads.submit(self._look_after, server, entries.get(server, UNKNOWN))

    def _due(self, entries: Mapping[int, ServerEntry]) -> set[int]:
        now = time.monotonic()
        changed = {each for each in {*entries, *self._seen} if entries.get(each, UNKNOWN) != self._seen.get(each)}
        waiting = {server for server, until in self._again.items() if until > now}
        return (changed | self._again.keys() | self._marks.keys()) - waiting - self._busy

    def _look_after(self, server: int, entry: ServerEntry) -> None:
        """Make a server's collection here and in the storage the same; note what is left to do."""
        replica, done = self.of(server), False
        try:
            entry = self._pass_on_mark(server, entry)
            done = self._sync(server, replica, entry)
        except Exception as error:  # the other servers have their turn, and this one has it again
            log.warning("What a server has is not the same as in the object storage yet: %s", _reason(error))
            delay = RETRY_SECONDS
        else:
            delay = RETRY_SECONDS if replica.has_failed else 0.0
        finally:
            with self._guard:
                self._busy.discard(server)
        with self._guard:
            if done:
                self._seen[server] = entry
                self._again.pop(server, None)
            else:
                self._again[server] = time.monotonic() + delay

    def _sync(self, server: int, replica: ServerReplica, entry: ServerEntry) -> bool:
        replica.delete_if_known_before(entry, lambda: self._delete_here(server))
        if entry.deletions and not entry.present:
            replica.remove_leftovers()
        self._take_up_mark(server, entry)
        if entry.present or self._folders.index(server).is_dir():
            return replica.sync()
        return True

    def _delete_here(self, server: int) -> None:
        self._deleted(server)
        self._folders.delete(server)
        log.info("What a server had was deleted on another machine, and is deleted here")

    def _pass_on_mark(self, server: int, entry: ServerEntry) -> ServerEntry:
        """Return a server's entry, in which is what was marked here."""
        with self._guard:
            left = self._marks.get(server)
        if left is None:
            return entry
        entry = self._table.update(server, lambda current: replace(current, left=left))
        with self._guard:
            if self._marks.get(server) == left:
                del self._marks[server]
        return entry

    def _take_up_mark(self, server: int, entry: ServerEntry) -> None:
        if entry.left and not self._folders.has_left(server):
            self._folders.mark_left(server, datetime.fromisoformat(entry.left))
        elif entry != UNKNOWN and not entry.left:
            self._folders.unmark_left(server)

    def _notify(self, server: int) -> None:
        if self._coordinator:
            try:
                self._coordinator.notify(TOPIC, str(server))
            except (LibraryError, OSError):  # the others look by themselves
                return


def _without_collection(entry: ServerEntry) -> ServerEntry:
    """Return the entry once its collection is deleted; a server that was never there needs none."""
    return entry if entry == UNKNOWN else ServerEntry(deletions=entry.deletions + 1)


def _reason(error: Exception) -> str:
    return error.log_message if isinstance(error, LibraryError) else type(error).__name__
