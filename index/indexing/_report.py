"""What was live before, and the report of what changed since."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.domain.errors import Damaged, IndexMismatch, LibraryError, NoIndex
from index.domain.messages import Phrase, said
from index.domain.snapshots import OwnQuestions, Report
from index.snapshots.catalog import texts as kept_texts
from index.snapshots.diff import Texts, diff
from index.snapshots.manifest import Manifest
from index.snapshots.serving import Held, Serving
from index.snapshots.staleness import indexed
from index.snapshots.store import Snapshots

if TYPE_CHECKING:
    from index.indexing._reuse import Earlier
    from index.retrieval.search_index import Shelf

__all__ = ["Before", "before", "report", "texts"]


@dataclass(frozen=True, slots=True)
class Before:
    """The snapshot that was live; where it has no shelf, `why` says why nothing of it can be used again."""

    manifest: Manifest | None = None
    shelf: Shelf | None = None
    why: str = ""

    @property
    def id(self) -> str:
        """Empty where there was none."""
        return self.manifest.snapshot.id if self.manifest else ""

    @property
    def earlier(self) -> Earlier | None:
        """What can be used again of it."""
        from index.indexing._reuse import Earlier

        return Earlier(self.manifest, self.shelf) if self.manifest and self.shelf else None


def before(snapshots: Snapshots, serving: Serving, open_: Callable[[Manifest], Shelf] | None) -> Before:
    """The live snapshot, or the one that serves in its place. Without `open_` it has no shelf unless it serves."""
    if open_ and serving.held is not None:
        with contextlib.suppress(LibraryError):  # then nothing serves, and below it is said why
            serving.follow(open_)  # what was written to while it served is not used again
    held = serving.held
    try:
        manifest = serving.live()
        if held is not None and held.manifest == manifest:
            return Before(manifest, held.shelf)
        return Before(manifest, open_(manifest)) if open_ else Before(manifest)
    except NoIndex:
        return Before(why=Phrase("there was no index before"))
    except IndexMismatch as error:
        if isinstance(error, Damaged) and (good := held or _newest(serving, error, open_)) is not None:
            return Before(good.manifest, good.shelf)
        try:
            return Before(snapshots.live(), None, said(error))
        except IndexMismatch:
            return Before(None, None, said(error))


def _newest(serving: Serving, error: Damaged, open_: Callable[[Manifest], Shelf] | None) -> Held | None:
    """The newest good snapshot, to use again what is in it; None where there is none."""
    try:
        return serving.instead(error, open_)[0] if open_ else None
    except Damaged:
        return None


def texts(snapshots: Snapshots, manifest: Manifest | None, shelf: Shelf | None = None) -> Texts:
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
    snapshots: Snapshots,
    was: Before,
    manifest: Manifest,
    shelf: Shelf | None,
    *,
    started: float,
    embedded: int = 0,
    questions: OwnQuestions | None = None,
) -> Report:
    """From one snapshot to the other; `started` is when that began, by `time.perf_counter`."""
    changes = diff(texts(snapshots, was.manifest, was.shelf), texts(snapshots, manifest, shelf))
    return Report(
        snapshot=manifest.snapshot,
        added=changes.added,
        changed=changes.changed,
        removed=changes.removed,
        skipped=manifest.skipped,
        passages_before=was.manifest.snapshot.passages if was.manifest else 0,
        passages_after=manifest.snapshot.passages,
        seconds=round(time.perf_counter() - started, 3),
        embedded=embedded,
        anew=was.why,
        diff=changes,
        questions=questions,
    )
