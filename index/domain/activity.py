"""The nouns of what is kept of questions: turns, votes, gaps, figures, the audit. Standard library only; every class is
frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from index.domain.answers import Answer, Citation

__all__ = [
    "DIRECT",
    "EVERYWHERE",
    "NOBODY",
    "AuditEntry",
    "Day",
    "Gap",
    "JournalEntry",
    "RecordedAnswer",
    "Scope",
    "StoredCounts",
    "Theme",
    "Turn",
    "VoteCount",
]


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """An answer with the id that the journal knows it by; empty where it could not be written down."""

    answer: Answer
    id: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation and what came of it: `question` as it was read, `evidence` the quotations of its
    answer as a person reads them, best first, none where it was not answered."""

    question: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An answer as the journal keeps it. `guild` is None for a direct message; `asked_at` is in UTC."""

    id: str
    asked_at: datetime
    guild: int | None
    question: str
    read_as: str
    abstained: bool
    confidence: float
    snapshot: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class VoteCount:
    """Votes on one answer."""

    helpful: int
    unhelpful: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that got no answer, or one that was voted down or reported. `times` is how often it was asked,
    `newest` when it was last, in UTC; `ids` are the answers' in the journal; `why` is "unanswered", "unhelpful" or
    "reported"; `reasons` are what voters wrote."""

    question: str
    times: int
    newest: datetime
    ids: tuple[str, ...]
    why: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """Gaps that mean much the same, newest first; `nearest` are the passages nearest to the newest of them."""

    gaps: tuple[Gap, ...]
    nearest: tuple[Citation, ...] = ()

    @property
    def times(self) -> int:
        """How often one of them was asked."""
        return sum(gap.times for gap in self.gaps)

    @property
    def ids(self) -> tuple[str, ...]:
        """The answers of all of them."""
        return tuple(one for gap in self.gaps for one in gap.ids)


@dataclass(frozen=True, slots=True)
class Day:
    """A day's figures, in UTC. `latency_ms` is the median time of a question in milliseconds, None where none was."""

    day: date
    questions: int
    answered: int
    helpful: int
    unhelpful: int
    latency_ms: float | None


@dataclass(frozen=True, slots=True)
class StoredCounts:
    """How much the journal keeps, or kept, of one user."""

    questions: int
    votes: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A line of the audit: who (a person's id, None where it was no person), when (in UTC), from where (a server's id,
    "direct message", "command line", "schedule", "watcher"), what, and what came of it."""

    number: int
    at: datetime
    who: int | None
    where: str
    what: str
    outcome: str


DIRECT = "direct message"
"""Where something was done that was done in no server."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose activity a reader may see.

    `guild` is one server's; `everywhere` stands for all servers and direct messages; without either it is nobody's.
    """

    guild: int | None = None
    everywhere: bool = False

    @classmethod
    def of_moderator(cls, guild: int | None) -> Scope:
        """Return what a moderator sees in a server; in a direct message it is the bot's owner, who sees everything."""
        return cls(guild, everywhere=guild is None)


NOBODY = Scope()
EVERYWHERE = Scope(everywhere=True)
