"""The nouns of the index itself: its sources, its snapshots, and what a reindex changes. Standard library only; every
class is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from index.domain.messages import Message

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
    "Status",
    "outcome",
]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One immutable build of the index. `hashes` maps each source to the sha256 of its bytes."""

    id: str
    created: datetime
    model: str
    dimension: int
    hashes: Mapping[str, str]
    passages: int
    format: int


@dataclass(frozen=True, slots=True)
class SkippedSource:
    """A file that is no source, with the reason in words that say how to mend it."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source in the live snapshot. `size` is in characters; `state` is "indexed", "changed" or "removed"
    as its file is now, "new" for a file that the snapshot does not hold yet.

    Of a source from the web that could not be fetched anew, `problem` is why, and `since` when it was fetched last.
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
    """A file among the sources, read or not: `changed` is when it last was, in UTC."""

    name: str
    bytes: int
    changed: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """What is indexed, since when, by which model. `snapshot` is None when there is no index yet.

    `stale` is why the index no longer matches the sources or the program, empty when it does.
    `ready` says whether the model is loaded, so that a question is answered at once. `fallback` is why answers come
    from another snapshot than the live one, empty where they don't; `snapshot` is the one that they come from.
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
    """A snapshot that is kept. `live` says that it is the live one, `damage` why it can't be made live, empty where its
    manifest is whole and all its files are there; `bytes` is its size on the disk. Of one whose manifest can't be read,
    `model` is empty and the counts are 0."""

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
    """What one snapshot has that another has not. `before` is empty where there was none.

    Sources: `renamed` are pairs (before, after) with the same content, and in neither of `added` and `removed`.
    Passages: how many came and went, however they moved within their source, and the first few of each.
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
        """Whether both say the same."""
        sources = self.added or self.changed or self.removed or self.renamed
        return not (sources or self.passages_added or self.passages_removed)


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A question of the operator's own that is answered otherwise than before. `was` and `now` are the first quotation
    as a person reads it, empty where there is no answer; `right` says whether the answer holds what it should, None
    where that is not written down."""

    question: str
    was: str
    now: str
    right: bool | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class OwnQuestions:
    """The operator's own questions, asked of the snapshot before and of the new one: `asked` of `written` that stand in
    the file. `changed` are those that are answered otherwise, `wrong` those whose answer lacks what it should hold, as
    before or not. `problem` is why not all were asked, in words, empty where all were."""

    written: int
    asked: int
    changed: tuple[ChangedAnswer, ...] = ()
    wrong: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What a reindex changed. `seconds` is the time it took, `answered` are open gaps that have an answer now,
    `embedded` is how many passages were embedded for it, the others were used again; `anew` is why all of them were.

    `diff` is the same as to sources, with those that were renamed, which are neither added nor removed, and with the
    passages. `questions` are the operator's own, None where there are none, or they were not asked.
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
        """Pairs (before, after)."""
        return self.diff.renamed if self.diff else ()


@dataclass(frozen=True, slots=True)
class Preview:
    """A snapshot that is built but not live. `id` is what `Library.publish` takes; `report` says what it would change,
    its `answered` what it would answer."""

    id: str
    report: ReindexReport


@dataclass(frozen=True, slots=True)
class ReindexStatus:
    """How far a reindex is: at `what`, `done` of `total`, 0 of 0 where that is not known, for `seconds` in all. `left`
    is about how many seconds this step still takes at its rate so far, None where that is not known yet."""

    what: str
    done: int
    total: int
    seconds: float
    left: float | None


def outcome(report: ReindexReport) -> Message:
    """The report in a line, for the audit."""
    changes = report.diff or Diff("", report.snapshot.id)
    counted = (
        Message("sources added: {count}", count=len(changes.added)),
        Message("sources changed: {count}", count=len(changes.changed)),
        Message("sources removed: {count}", count=len(changes.removed)),
        Message("sources renamed: {count}", count=len(changes.renamed)),
        Message("passages added: {count}", count=changes.passages_added),
        Message("passages removed: {count}", count=changes.passages_removed),
    )
    told = tuple(one for one in counted if one.values["count"]) or (Message("nothing changed"),)
    return Message("snapshot {id} is live; {changes}", id=report.snapshot.id, changes=told)
