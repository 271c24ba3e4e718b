"""The index itself: its sources, its snapshots, and what a reindex changes.

Standard library only; every class is frozen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = [
    "ChangedAnswer",
    "Diff",
    "OwnQuestions",
    "PassageText",
    "Preview",
    "ReindexReport",
    "ReindexStatus",
    "SkippedSource",
    "Snapshot",
    "SnapshotInfo",
    "SourceFileInfo",
    "SourceInfo",
    "SourceState",
    "Status",
]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One immutable build of the index.

    Attributes
    ----------
    id : str
        Sorts by time.
    created : datetime
        In UTC.
    model : str
        The embedding model.
    dimension : int
        Length of its vectors.
    hashes : Mapping
        The sha256 of each source's bytes, by source.
    passages : int
        How many there are.
    format : int
        The version of the files' layout.
    """

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


class SourceState(StrEnum):
    """A source compared with the live snapshot; NEW if the snapshot lacks it."""

    INDEXED = "indexed"
    CHANGED = "changed"
    REMOVED = "removed"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source in the live snapshot, or a file that is not in it yet.

    Attributes
    ----------
    source, title : str
        Its name and title.
    url : str or None
        The public page.
    size : int
        In characters.
    passages : int
        How many it has in the snapshot.
    state : str
        One of `SourceState`.
    since : datetime or None
        When a web source that could not be refreshed was last fetched.
    problem : str
        Why it could not be refreshed; empty if it was.
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
class Status:
    """What is indexed, since when, by which model.

    Attributes
    ----------
    snapshot : Snapshot or None
        The snapshot that answers come from; None before the first build.
    sources : tuple of SourceInfo
        The sources, in order.
    skipped : tuple of SkippedSource
        Files that could not be read.
    stale : str
        Why the index no longer matches the sources or the program; empty if it does.
    model : str
        The embedding model.
    ready : bool
        Whether the model is loaded, so that a question is answered at once.
    fallback : str
        Why answers come from another snapshot than the live one; empty if they don't.
    """

    snapshot: Snapshot | None
    sources: tuple[SourceInfo, ...]
    skipped: tuple[SkippedSource, ...]
    stale: str
    model: str
    ready: bool
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotInfo:
    """A snapshot that is kept on disk.

    Attributes
    ----------
    id, model : str
        The model is empty if the manifest cannot be read.
    created : datetime
        In UTC.
    passages, sources : int
        Counts; 0 if the manifest cannot be read.
    bytes : int
        Size on disk.
    live : bool
        Whether it is the live one.
    damage : str
        Why it cannot be made live; empty if its manifest is whole and all its files exist.
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
    """A passage as a person reads it, and where it stands."""

    source: str
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Diff:
    """The difference between two snapshots.

    Attributes
    ----------
    before, after : str
        The ids; `before` is empty if there was no snapshot before.
    added, changed, removed : tuple of str
        Sources.
    renamed : tuple of pairs of str
        Sources (before, after) with the same content, which are neither `added` nor `removed`.
    passages_added, passages_removed : int
        How many passages came and went; one that moved within its source counts as neither.
    first_added, first_removed : tuple of PassageText
        The first few of each.
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
class ChangedAnswer:
    """One of the operator's own questions that is answered differently than before.

    Attributes
    ----------
    question : str
        The question.
    was, now : str
        The first quotation before and now, as a person reads it; empty if there was no answer.
    right : bool or None
        Whether the answer holds the expected words; None if none are written down.
    id : str
        The question's id in its file.
    """

    question: str
    was: str
    now: str
    right: bool | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class OwnQuestions:
    """The operator's own questions, asked of the snapshot before and of the new one.

    Attributes
    ----------
    written, asked : int
        How many the file holds, and how many of them were asked.
    changed : tuple of ChangedAnswer
        Those that are answered differently.
    wrong : tuple of str
        Those whose answer lacks the expected words, changed or not.
    problem : str
        Why not all were asked; empty if all were.
    """

    written: int
    asked: int
    changed: tuple[ChangedAnswer, ...] = ()
    wrong: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What a reindex changed.

    Attributes
    ----------
    snapshot : Snapshot
        The new snapshot.
    added, changed, removed : tuple of str
        Sources; one that was renamed counts as removed and added here, but not in `diff`.
    skipped : tuple of SkippedSource
        Files that could not be read.
    passages_before, passages_after : int
        How many passages there were and are.
    seconds : float
        Time that it took.
    answered : tuple of str
        Open gaps that have an answer now.
    embedded : int
        How many passages were embedded; the others were reused.
    rebuild_reason : str
        Why all of them were embedded; empty if not.
    diff : Diff or None
        The difference to the snapshot before, with renamed sources and passages.
    questions : OwnQuestions or None
        The operator's own questions; None if there are none or they were not asked.
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
    questions: OwnQuestions | None = None

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

    Attributes
    ----------
    what : str
        The current stage.
    done, total : int
        Steps of the stage; 0 of 0 if they are not known.
    seconds : float
        Time since the reindex began.
    left : float or None
        Estimated seconds until the end of the stage; None if not known yet.
    """

    what: str
    done: int
    total: int
    seconds: float
    left: float | None
