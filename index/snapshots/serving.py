"""Which snapshot answers: the live one, whoever made it live, or the newest good one where that is damaged.

What is on a shelf can't change under it. All that is read into memory is checked against checksums while it is loaded.
What stays on the disk and is read when it is needed (ON_DISK) is never written again by this program, and outlives its
folder's removal for as long as it is open; if anything else writes to it, its times change, which is looked for
whenever the pointer is. What no look can tell is a disk that gives back other bytes than it was given.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.domain.errors import Damaged, IndexMismatch, LibraryError
from index.domain.messages import RESET, Message, with_fix, without_fix
from index.snapshots.manifest import Manifest
from index.snapshots.store import SnapshotStore

if TYPE_CHECKING:
    from index.retrieval.search_index import SearchIndex

__all__ = ["LiveIndex", "LoadedSnapshot"]

log = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between two looks at the pointer, and so the longest that a switch goes unnoticed while questions come."""

UNSEEN = "unseen"
"""In the place of the pointer's signature where it is to be looked at in any case."""

ON_DISK = ("tokens.npy", "token_pieces.npy", "states.npy", "state_ids.npy")
"""Files of a snapshot that stay on the disk while it serves."""

Open = Callable[[Manifest], "SearchIndex"]
Stamp = tuple[tuple[str, int, int, int, int], ...]


@dataclass(frozen=True, slots=True)
class LoadedSnapshot:
    """A snapshot in memory, and how its files on disk were when they were checked; an empty stamp where none are."""

    manifest: Manifest
    shelf: SearchIndex
    stamp: Stamp = ()


class LiveIndex:
    """Thread-safe. A question takes `held` once, and so is answered from exactly one snapshot."""

    def __init__(self, *, snapshots: SnapshotStore, model: str) -> None:
        self._snapshots = snapshots
        self._model = model
        self._changing = threading.Lock()
        self._seen: object = None
        self._looked = 0.0
        self.held: LoadedSnapshot | None = None
        self.fallback = ""
        """Why another snapshot than the live one serves."""

    @property
    def shelf(self) -> SearchIndex | None:
        """What questions are answered from now."""
        held = self.held
        return held.shelf if held else None

    def live(self) -> Manifest:
        """The live snapshot's manifest. Raises NoIndex, IndexMismatch, Damaged."""
        return self.fitting(self._snapshots.live())

    def load(self, open_: Open) -> None:
        """Have the live snapshot in memory, or the newest good one where that is damaged.

        Raises NoIndex, IndexMismatch.
        """
        with self._changing:
            if self.held is not None:
                return
            self._seen = seen = self._snapshots.pointer.signature()
            try:
                held, fallback = self.opened(self.live(), open_), ""
            except Damaged as error:
                now = self._snapshots.pointer.signature()
                if now != seen:  # another was made live meanwhile, and this one may be cleared away: see that one
                    seen, held, fallback = now, self.opened(self.live(), open_), ""
                else:
                    held, fallback = self.instead(error, open_)
            self.fallback, self._seen, self.held = fallback, seen, held

    def put(self, held: LoadedSnapshot) -> None:
        """Serve from this, which is live now."""
        with self._changing:
            self.fallback, self._seen, self.held = "", UNSEEN, held

    def due(self) -> bool:
        """Whether it is time to look again, and something moved."""
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return False
        self._looked = now
        return self.moved()

    def moved(self) -> bool:
        """Whether another snapshot may be live, or something was written to this one. Costs a few looks at files'
        entries."""
        held = self.held
        return self._snapshots.pointer.signature() != self._seen or (held is not None and self._written(held))

    def follow(self, open_: Open) -> bool:
        """Take up what was made live by another process; whether another snapshot serves now.

        Takes as long as loading it, and questions are answered meanwhile. Where it does not fit or is damaged that is
        logged once, and the one of before serves on. Returns at once where another thread is at it. Raises NoIndex and
        IndexMismatch where none served before and none can.
        """
        held = self.held
        if held is None:
            self.load(open_)
            return True
        if not self._changing.acquire(blocking=False):
            return False
        try:
            held = self.held or held
            seen = self._snapshots.pointer.signature()
            if seen != self._seen:
                return self._taken_up(held, seen, open_)
            if self._written(held):
                return self._checked_again(held, open_)
            return False
        finally:
            self._changing.release()

    def opened(self, manifest: Manifest, open_: Open) -> LoadedSnapshot:
        """A snapshot whose every byte was checked, and none of whose files changed meanwhile."""
        folder = self._snapshots.folder(manifest.snapshot.id)
        before = _stamp(folder, manifest.files)
        shelf = open_(manifest)
        if _stamp(folder, manifest.files) != before:
            id_ = manifest.snapshot.id
            raise Damaged(Message("The snapshot {id} was written to while it was read: load it again.", id=id_))
        return LoadedSnapshot(manifest, shelf, _stamp(folder, ON_DISK))

    def _taken_up(self, held: LoadedSnapshot, seen: object, open_: Open) -> bool:
        self._seen = seen
        try:
            manifest = self.live()
            if manifest == held.manifest:
                self.fallback = ""
                return False
            self.fallback, self.held = "", self.opened(manifest, open_)
        except Exception as error:  # whatever it is, questions are answered
            if self._snapshots.pointer.signature() != seen:  # and was taken away again: the next look is at that
                self._seen = UNSEEN
                return False
            why = without_fix(error) if isinstance(error, LibraryError) else type(error).__name__
            self.fallback = Message(
                "{why} Answers come from snapshot {id} until another is made live.",
                why=why,
                id=held.manifest.snapshot.id,
            )
            log.warning("The index is not followed: %s", self.fallback)
            return False
        log.info("Snapshot %s was made live, and is followed", self.held.manifest.snapshot.id)
        return True

    def _checked_again(self, held: LoadedSnapshot, open_: Open) -> bool:
        """Files that are read when they are needed were written to: see whether they still are what they were."""
        stamp = _stamp(self._snapshots.folder(held.manifest.snapshot.id), ON_DISK)
        try:
            self._snapshots.verify(held.manifest)
        except IndexMismatch as error:  # damaged, or another format's manifest in its place
            self.held = None  # rather no answer than a wrong one
            self.held, self.fallback = self.instead(error, open_)
            return True
        self.held = LoadedSnapshot(held.manifest, held.shelf, stamp)
        return False

    def instead(self, error: IndexMismatch, open_: Open) -> tuple[LoadedSnapshot, str]:
        """The newest snapshot that fits and is whole, and why it serves. Raises the error where there is none."""
        for name in reversed(self._snapshots.ids()):
            try:
                held = self.opened(self.fitting(self._snapshots.manifest(name)), open_)
            except LibraryError as other:
                log.warning("Snapshot %s can't serve instead: %s", name, without_fix(other))
                continue
            told = _said_instead(error, name)
            log.error("The live snapshot can't serve: %s", told)
            return held, told
        raise error

    def likely(self, error: Damaged) -> tuple[Manifest, str] | None:
        """What would serve in place of the live snapshot, as far as manifests tell, and why; None where none would."""
        for name in reversed(self._snapshots.ids()):
            with contextlib.suppress(LibraryError):
                return self.fitting(self._snapshots.manifest(name)), _said_instead(error, name)
        return None

    def _written(self, held: LoadedSnapshot) -> bool:
        """Whether a file that stays on the disk was written to. One that is gone stays open as it was."""
        folder = self._snapshots.folder(held.manifest.snapshot.id)
        return bool(held.stamp) and folder.is_dir() and _stamp(folder, ON_DISK) != held.stamp

    def fitting(self, manifest: Manifest) -> Manifest:
        """The same manifest. Raises IndexMismatch where it is of another model."""
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


def _said_instead(error: IndexMismatch, name: str) -> Message:
    return Message(
        "{why} Answers come from snapshot {id}: reindex, or roll back to a good one.", why=without_fix(error), id=name
    )


def _stamp(folder: Path, names: Iterable[str]) -> Stamp:
    """When each file was last written to, and which file it is; a file that is missing is left out."""
    found = []
    for name in names:
        try:
            at = (folder / name).stat()
        except OSError:
            continue
        found.append((name, at.st_mtime_ns, at.st_ctime_ns, at.st_ino, at.st_size))
    return tuple(found)
