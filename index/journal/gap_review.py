"""Gap review: what the sources lack, by theme, and which gaps a new snapshot closes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from index.domain.activity import EVERYWHERE, Gap, GapReason, Scope, Theme
from index.domain.answers import Answer
from index.domain.errors import LibraryError
from index.domain.stages import Stage
from index.journal._clustering import QuestionClusters

if TYPE_CHECKING:
    from index.domain.ports import AnswerEngine, ClaimChecker, Progress
    from index.journal.journal import Journal

__all__ = ["MOST_REASKED", "GapReview"]

log = logging.getLogger(__name__)

MOST_GROUPED = 300
"""Open gaps that are grouped by meaning, newest first."""
MOST_REASKED = 60
"""Questions of open gaps that are asked again after a reindex, newest first."""
MOST_NEAREST = 2
"""Passages shown with a theme."""


class GapReview:
    """Reviews the open gaps of the journal. Thread-safe if the engine, the journal and the checker are.

    `checker` opens the model that says whether two questions mean the same; it is called when there are any to compare.
    """

    def __init__(self, *, engine: AnswerEngine, journal: Journal, checker: Callable[[], ClaimChecker]) -> None:
        self._engine = engine
        self._journal = journal
        self._checker = checker
        self._clusters = QuestionClusters(checker)

    def asking(self, engine: AnswerEngine) -> GapReview:
        """Return a review of the same gaps that asks another engine."""
        return GapReview(engine=engine, journal=self._journal, checker=self._checker)

    def themes(self, scope: Scope) -> tuple[Theme, ...]:
        """Return the open gaps grouped by meaning, the theme with the newest gap first.

        If the model cannot be loaded, each gap is a theme of its own.
        """
        gaps = self._journal.gaps(scope)[:MOST_GROUPED]
        try:
            questions = [gap.question for gap in gaps]
            groups = self._clusters.groups(questions, self._engine.vectors(questions)) if gaps else []
        except LibraryError as error:
            log.warning("Gaps are not grouped: %s", error)
            groups = [[row] for row in range(len(gaps))]
        themes = [self._theme([gaps[row] for row in rows]) for rows in groups]
        return tuple(sorted(themes, key=lambda theme: theme.gaps[0].newest, reverse=True))

    def answered_for(
        self,
        scopes: Sequence[Scope],
        *,
        progress: Progress | None = None,
        ask: Callable[[str], Answer] | None = None,
    ) -> list[tuple[str, ...]]:
        """Ask open gaps again, the newest questions of all servers, and mark those with an answer now as solved.

        A question that was answered before and voted down stays open: an answer alone does not mend it. An error of
        the engine ends the round; what was solved before it stays solved. With `ask`, which answers from a snapshot
        that is not live yet, nothing is marked as solved.

        Returns
        -------
        list of tuple of str
            For each scope the questions with an answer now, of those that it covers.
        """
        visible = [{answer_id for gap in self._journal.gaps(scope) for answer_id in gap.ids} for scope in scopes]
        unanswered = [gap for gap in self._journal.gaps(EVERYWHERE) if self._never_answered(gap)]
        questions = list(dict.fromkeys(gap.question for gap in unanswered))[:MOST_REASKED]
        solved: list[Gap] = []
        try:
            for done, question in enumerate(questions, 1):
                if not (ask or self._engine.ask)(question).abstained:
                    same = [gap for gap in unanswered if gap.question == question]
                    solved += [gap for gap in same if ask or self._solve(gap)]
                if progress:
                    progress(Stage.CHECKING_GAPS, done, len(questions))
        except LibraryError as error:
            log.warning("Not every open gap is asked again: %s", error)
        return [tuple(dict.fromkeys(gap.question for gap in solved if not ids.isdisjoint(gap.ids))) for ids in visible]

    def _never_answered(self, gap: Gap) -> bool:
        if gap.why == GapReason.UNANSWERED:
            return True
        entries = (self._journal.entry(answer_id) for answer_id in gap.ids)
        return all(entry is None or entry.abstained for entry in entries)

    def _solve(self, gap: Gap) -> bool:
        """Mark a gap as solved by no person; return whether it was open still."""
        return self._journal.solve(gap.ids, user=None) > 0

    def _theme(self, gaps: Sequence[Gap]) -> Theme:
        newest_first = tuple(sorted(gaps, key=lambda gap: gap.newest, reverse=True))
        entry = self._journal.entry(newest_first[0].ids[0])
        return Theme(newest_first, entry.citations[:MOST_NEAREST] if entry else ())
