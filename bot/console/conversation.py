"""The conversation at the prompt: the last questions, which a follow-up is read after, as in a direct message."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from index import Answer
from index.domain.generation import MOST_TURNS, TURNS_LAST, Turn

__all__ = ["Conversation"]


def _now() -> datetime:
    return datetime.now(UTC)


class Conversation:
    """Remembers as many turns, as long, as the journal does for a channel; in memory alone."""

    def __init__(self, clock: Callable[[], datetime] = _now) -> None:
        self._clock = clock
        self._turns: deque[tuple[datetime, Turn]] = deque(maxlen=MOST_TURNS)

    def turns(self) -> tuple[Turn, ...]:
        """Return the last turns, oldest first."""
        oldest = self._clock() - TURNS_LAST
        return tuple(turn for time, turn in self._turns if time >= oldest)

    def add(self, answer: Answer) -> None:
        """Remember a question and what was quoted to it."""
        quoted = () if answer.abstained else (citation.shown for citation in answer.citations)
        self._turns.append((self._clock(), Turn(answer.question, "\n".join(quoted))))
