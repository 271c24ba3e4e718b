"""What a language model is given, and what becomes of it.

Standard library only; every class is frozen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Event

from index.domain.answers import Answer

__all__ = [
    "MOST_TURNS",
    "TURNS_LAST",
    "ChatMessage",
    "GenerationError",
    "GenerationFault",
    "GenerationStatus",
    "Picture",
    "Role",
    "TokenBudget",
    "Turn",
    "WritingRequest",
    "WritingTimes",
]


MOST_TURNS = 3
"""Turns of a conversation that a question is read after."""
TURNS_LAST = timedelta(minutes=10)
"""How long a conversation lasts without a question."""


class Role(StrEnum):
    """Who speaks in a message to a language model."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Picture:
    """An image attached to a question, already downscaled; `media_type` is "image/jpeg" or the like."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message to a language model."""

    role: Role
    text: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation and what it was answered, empty if that is not known."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class WritingTimes:
    """How long an answer took, in seconds.

    Until the first piece of the output, until the first sentence that may be shown (0 if there is none), in all, and of
    that in checks; and how many pieces, about a token each, came.
    """

    first_piece: float
    first_sentence: float
    total: float
    checks: float
    pieces: int


@dataclass(frozen=True, slots=True)
class WritingRequest:
    """How an answer is to be written, and who is told of it meanwhile.

    Attributes
    ----------
    turns : tuple of Turn
        The conversation before the question, oldest first.
    pictures : tuple of Picture
    user, guild : int or None
        Whose budgets the tokens count for.
    on_asked : callable or None
        Called once, when the quotations are found and the language model is about to be asked; from then on the work is
        mostly to wait.
    on_text : callable or None
        Called with the unverified text so far, as a person reads it, whenever more of the output has come; only for a
        person at a terminal.
    on_answer : callable or None
        Called with the answer so far whenever another sentence of it is verified.
    on_times : callable or None
        Called once at the end of an output with the times that it took.
    stopped : Event or None
        Ends the writing when it is set; the sentences verified until then are the answer.
    """

    turns: tuple[Turn, ...] = ()
    pictures: tuple[Picture, ...] = ()
    user: int | None = None
    guild: int | None = None
    on_asked: Callable[[], None] | None = None
    on_text: Callable[[str], None] | None = None
    on_answer: Callable[[Answer], None] | None = None
    on_times: Callable[[WritingTimes], None] | None = None
    stopped: Event | None = None


class GenerationFault(StrEnum):
    """Why a language model's answer could not be used."""

    TIMEOUT = "timeout"
    """It was not done within LLM_TIMEOUT."""
    UNREACHABLE = "unreachable"
    """Nothing answers at LLM_BASE_URL, or the connection broke."""
    BUSY = "busy"
    """429 or 5xx, also after the tries that time allows."""
    REJECTED = "rejected"
    """The server refused the request: a wrong key, an unknown model, too long a text."""
    PAUSED = "paused"
    """It failed so often that it is not asked for a while."""
    BUDGET = "budget"
    """The tokens of the day, the server or the user are spent."""
    UNUSABLE = "unusable"
    """It refused, wrote nothing, or nothing that can be read."""
    UNVERIFIED = "unverified"
    """None of its sentences passed the checks."""
    STOPPED = "stopped"
    """Someone stopped it before a sentence was verified."""


class GenerationError(Exception):
    """A language model could not be used; `detail` is for the log and names no question, no text and no key."""

    def __init__(self, fault: GenerationFault, detail: str = "") -> None:
        super().__init__(detail or fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class TokenBudget:
    """Tokens of today, in UTC: how many may be used, 0 for no limit, and how many are."""

    limit: int
    used: int

    @property
    def left(self) -> int | None:
        """How many may be used still; None without a limit."""
        return max(0, self.limit - self.used) if self.limit else None


@dataclass(frozen=True, slots=True)
class GenerationStatus:
    """The language model, and whether it may be asked.

    Attributes
    ----------
    model : str
        Its name; empty as long as it is not known, since the settings name none.
    day : TokenBudget
        The budget of everyone together.
    server, user : TokenBudget or None
        Those of one server and one user; None if no server or user is meant, or such budgets have no limit.
    paused_until : datetime or None
        When it is asked again after failing too often; None if it is not paused.
    """

    model: str
    day: TokenBudget
    server: TokenBudget | None = None
    user: TokenBudget | None = None
    paused_until: datetime | None = None
