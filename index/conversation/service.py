"""Conversations: answer a question in the context of the questions before it, and record the answer."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from index.domain.activity import RecordedAnswer
from index.domain.errors import JournalUnavailable
from index.domain.generation import Turn, WritingRequest

if TYPE_CHECKING:
    from index.domain.answers import Answer
    from index.domain.ports import AnswerEngine
    from index.journal.journal import Journal

__all__ = ["ConversationService"]

log = logging.getLogger(__name__)


class ConversationService:
    """Answers questions in context and records them. Thread-safe if the engine and the journal are."""

    def __init__(self, *, engine: AnswerEngine, journal: Journal) -> None:
        self._engine = engine
        self._journal = journal

    def reply(
        self,
        question: str,
        *,
        user: int,
        guild: int | None,
        channel: int,
        after: str = "",
        alone: bool = False,
        writing: WritingRequest | None = None,
    ) -> RecordedAnswer:
        """Answer a question in the context of the user's last questions in this channel, and record the answer.

        Without the journal the question is answered out of context, and the answer's id is empty. `after` is the id of
        the answer that the question follows, no matter who asked for that one; `alone` says that it follows nothing.
        With `writing` a language model may write the answer; its turns, user and server are filled in here.
        Raises LibraryError if it cannot be answered; then nothing is recorded.
        """
        turns: Sequence[Turn] = ()
        try:
            turns = () if alone else self._turns_before(user, channel, after)
        except JournalUnavailable as error:
            log.warning("A question is read as it stands: %s", error)
        if writing:
            writing = replace(writing, turns=tuple(turns), user=user, guild=guild)
        answer = self._engine.ask(question, tuple(turn.question for turn in turns), writing)
        return self.record(answer, user=user, guild=guild, channel=channel)

    def record(self, answer: Answer, *, user: int, guild: int | None, channel: int) -> RecordedAnswer:
        """Record an answer; its id is empty if the journal cannot be written."""
        try:
            return RecordedAnswer(answer, self._journal.record(answer, user=user, guild=guild, channel=channel))
        except JournalUnavailable as error:
            log.warning("An answer is not written down: %s", error)
            return RecordedAnswer(answer, "")

    def _turns_before(self, user: int, channel: int, after: str) -> tuple[Turn, ...]:
        if not after:
            return self._journal.turns_before(user, channel)
        entry = self._journal.entry(after)
        return (entry.turn(),) if entry else ()
