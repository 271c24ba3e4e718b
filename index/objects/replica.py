"""One machine of several that share an object storage: it passes on what it builds, and takes up what others built."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, suppress
from dataclasses import replace

from filelock import FileLock, Timeout

from index.domain.coordination import Coordinator
from index.domain.errors import LibraryError, NoIndex, ReindexRunning
from index.domain.messages import Message, system_message
from index.domain.snapshots import StorageStatus
from index.objects.garbage import kept_snapshots, remove_garbage
from index.objects.pointer import NOWHERE, Pointer, read_pointer
from index.objects.snapshots import SharedSnapshots
from index.objects.sources import SharedSources
from index.objects.state import SharedState, read_state, write_state
from index.objects.store import ObjectStore
from index.snapshots.replication import Replication
from index.snapshots.store import SnapshotStore

__all__ = ["LONGEST_WAIT", "LOOK_EVERY", "TOPIC", "Replica", "Superseded"]

TOPIC = "snapshot-published"

LOOK_EVERY = 0.5
"""Seconds between two looks at the pointer."""

LONGEST_WAIT = 30.0
"""Seconds between two looks while the storage does not answer."""

WAIT_FOR_OTHERS = 600.0
"""Seconds that passing on a snapshot waits for another process of this machine that does it."""

log = logging.getLogger(__name__)


class Superseded(Exception):
    """Another machine did something meanwhile that makes this step needless; the next look tells what."""


class Replica(Replication):
    """Keeps the snapshots and sources of one machine the same as those of an object storage. Thread-safe.

    `lock` holds the build lock of this machine, or raises ReindexRunning. `keep` and `cited` say which snapshots stay.
    Files that snapshots of `others` have are not downloaded.
    """

    def __init__(
        self,
        *,
        store: ObjectStore,
        snapshots: SnapshotStore,
        sources: SharedSources,
        lock: Callable[[], AbstractContextManager[object]],
        keep: int,
        cited: Callable[[], Collection[str]] = tuple,
        coordinator: Coordinator | None = None,
        look_every: float = LOOK_EVERY,
        others: SnapshotStore | None = None,
    ) -> None:
        self._store = store
        self._snapshots = snapshots
        self._shared = SharedSnapshots(store, snapshots, others)
        self._sources = sources
        self._lock = lock
        self._keep = keep
        self._cited = cited
        self._coordinator = coordinator
        self._look_every = look_every
        self._state_file = snapshots.root / "objects.json"
        self._round = FileLock(snapshots.root / "objects.lock", thread_local=False)
        self._threads = threading.RLock()
        self._thread: threading.Thread | None = None
        self._wake, self._closed = threading.Event(), threading.Event()
        self._unlisten: Callable[[], None] | None = None
        self._pointer: Pointer | None = None
        self._problems: dict[str, str] = {}
        self._mirrored = 0

    def take_up(self) -> None:
        self._try("snapshots", lambda: self._follow_once(passing_on=False))

    def exchange_sources(self) -> None:
        self._try("sources", self._exchange)

    def published(self) -> None:
        self._try("snapshots", self._publish)

    def prune(self, keep: int, cited: Collection[str]) -> None:
        self._try("garbage", lambda: remove_garbage(self._store, keep, cited))

    def follow(self) -> None:
        with self._threads:
            if self._thread is None and not self._closed.is_set():
                if self._coordinator:
                    self._unlisten = self._coordinator.listen(TOPIC, lambda _: self._wake.set())
                self._thread = threading.Thread(target=self._run, name="objects", daemon=True)
                self._thread.start()

    def status(self) -> StorageStatus | None:
        if self._thread is None:
            self._try("pointer", self._look)
        pointer, problem = self._pointer or NOWHERE, next(iter([*self._problems.values()]), "")
        behind = pointer.serial != read_state(self._state_file, self._store.url).serial
        return StorageStatus(self._store.url, pointer.snapshot, problem, behind)

    def close(self) -> None:
        self._closed.set()
        self._wake.set()
        if self._unlisten:
            self._unlisten()

    def _run(self) -> None:
        wait = self._look_every
        while not self._closed.is_set():
            self._wake.clear()
            wait = self._look_every if self._try("snapshots", self._follow_once) else min(LONGEST_WAIT, 2 * wait)
            self._wake.wait(wait)

    def _try(self, name: str, step: Callable[[], object]) -> bool:
        """Take a step; log once why it failed, and that it works again."""
        try:
            with self._threads:
                step()
        except (ReindexRunning, Timeout, Superseded):  # by another process of this machine: the next look does it
            return True
        except (LibraryError, OSError) as error:
            if isinstance(error, LibraryError):
                problem, detail = error.message, error.log_message
            else:
                problem, detail = Message("This machine can't write: {why}.", why=system_message(error)), str(error)
            if problem != self._problems.get(name):
                log.warning("The object storage is not followed: %s", detail)
            self._problems[name] = problem
            return False
        if self._problems.pop(name, ""):
            log.info("The object storage is followed again")
        return True

    def _look(self) -> Pointer:
        self._pointer, _ = read_pointer(self._store)
        return self._pointer

    def _exchange(self) -> None:
        with self._round.acquire(timeout=WAIT_FOR_OTHERS):
            write_state(self._state_file, self._exchanged())

    def _exchanged(self) -> SharedState:
        """Return the state once sources are the same here and there."""
        return self._sources.exchange(self._state())

    def _follow_once(self, *, passing_on: bool = True) -> None:
        """Take up what is live in the storage; or pass on what is live here, if that could not be done before."""
        pointer = self._look()
        state, here = self._state(), self._live_here()
        if pointer.serial == state.serial and here == pointer.snapshot:
            if passing_on:
                self._mirror(pointer)
            return
        with self._round.acquire(timeout=0):
            state, here = self._state(), self._live_here()
            pointer = self._look()
            if pointer.serial == state.serial or not pointer.snapshot:
                if here and passing_on:
                    self._pass_on()
                return
            if here and here != pointer.snapshot and state.serial:
                log.info("Snapshot %s was made live by another machine, and is taken up", pointer.snapshot)
            self._take_up(pointer)

    def _take_up(self, pointer: Pointer) -> None:
        with self._lock():
            pass  # while a build runs here nothing is fetched, only to be read and checked again at the next look
        manifest, folder = self._shared.download(pointer.snapshot, pointer.manifest)
        state = self._exchanged()
        with self._lock():
            self._shared.make_live(manifest, folder)
            write_state(self._state_file, replace(state, serial=pointer.serial))
            self._try("pruning", lambda: self._snapshots.prune(self._keep, self._cited()))
        self._shared.forget_downloads()

    def _mirror(self, pointer: Pointer) -> None:
        """Download the other snapshots that are kept, too, so that this machine can show them and go back to them."""
        if self._mirrored == pointer.serial:
            return
        with self._round.acquire(timeout=0):
            missing = [name for name in kept_snapshots(self._store, self._keep) if name not in self._snapshots.ids()]
            for name in reversed(missing):
                self._shared.keep(*self._shared.download(name))
            self._mirrored = pointer.serial

    def _pass_on(self) -> None:
        """Pass on what is live here and could not be passed on when it was made live."""
        write_state(self._state_file, self._exchanged())
        self._publish_held()

    def _publish(self) -> None:
        with self._round.acquire(timeout=WAIT_FOR_OTHERS):
            self._publish_held()

    def _publish_held(self) -> None:
        name, checksum = self._snapshots.pointer.read()
        state = self._state()
        pointer = self._shared.publish(name, checksum, serial=state.serial, revision=state.revision)
        self._pointer = pointer
        if pointer.snapshot != name:
            log.warning(
                "Snapshot %s is not passed on: another machine made %s live meanwhile, from newer sources",
                name,
                pointer.snapshot,
            )
            return
        write_state(self._state_file, replace(state, serial=pointer.serial))
        self._announce(pointer)

    def _announce(self, pointer: Pointer) -> None:
        """Tell other machines of a snapshot that is live in the storage now."""
        if self._coordinator:
            with suppress(LibraryError, OSError):
                self._coordinator.notify(TOPIC, pointer.snapshot)

    def _state(self) -> SharedState:
        """Return what this machine and the storage last had in common."""
        return read_state(self._state_file, self._store.url)

    def _live_here(self) -> str:
        try:
            return self._snapshots.pointer.read()[0]
        except (NoIndex, LibraryError):
            return ""
