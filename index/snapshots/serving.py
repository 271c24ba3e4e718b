"""The live index: the live snapshot, open, or the newest good one if that is damaged.

A snapshot is checked against checksums while it is opened; a large one in the background, and its texts as they are
read.
"""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.domain.errors import Damaged, IndexMismatch, LibraryError
from index.domain.messages import RESET, Message, with_fix, without_fix
from index.snapshots.manifest import Manifest
from index.snapshots.store import SnapshotStore

if TYPE_CHECKING:
    from index.retrieval.search_index import SearchIndex
    from index.snapshots.loader import SnapshotLoader

__all__ = ["LiveIndex", "LoadedSnapshot"]

log = logging.getLogger(__name__)

CHECK_INTERVAL = 0.5
"""Seconds between two checks of the pointer, the longest that a switch by another process goes unnoticed."""

RETRY_SECONDS = 60.0
"""After so long a snapshot that could not be followed is tried again: files or memory may have been short."""

CHECK_AGAIN = "unseen"
"""Used in place of the pointer's signature to force the next check to read it."""

Stamp = tuple[tuple[str, int, int, int], ...]
"""For each file its name, time of change in ns, inode and size."""


@dataclass(frozen=True, slots=True)
class LoadedSnapshot:
    """A snapshot that is open."""

    manifest: Manifest
    search_index: SearchIndex


class LiveIndex:
    """Holds the snapshot that answers. Thread-safe: a question takes `loaded` once, and so sees exactly one snapshot.

    `fallback` says why another snapshot than the live one serves; empty if the live one does.
    """

    def __init__(self, *, snapshots: SnapshotStore, model: str) -> None:
        self._snapshots = snapshots
        self._model = model
        self._lock = threading.Lock()
        self._signature: object = None
        self._last_check = 0.0
        self._retry_at = math.inf
        self._whole: set[str] = set()
        self.loaded: LoadedSnapshot | None = None
        self.fallback = ""

    @property
    def search_index(self) -> SearchIndex | None:
        """What questions are answered from now."""
        loaded = self.loaded
        return loaded.search_index if loaded else None

    def manifest(self) -> Manifest:
        """Return the live snapshot's manifest. Raises NoIndex, IndexMismatch, Damaged."""
        return self.check_model(self._snapshots.live())

    def load(self, loader: SnapshotLoader) -> None:
        """Load the live snapshot, or the newest good one if that is damaged. Raises NoIndex, IndexMismatch."""
        with self._lock:
            if self.loaded is not None:
                return
            self._signature = signature = self._snapshots.pointer.signature()
            try:
                loaded, fallback = self.open(self.manifest(), loader), ""
            except Damaged as error:
                now = self._snapshots.pointer.signature()
                if now != signature:  # another was made live meanwhile, and this one may be removed: load that one
                    signature, loaded, fallback = now, self.open(self.manifest(), loader), ""
                else:
                    loaded, fallback = self.newest_good(error, loader)
            self.fallback, self._signature, self.loaded = fallback, signature, loaded
        self._check_later(loaded, loader)

    def is_whole(self, snapshot: str) -> bool:
        """Return whether every byte of a snapshot was checked in this process, and none found damaged since."""
        return snapshot in self._whole

    def replace_loaded(self, loaded: LoadedSnapshot) -> None:
        """Serve from a snapshot that was just made live, of which every byte was checked or just written."""
        with self._lock:
            self._whole.add(loaded.manifest.snapshot.id)
            self.fallback, self._signature, self.loaded = "", CHECK_AGAIN, loaded

    def should_follow(self) -> bool:
        """Return whether CHECK_INTERVAL has passed and `has_changed` is true."""
        now = time.monotonic()
        if now - self._last_check < CHECK_INTERVAL:
            return False
        self._last_check = now
        return self.has_changed()

    def has_changed(self) -> bool:
        """Return whether another snapshot may be live, or be loaded by now; costs a call of stat()."""
        return self._snapshots.pointer.signature() != self._signature or time.monotonic() >= self._retry_at

    def follow(self, loader: SnapshotLoader) -> bool:
        """Load the snapshot that another process made live.

        Takes as long as loading it, and questions are answered meanwhile. If it does not fit or is damaged, that is
        logged once, and the previous snapshot stays in use; it is tried again from time to time. Returns at once if
        another thread is doing it.

        Returns
        -------
        bool
            Whether another snapshot serves now.

        Raises
        ------
        NoIndex, IndexMismatch
            None served before and none can.
        """
        loaded = self.loaded
        if loaded is None:
            self.load(loader)
            return True
        if not self._lock.acquire(blocking=False):
            return False
        try:
            loaded = self.loaded or loaded
            return self.has_changed() and self._load_switched(loaded, self._snapshots.pointer.signature(), loader)
        finally:
            self._lock.release()

    def replace_damaged(self, snapshot: str, error: Damaged, loader: SnapshotLoader) -> bool:
        """Serve from the newest good snapshot in place of one that is damaged; return whether another serves now."""
        self._whole.discard(snapshot)
        with self._lock:
            if self.loaded is None or self.loaded.manifest.snapshot.id != snapshot:
                return self.loaded is not None
            try:
                loaded, fallback = self.newest_good(error, loader)
            except IndexMismatch:
                log.exception("The live snapshot is damaged, and there is no other")
                return False
            self.fallback, self.loaded = fallback, loaded
            return loaded.manifest.snapshot.id != snapshot

    def open(self, manifest: Manifest, loader: SnapshotLoader, *, whole: bool = False) -> LoadedSnapshot:
        """Open a snapshot: its files match their checksums, all of them if `whole`; none changed meanwhile."""
        folder = self._snapshots.folder(manifest.snapshot.id)
        before = _stamp(folder, manifest.files)
        search_index = loader.load(manifest, whole=whole)
        if _stamp(folder, manifest.files) != before:
            id_ = manifest.snapshot.id
            raise Damaged(Message("The snapshot {id} was written to while it was read: load it again.", id=id_))
        if whole or self._snapshots.most_checked(manifest) is None:
            self._whole.add(manifest.snapshot.id)
        return LoadedSnapshot(manifest, search_index)

    def newest_good(self, error: IndexMismatch, loader: SnapshotLoader) -> tuple[LoadedSnapshot, str]:
        """Return the newest snapshot that fits and is whole, and why it serves. Raises `error` if there is none."""
        for name in reversed(self._snapshots.ids()):
            try:
                loaded = self.open(self.check_model(self._snapshots.manifest(name)), loader, whole=True)
            except LibraryError as other:
                log.warning("Snapshot %s can't serve instead: %s", name, without_fix(other))
                continue
            reason = _fallback_reason(error, name)
            log.error("The live snapshot can't serve: %s", reason)
            return loaded, reason
        raise error

    def likely_fallback(self, error: Damaged) -> tuple[Manifest, str] | None:
        """Return the manifest that `newest_good` would probably choose, and the reason; None if there is none."""
        for name in reversed(self._snapshots.ids()):
            with contextlib.suppress(LibraryError):
                return self.check_model(self._snapshots.manifest(name)), _fallback_reason(error, name)
        return None

    def check_model(self, manifest: Manifest) -> Manifest:
        """Return the manifest if its model is the configured one. Raises IndexMismatch."""
        if manifest.snapshot.model != self._model:
            raise IndexMismatch(
                with_fix(
                    RESET,
                    "The index was built with the model {built}, but EMBEDDING_MODEL is {chosen}",
                    built=manifest.snapshot.model,
                    chosen=self._model,
                )
            )
        return manifest

    def _load_switched(self, loaded: LoadedSnapshot, signature: object, loader: SnapshotLoader) -> bool:
        self._signature, self._retry_at = signature, math.inf
        try:
            manifest = self.manifest()
            if manifest == loaded.manifest:
                self.fallback = ""
                return False
            self.fallback, self.loaded = "", self.open(manifest, loader)
        except Exception as error:  # whatever it is, questions are answered
            if self._snapshots.pointer.signature() != signature:  # it was replaced meanwhile: look at the next one
                self._signature = CHECK_AGAIN
                return False
            reason = without_fix(error) if isinstance(error, LibraryError) else type(error).__name__
            fallback = Message(
                "{why} Answers come from snapshot {id} until another is made live.",
                why=reason,
                id=loaded.manifest.snapshot.id,
            )
            if fallback != self.fallback:
                log.warning("The index is not followed: %s", fallback)
            self.fallback, self._retry_at = fallback, time.monotonic() + RETRY_SECONDS
            return False
        log.info("Snapshot %s was made live, and is followed", self.loaded.manifest.snapshot.id)
        self._check_later(self.loaded, loader)
        return True

    def _check_later(self, loaded: LoadedSnapshot, loader: SnapshotLoader) -> None:
        """Check what of a large snapshot was not checked when it was opened, in a thread of its own."""
        if self._snapshots.most_checked(loaded.manifest) is None:
            return

        def check() -> None:
            try:
                self._snapshots.verify(loaded.manifest)
                self._whole.add(loaded.manifest.snapshot.id)
            except Damaged as error:
                if self._snapshots.folder(loaded.manifest.snapshot.id).is_dir():
                    self.replace_damaged(loaded.manifest.snapshot.id, error, loader)

        threading.Thread(target=check, name="check snapshot", daemon=True).start()


def _fallback_reason(error: IndexMismatch, name: str) -> Message:
    return Message(
        "{why} Answers come from snapshot {id}: reindex, or roll back to a good one.", why=without_fix(error), id=name
    )


def _stamp(folder: Path, names: Iterable[str]) -> Stamp:
    """Return when each file was last written to, and which file it is; a missing file is left out."""
    entries = []
    for name in names:
        try:
            entry = (folder / name).stat()
        except OSError:
            continue
        entries.append((name, entry.st_mtime_ns, entry.st_ino, entry.st_size))
    return tuple(entries)
