"""The index itself: its sources, its snapshots, and what a reindex changes.

Standard library only; every class is frozen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from index.domain.regressions import RegressionCheck

__all__ = [
    "Diff",
    "PassageText",
    "Preview",
    "ReindexReport",
    "ReindexStatus",
    "SkippedSource",
    "Snapshot",
    "SnapshotInfo",
    "SourceChanges",
    "SourceFileInfo",
    "SourceInfo",
    "SourceNote",
    "SourceState",
    "Status",
    "StorageStatus",
    "VectorSearch",
    "matching_ids",
]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One immutable build of the index; `hashes` maps each source to the sha256 of its bytes."""

    id: str
    created: datetime
    model: str
    dimension: int
    hashes: Mapping[str, str]
    passages: int
    format: int


@dataclass(frozen=True, slots=True)
class SkippedSource:
    """A file that cannot be read, with the reason in words that say how to fix it."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A remark on a file that was read: what of it was not read as it was meant, in words that say how to fix it."""

    source: str
    note: str


class SourceState(StrEnum):
    """A source compared with the live snapshot; NEW if the snapshot lacks it."""

    INDEXED = "indexed"
    CHANGED = "changed"
    REMOVED = "removed"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source in the live snapshot, or a file that is not in it yet.

    `size` is in characters; `state` is "indexed", "changed" or "removed" compared with the file now, "new" for a file
    that the snapshot lacks. Of a web source that could not be refreshed, `problem` is why, `since` when it was last
    fetched.
    """

    source: str
    title: str
    url: str | None
    size: int
    passages: int
    state: str
    since: datetime | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SourceFileInfo:
    """A file in the folder of sources, readable or not; `changed` is its modification time in UTC."""

    name: str
    bytes: int
    changed: datetime


@dataclass(frozen=True, slots=True)
class VectorSearch:
    """How one folder's vectors are searched.

    `recall` is the share of the 20 nearest rows that search finds, in the mean over `queries`, of which the indexer
    handed in `given`; 1.0 for exact search, which needs no sample. `reranked` times as many rows as are asked for are
    found by their codes and ranked by their exact cosines.
    """

    kind: str
    rows: int
    recall: float = 1.0
    queries: int = 0
    given: int = 0
    reranked: float = 1.0


@dataclass(frozen=True, slots=True)
class StorageStatus:
    """The object storage that machines share.

    `url` holds no key. `snapshot` is the one that is live there, empty if there is none; `behind` says that this
    machine has not taken it up yet. `problem` is what is wrong between the two, if anything is.
    """

    url: str
    snapshot: str
    problem: str = ""
    behind: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """What is indexed, since when, by which model.

    `snapshot` is the one that answers come from, None before the first build. `stale` is why the index no longer
    matches the sources or the program, empty if it does; `ready` whether the model is loaded; `fallback` why answers
    come from another snapshot than the live one, empty if they don't. `notes` are remarks on sources that were read.
    `vectors` is how the vectors of each segment are searched, as measured when it was built;
    `storage` where snapshots are kept besides this machine.
    """

    snapshot: Snapshot | None
    sources: tuple[SourceInfo, ...]
    skipped: tuple[SkippedSource, ...]
    stale: str
    model: str
    ready: bool
    fallback: str = ""
    notes: tuple[SourceNote, ...] = ()
    vectors: tuple[VectorSearch, ...] = ()
    storage: StorageStatus | None = None


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """A snapshot on disk.

    `damage` is why it cannot be made live, empty if its manifest is whole and all its files exist. If the manifest
    cannot be read, `model` is empty and the counts are 0.
    """

    id: str
    created: datetime
    model: str
    passages: int
    sources: int
    bytes: int
    live: bool
    damage: str = ""

    @property
    def whole(self) -> bool:
        """Whether it can be made live, as far as a quick look tells."""
        return not self.damage


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage as a person reads it, with its source and section."""

    source: str
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """The difference between two snapshots; `before` is empty if there was none.

    `renamed` are pairs (before, after) of sources with the same content, which are neither `added` nor `removed`. A
    passage that moved within its source counts as neither added nor removed. `first_added` and `first_removed` are the
    first few.
    """

    before: str
    after: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    passages_added: int = 0
    passages_removed: int = 0
    first_added: tuple[PassageText, ...] = ()
    first_removed: tuple[PassageText, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether both snapshots say the same."""
        sources = self.added or self.changed or self.removed or self.renamed
        return not (sources or self.passages_added or self.passages_removed)


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """What a snapshot holds that an earlier one does not; `added` are rows of passages, `removed` counts passages."""

    added: tuple[int, ...] = ()
    removed: int = 0
    removed_sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What a reindex changed.

    `answered` are open gaps that have an answer now; `embedded` is how many passages were embedded, the others were
    reused, `rebuild_reason` why all were. A renamed source counts as removed and added here, but not in `diff`.
    `regressions` lack an origin whose questions were not compared; `notes` are remarks on sources that were read.
    """

    snapshot: Snapshot
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[SkippedSource, ...]
    passages_before: int
    passages_after: int
    seconds: float
    answered: tuple[str, ...] = ()
    embedded: int = 0
    rebuild_reason: str = ""
    diff: Diff | None = None
    regressions: tuple[RegressionCheck, ...] = ()
    notes: tuple[SourceNote, ...] = ()

    @property
    def renamed(self) -> tuple[tuple[str, str], ...]:
        """Pairs of names (before, after)."""
        return self.diff.renamed if self.diff else ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A snapshot that is built but not live; `Library.publish` takes its id."""

    id: str
    report: ReindexReport


@dataclass(frozen=True, slots=True)
class ReindexStatus:
    """The progress of a reindex.

    `total` is 0 while it is not known. `seconds` have passed since the start; `seconds_left` estimates the rest of this
    stage at its rate of late, `per_second`; both are None while nothing is known.
    """

    stage: str
    done: int
    total: int
    seconds: float
    seconds_left: float | None
    per_second: float | None = None


def matching_ids(part: str, ids: Sequence[str]) -> list[str]:
    """Return the ids of snapshots that a part may mean.

    The id itself, else those whose letters after the time begin with it, else those that contain it.
    """
    if part in ids:
        return [part]
    by_letters = [name for name in ids if part and name.partition("-")[2].startswith(part)]
    return by_letters or [name for name in ids if part and part in name]
