"""Regression checks: known questions, asked of the snapshot before and of the new one.

Standard library only; every class is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["ChangedAnswer", "QuestionOrigin", "RegressionCheck"]

LEAD = 40
"""Characters shown before the first difference of two quotations, at least."""


class QuestionOrigin(StrEnum):
    """Where the questions of a regression check come from."""

    OWN = "own"
    """The operator's file."""
    HELPFUL = "helpful"
    """Questions of members whose answers were voted helpful."""
    SUGGESTIONS = "suggestions"
    """The suggestions of the snapshot before."""


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A question that is answered differently than before.

    `was` and `now` are the first quotation as a person reads it, empty without an answer; `right` is whether the answer
    holds the expected words, None if none are written down.
    """

    question: str
    was: str
    now: str
    right: bool | None = None
    id: str = ""

    @property
    def is_lost(self) -> bool:
        """Whether it was answered before, and no longer is."""
        return bool(self.was) and not self.now

    @property
    def excerpts(self) -> tuple[str, str]:
        """`was` and `now` from a few words before the first difference on, so that one cut short shows it."""
        pairs = enumerate(zip(self.was, self.now, strict=False))
        first = next((place for place, (was, now) in pairs if was != now), min(len(self.was), len(self.now)))
        start = self.was.rfind(" ", 0, max(0, first - LEAD)) + 1
        if not start or self.was == self.now:
            return self.was, self.now
        return f"…{self.was[start:]}", f"…{self.now[start:]}"


@dataclass(frozen=True, slots=True)
class RegressionCheck:
    """Questions of one origin, asked of the snapshot before and of the new one.

    `asked` of the `total` questions were asked. `changed` are answered differently, those without an answer now first;
    `wrong` lack the expected words; `problem` is why not all were asked.
    """

    origin: QuestionOrigin
    total: int
    asked: int
    changed: tuple[ChangedAnswer, ...] = ()
    wrong: tuple[str, ...] = ()
    problem: str = ""

    @property
    def lost(self) -> tuple[str, ...]:
        """The questions that were answered before, and no longer are."""
        return tuple(change.question for change in self.changed if change.is_lost)
