"""What was live before, and the report of what changed since."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.domain.errors import Damaged, IndexMismatch, LibraryError, NoIndex
from index.domain.messages import Message, message_of
from index.domain.snapshots import OwnQuestions, ReindexReport
from index.snapshots.catalog import texts as kept_texts
from index.snapshots.diff import Texts, diff
from index.snapshots.manifest import Manifest
from index.snapshots.serving import LiveIndex, LoadedSnapshot
from index.snapshots.staleness import indexed
from index.snapshots.store import SnapshotStore

if TYPE_CHECKING:
    from index.indexing._reuse import PreviousBuild
    from index.retrieval.search_index import SearchIndex

__all__ = ["PreviousSnapshot", "before", "report", "texts"]


@dataclass(frozen=True, slots=True)
class PreviousSnapshot:
    """The snapshot that was live; where it has no shelf, `why` says why nothing of it can be used again."""

    manifest: Manifest | None = None
    shelf: SearchIndex | None = None
    why: str = ""

    @property
    def id(self) -> str:
        """Empty where there was none."""
        return self.manifest.snapshot.id if self.manifest else ""

    @property
    def earlier(self) -> PreviousBuild | None:
        """What can be used again of it."""
        from index.indexing._reuse import PreviousBuild

        return PreviousBuild(self.manifest, self.shelf) if self.manifest and self.shelf else None


def before(
    snapshots: SnapshotStore, serving: LiveIndex, open_: Callable[[Manifest], SearchIndex] | None
) -> PreviousSnapshot:
    """The live snapshot, or the one that serves in its place. Without `open_` it has no shelf unless it serves."""
    if open_ and serving.held is not None:
        with contextlib.suppress(LibraryError):  # then nothing serves, and below it is said why
            serving.follow(open_)  # what was written to while it served is not used again
    held = serving.held
    try:
        manifest = serving.live()
        if held is not None and held.manifest == manifest:
            return PreviousSnapshot(manifest, held.shelf)
        return PreviousSnapshot(manifest, open_(manifest)) if open_ else PreviousSnapshot(manifest)
    except NoIndex:
        return PreviousSnapshot(why=Message("there was no index before"))
    except IndexMismatch as error:
        if isinstance(error, Damaged) and (good := held or _newest(serving, error, open_)) is not None:
            return PreviousSnapshot(good.manifest, good.shelf)
        try:
            return PreviousSnapshot(snapshots.live(), None, message_of(error))
        except IndexMismatch:
            return PreviousSnapshot(None, None, message_of(error))


def _newest(
    serving: LiveIndex, error: Damaged, open_: Callable[[Manifest], SearchIndex] | None
) -> LoadedSnapshot | None:
    """The newest good snapshot, to use again what is in it; None where there is none."""
    try:
        return serving.instead(error, open_)[0] if open_ else None
    except Damaged:
        return None


def texts(snapshots: SnapshotStore, manifest: Manifest | None, shelf: SearchIndex | None = None) -> Texts:
    """What a snapshot says; of one whose texts can't be read only what its sources are."""
    if manifest is None:
        return Texts()
    if shelf is not None:
        return Texts(shelf.id, indexed(manifest), shelf.documents, shelf.passages)
    try:
        return kept_texts(snapshots, manifest)
    except Damaged:
        return Texts(manifest.snapshot.id, indexed(manifest))


def report(
    snapshots: SnapshotStore,
    was: PreviousSnapshot,
    manifest: Manifest,
    shelf: SearchIndex | None,
    *,
    started: float,
    embedded: int = 0,
    questions: OwnQuestions | None = None,
) -> ReindexReport:
    """From one snapshot to the other; `started` is when that began, by `time.perf_counter`."""
    changes = diff(texts(snapshots, was.manifest, was.shelf), texts(snapshots, manifest, shelf))
    return ReindexReport(
        snapshot=manifest.snapshot,
        added=changes.added,
        changed=changes.changed,
        removed=changes.removed,
        skipped=manifest.skipped,
        passages_before=was.manifest.snapshot.passages if was.manifest else 0,
        passages_after=manifest.snapshot.passages,
        seconds=round(time.perf_counter() - started, 3),
        embedded=embedded,
        rebuild_reason=was.why,
        diff=changes,
        questions=questions,
    )
