"""Records of the journal: questions, votes, gaps, daily counts and the audit log.

Standard library only; every class is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from statistics import median

from index.domain.answers import Answer, Citation
from index.domain.errors import LibraryError, ReindexCancelled
from index.domain.generation import Turn
from index.domain.messages import Message
from index.domain.snapshots import Diff, ReindexReport

__all__ = [
    "COMMAND_LINE",
    "DIRECT",
    "EVERYWHERE",
    "NOBODY",
    "SCHEDULE",
    "START",
    "WATCHER",
    "WEB",
    "AskedQuestion",
    "AuditEntry",
    "Day",
    "Gap",
    "GapReason",
    "JournalEntry",
    "PeriodCounts",
    "RecordedAnswer",
    "Scope",
    "StoredCounts",
    "Theme",
    "VoteCount",
    "error_outcome",
    "report_outcome",
]


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """An answer with its id in the journal; the id is empty if it could not be written."""

    answer: Answer
    id: str


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An answer as the journal keeps it; `guild` is None for a direct message, `asked_at` in UTC."""

    id: str
    asked_at: datetime
    guild: int | None
    question: str
    read_as: str
    abstained: bool
    confidence: float
    snapshot: str
    citations: tuple[Citation, ...]

    def turn(self, question: str = "") -> Turn:
        """Return the entry as a turn of a conversation: the question as it was read, unless another is given."""
        quoted = () if self.abstained else (citation.shown for citation in self.citations)
        return Turn(question or self.read_as or self.question, "\n".join(quoted))


@dataclass(frozen=True, slots=True)
class VoteCount:
    """Votes on one answer."""

    helpful: int
    unhelpful: int


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question in a server as its moderators see it, without who asked; `question` is as it was read.

    `asked_at` is in UTC; `reasons` are what voters wrote.
    """

    id: str
    asked_at: datetime
    guild: int
    question: str
    abstained: bool
    confidence: float
    helpful: int
    unhelpful: int
    reported: bool
    reasons: tuple[str, ...] = ()


class GapReason(StrEnum):
    """Why a question counts as a gap."""

    UNANSWERED = "unanswered"
    UNHELPFUL = "unhelpful"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that got no answer, or whose answer was voted down or reported.

    `newest` is when it was last asked, in UTC; `ids` are its answers in the journal; `why` is "unanswered", "unhelpful"
    or "reported"; `reasons` are what voters wrote.
    """

    question: str
    times: int
    newest: datetime
    ids: tuple[str, ...]
    why: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """Gaps with nearly the same meaning, newest first; `nearest` are the passages nearest to the newest of them."""

    gaps: tuple[Gap, ...]
    nearest: tuple[Citation, ...] = ()

    @property
    def times(self) -> int:
        """How often its questions were asked, all together."""
        return sum(gap.times for gap in self.gaps)

    @property
    def ids(self) -> tuple[str, ...]:
        """The answers of all its gaps."""
        return tuple(answer for gap in self.gaps for answer in gap.ids)


@dataclass(frozen=True, slots=True)
class Day:
    """Counts of one day, in UTC, and how many milliseconds each of its questions took."""

    day: date
    questions: int
    answered: int
    helpful: int
    unhelpful: int
    latencies_ms: tuple[float, ...] = ()

    @property
    def latency_ms(self) -> float | None:
        """The median time of a question; None without questions."""
        return median(self.latencies_ms) if self.latencies_ms else None


@dataclass(frozen=True, slots=True)
class PeriodCounts:
    """Counts of a server's questions in a period; `top` are those asked most, with how often."""

    questions: int
    answered: int
    helpful: int
    unhelpful: int
    top: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredCounts:
    """How much the journal keeps, or kept, of one user."""

    questions: int
    votes: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A line of the audit log: `user` is a user's id, None if no person acted; `time` is in UTC.

    `origin` is the id of a Discord server, or one of the origins outside any server below.
    """

    number: int
    time: datetime
    user: int | None
    origin: str
    action: str
    outcome: str


DIRECT, COMMAND_LINE, SCHEDULE, WATCHER, START = "direct message", "command line", "schedule", "watcher", "start"
WEB = "moderators' page"
"""Origins of actions outside any server."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose activity a reader may see.

    `guild` is the id of one server; `everywhere` means all servers and direct messages; without both, nobody's.
    """

    guild: int | None = None
    everywhere: bool = False

    @classmethod
    def of_moderator(cls, guild: int | None) -> Scope:
        """Return what a moderator sees in a server; in a direct message it is the bot's owner, who sees everything."""
        return cls(guild, everywhere=guild is None)


NOBODY = Scope()
EVERYWHERE = Scope(everywhere=True)


def report_outcome(report: ReindexReport) -> Message:
    """Return the outcome of a reindex or rollback, as a line for the audit log."""
    changes = report.diff or Diff("", report.snapshot.id)
    counts = (
        Message("sources added: {count}", count=len(report.added)),
        Message("sources changed: {count}", count=len(report.changed)),
        Message("sources removed: {count}", count=len(report.removed)),
        Message("sources renamed: {count}", count=len(report.renamed)),
        Message("sources skipped: {count}", count=len(report.skipped)),
        Message("passages added: {count}", count=changes.passages_added),
        Message("passages removed: {count}", count=changes.passages_removed),
    )
    changed = tuple(message for message in counts if message.values["count"]) or (Message("nothing changed"),)
    return Message("snapshot {id} is live; {changes}", id=report.snapshot.id, changes=changed)


def error_outcome(error: Exception) -> Message:
    """Return the outcome of an action that failed, as a line for the audit log.

    Of an error that is not fit to show it names the class only: the text may quote a user or name a path.
    """
    if isinstance(error, ReindexCancelled):
        return Message("cancelled")
    return Message("failed: {why}", why=error.message if isinstance(error, LibraryError) else type(error).__name__)
