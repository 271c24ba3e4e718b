"""The previous snapshot, and the report of what changed since."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.domain.errors import Damaged, IndexMismatch, LibraryError, NoIndex
from index.domain.messages import Message, message_of
from index.domain.snapshots import ReindexReport
from index.retrieval.retriever import Retriever
from index.snapshots.catalog import content_of
from index.snapshots.diff import SnapshotContent, diff
from index.snapshots.manifest import Manifest
from index.snapshots.serving import LiveIndex, LoadedSnapshot
from index.snapshots.store import SnapshotStore

if TYPE_CHECKING:
    from index.retrieval.search_index import SearchIndex
    from index.snapshots.loader import SnapshotLoader

__all__ = ["PreviousSnapshot", "find_previous", "if_searchable", "make_report"]


@dataclass(frozen=True, slots=True)
class PreviousSnapshot:
    """The snapshot that was live; without a `search_index`, `reason` says why nothing of it can be used again."""

    manifest: Manifest | None = None
    search_index: SearchIndex | None = None
    reason: str = ""

    @property
    def id(self) -> str:
        """Empty if there was none."""
        return self.manifest.snapshot.id if self.manifest else ""

    @property
    def loaded(self) -> LoadedSnapshot | None:
        """The same in memory; None if nothing of it can be used again."""
        return LoadedSnapshot(self.manifest, self.search_index) if self.manifest and self.search_index else None


def find_previous(snapshots: SnapshotStore, live: LiveIndex, loader: SnapshotLoader | None) -> PreviousSnapshot:
    """Return the live snapshot, or the one that serves in its place; without a loader only a serving one is loaded."""
    if loader and live.loaded is not None:
        with contextlib.suppress(LibraryError):  # then nothing serves, and the reason follows below
            live.follow(loader)  # what was written to while it served is not used again
    loaded = live.loaded
    try:
        manifest = live.manifest()
        if loaded is not None and loaded.manifest == manifest:
            return _if_whole(snapshots, live, loaded) if loader else PreviousSnapshot(manifest, loaded.search_index)
        return PreviousSnapshot(manifest, loader.load(manifest, whole=True)) if loader else PreviousSnapshot(manifest)
    except NoIndex:
        return PreviousSnapshot(reason=Message("there was no index before"))
    except IndexMismatch as error:
        if isinstance(error, Damaged) and (good := loaded or _newest_good(live, error, loader)) is not None:
            return PreviousSnapshot(good.manifest, good.search_index)
        try:
            return PreviousSnapshot(snapshots.live(), None, message_of(error))
        except IndexMismatch:
            return PreviousSnapshot(None, None, message_of(error))


def _if_whole(snapshots: SnapshotStore, live: LiveIndex, loaded: LoadedSnapshot) -> PreviousSnapshot:
    """Return a snapshot that serves; nothing of it is used again if its files were damaged meanwhile.

    Large files are read once in a process: what is damaged must neither be shared nor be copied.
    """
    checked = live.is_whole(loaded.manifest.snapshot.id)
    try:
        snapshots.verify(loaded.manifest, most_bytes=snapshots.most_checked(loaded.manifest) if checked else None)
    except Damaged as error:
        return PreviousSnapshot(loaded.manifest, None, message_of(error))
    return PreviousSnapshot(loaded.manifest, loaded.search_index)


def if_searchable(previous: PreviousSnapshot) -> PreviousSnapshot:
    """Return the snapshot before; nothing of it is used again if a database has lost what it held of it.

    Raises StoreUnavailable if the database cannot be asked.
    """
    search_index = previous.search_index
    row = next((entry.rows.start for entry in search_index.entries if entry.rows), None) if search_index else None
    if search_index is None or row is None:
        return previous
    try:
        (vector,) = search_index.vectors.rows(row, row + 1)
        Retriever(candidates=1).rows(search_index, search_index.passages[row].reading, vector)
    except Damaged as error:
        return PreviousSnapshot(previous.manifest, None, message_of(error))
    return previous


def make_report(
    snapshots: SnapshotStore,
    previous: PreviousSnapshot,
    manifest: Manifest,
    search_index: SearchIndex | None,
    *,
    started: float,
    embedded: int = 0,
) -> ReindexReport:
    """Return the report from one snapshot to the next; `started` is a time of `time.perf_counter`."""
    changes = diff(
        _content(snapshots, previous.manifest, previous.search_index), _content(snapshots, manifest, search_index)
    )
    return ReindexReport(
        snapshot=manifest.snapshot,
        added=changes.added,
        changed=changes.changed,
        removed=changes.removed,
        skipped=manifest.skipped,
        notes=manifest.notes,
        passages_before=previous.manifest.snapshot.passages if previous.manifest else 0,
        passages_after=manifest.snapshot.passages,
        seconds=round(time.perf_counter() - started, 3),
        embedded=embedded,
        rebuild_reason=previous.reason,
        diff=changes,
    )


def _newest_good(live: LiveIndex, error: Damaged, loader: SnapshotLoader | None) -> LoadedSnapshot | None:
    try:
        return live.newest_good(error, loader)[0] if loader else None
    except Damaged:
        return None


def _content(snapshots: SnapshotStore, manifest: Manifest | None, search_index: SearchIndex | None) -> SnapshotContent:
    """Return what a snapshot holds; if its texts cannot be read, only which sources it is of."""
    if manifest is None:
        return SnapshotContent()
    return content_of(manifest, search_index.texts if search_index else snapshots.texts(manifest.snapshot.id))
