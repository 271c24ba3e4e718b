"""Machines that share an object storage, each with folders of its own, on the fake engines."""

from __future__ import annotations

import threading
from collections.abc import Collection
from pathlib import Path

from index.indexing.build_lock import LOCK_NAME, BuildLock
from index.indexing.progress import ReindexProgress, ReindexRequest
from index.objects.replica import Replica
from index.objects.sources import SharedSources
from index.objects.store import ObjectStore
from index.snapshots.store import SnapshotStore
from tests.support.index_fakes import library

__all__ = ["Machine"]


class Machine:
    """A machine with a library; nothing is loaded yet, and it follows only when it is told to."""

    def __init__(self, folder: Path, store: ObjectStore, *, keep: int = 3, cited: Collection[str] = ()) -> None:
        self.seeds, self.index = folder / "seeds", folder / "index"
        self.snapshots = SnapshotStore(self.index)
        self.store = store
        lock = BuildLock(self.index / LOCK_NAME)
        self.replica = Replica(
            store=store,
            snapshots=self.snapshots,
            sources=SharedSources(store, seeds=self.seeds, fetched=self.index / "fetched"),
            lock=lambda: lock.hold(ReindexProgress([ReindexRequest()])),
            keep=keep,
            cited=lambda: cited,
            look_every=0.05,
        )
        self.library = library(self.seeds, self.index, keep=keep, replication=self.replica)

    @property
    def live(self) -> str:
        """The id of the snapshot that its files name."""
        return self.snapshots.pointer.read()[0]

    @property
    def serving(self) -> str:
        """The id of the snapshot that answers."""
        return self.library.ask("What is Scout?").snapshot

    def add(self, name: str, text: str) -> None:
        self.seeds.mkdir(parents=True, exist_ok=True)
        (self.seeds / name).write_text(text, encoding="utf-8")

    def reindex(self) -> str:
        return self.library.reindex().snapshot.id

    def follow_while(self, stopped: threading.Event) -> threading.Thread:
        """Follow as a bot does, in a thread, until `stopped`."""

        def follow() -> None:
            while not stopped.wait(0.05):
                self.library.follow()

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        return thread
