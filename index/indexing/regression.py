"""Regression checks: ask known questions of the snapshot before and of the new one, and compare the answers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from index.domain.activity import NOBODY, Scope
from index.domain.answers import Answer
from index.domain.errors import JournalUnavailable, QuestionsUnreadable
from index.domain.messages import Message, message_of
from index.domain.regressions import ChangedAnswer, QuestionOrigin, RegressionCheck
from index.domain.stages import Stage
from index.indexing.own_questions import RegressionQuestion, read_own_questions

if TYPE_CHECKING:
    from index.indexing.progress import ReindexProgress
    from index.journal.journal import Journal

__all__ = ["MOST_ASKED", "MOST_HELPFUL", "MOST_SUGGESTIONS", "SECONDS", "RegressionChecker"]

log = logging.getLogger(__name__)

MOST_ASKED = 200
"""Questions asked of one origin."""
MOST_HELPFUL = 50
"""Questions voted helpful, the newest of a scope."""
MOST_SUGGESTIONS = 30
"""The surest ones."""
SECONDS = 30.0
"""How long asking all of them may take."""

Ask = Callable[[str], Answer]
Answers = Mapping[str, tuple[Answer | None, Answer]]
"""The answers before and now by question; None if there is no snapshot before."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one origin; `problem` is why they cannot be read."""

    origin: QuestionOrigin
    questions: Sequence[RegressionQuestion] = ()
    problem: str = ""


class RegressionChecker:
    """Checks the questions of the operator's file, those voted helpful, and the suggestions of the snapshot before."""

    def __init__(self, *, file: Path, journal: Journal, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = file
        self._journal = journal
        self._clock = clock

    def check(
        self,
        scopes: Sequence[Scope],
        progress: ReindexProgress,
        *,
        now: Ask,
        before: Ask | None = None,
        suggestions: Sequence[str] = (),
    ) -> list[tuple[RegressionCheck, ...]]:
        """Return the checks that each scope may see.

        Equal questions are asked once, the origins in turn, until the time is over or the run is cancelled. Without
        `before` only the operator's own questions are asked.
        """
        own, suggested = self._own(), []
        helpful: list[list[QuestionSet]] = [[] for _ in scopes]
        if before is not None:
            questions = [RegressionQuestion(question) for question in suggestions[:MOST_SUGGESTIONS]]
            suggested = [QuestionSet(QuestionOrigin.SUGGESTIONS, questions)]
            helpful = [self._helpful(scope) for scope in scopes]
        sets_by_scope = [[*own, *of_scope, *suggested] for of_scope in helpful]
        answers = self._ask(_in_turn(list(chain.from_iterable(sets_by_scope))), progress, before, now)
        return [tuple(_compare(each, answers) for each in sets) for sets in sets_by_scope]

    def _own(self) -> list[QuestionSet]:
        if not self._file.exists():
            return []
        try:
            return [QuestionSet(QuestionOrigin.OWN, read_own_questions(self._file))]
        except QuestionsUnreadable as error:
            return [QuestionSet(QuestionOrigin.OWN, problem=message_of(error))]

    def _helpful(self, scope: Scope) -> list[QuestionSet]:
        """Return the set of a scope; none if it covers nobody's questions or they cannot be read."""
        if scope == NOBODY:
            return []
        try:
            questions = self._journal.helpful(scope, MOST_HELPFUL)
        except JournalUnavailable as error:
            log.warning("Questions voted helpful are not asked again: %s", error)
            return []
        return [QuestionSet(QuestionOrigin.HELPFUL, [RegressionQuestion(question) for question in questions])]

    def _ask(self, questions: Sequence[str], progress: ReindexProgress, before: Ask | None, now: Ask) -> Answers:
        deadline = self._clock() + SECONDS
        answers: dict[str, tuple[Answer | None, Answer]] = {}
        for question in questions:
            if self._clock() > deadline or progress.is_cancelled:
                break
            progress(Stage.COMPARING_ANSWERS, len(answers), len(questions))
            answers[question] = (before(question) if before else None, now(question))
        return answers


def _in_turn(sets: Sequence[QuestionSet]) -> list[str]:
    """Return the questions of all sets, each once, one of each set in turn."""
    turns = zip_longest(*(each.questions[:MOST_ASKED] for each in sets))
    return list(dict.fromkeys(question.question for turn in turns for question in turn if question))


def _compare(questions: QuestionSet, answers: Answers) -> RegressionCheck:
    asked = [question for question in questions.questions if question.question in answers]
    changed, wrong, problem = [], [], questions.problem
    for question in asked:
        was, now = answers[question.question]
        right = _is_right(now, question)
        if right is False:
            wrong.append(question.question)
        if was is not None and (_words(was) != _words(now) or _is_right(was, question) != right):
            changed.append(ChangedAnswer(question.question, _quotation(was), _quotation(now), right, question.id))
    if len(asked) < len(questions.questions):
        problem = Message(
            "Only the first {asked} of {written} questions were asked.",
            asked=len(asked),
            written=len(questions.questions),
        )
    return RegressionCheck(
        origin=questions.origin,
        total=len(questions.questions),
        asked=len(asked),
        changed=tuple(sorted(changed, key=lambda change: not change.is_lost)),
        wrong=tuple(wrong),
        problem=problem,
    )


def _quotation(answer: Answer) -> str:
    """Return the first quotation; empty for an abstention."""
    return "" if answer.abstained or not answer.citations else answer.citations[0].shown


def _words(answer: Answer) -> list[str]:
    return _quotation(answer).split()


def _is_right(answer: Answer, question: RegressionQuestion) -> bool | None:
    """Return whether a quotation contains the expected words, in any spacing and case; None if none are expected."""
    if not question.answer.strip():
        return None
    words = " ".join(question.answer.split()).casefold()
    return not answer.abstained and any(
        words in " ".join(text.split()).casefold()
        for citation in answer.citations
        for text in (citation.quote, citation.shown)
    )
