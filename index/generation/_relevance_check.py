"""The relevance check: whether what a written answer quotes is what was asked for."""

from __future__ import annotations

from index.answering.answerer import Answerer, ReadQuestion
from index.domain.answers import Answer, Citation, ShortAnswer
from index.domain.reading import Window
from index.generation.composition import Composition

__all__ = ["RelevanceCheck"]

LEAST_WHERE_SILENT = 0.5
"""Confidence of a quoted window from which on an answer is written where the extractive reading abstains.

Of the questions about the release at which the extractive reading is silent, a window reaches it for all 5 that the
sources answer and for none of the 19 that they don't (`evaluation/llm.md`).
"""


class RelevanceCheck:
    """Judges a written answer by the reader's confidence in the windows that it quotes; `read` is None of a summary."""

    def __init__(self, answerer: Answerer, extractive: Answer, read: ReadQuestion | None) -> None:
        self._answerer = answerer
        self._extractive = extractive
        self._read = read

    def confidence(self, window: Window) -> float:
        """Return the probability that a window answers the question right; of a summary it is not known, and 0."""
        return self._answerer.confidence_in(self._read, window) if self._read else 0.0

    def allows(self, composition: Composition, answers: bool | None) -> bool:
        """Return whether the answer so far may be shown; `answers` is what the model says of its sources.

        Where the extractive reading answers, the words in which it does must be among what is quoted: what else a model
        writes may be true, but was not asked for.
        """
        if self._read is None:
            return answers is not False
        if self._extractive.abstained:
            confidence = max((citation.score for citation in composition.citations), default=0.0)
            return answers is True and confidence >= LEAST_WHERE_SILENT
        wanted = self._extractive.short_answer or self._extractive.citations[0]
        return answers is not False and any(_overlap(citation, wanted) for citation in composition.citations)


def _overlap(citation: Citation, other: Citation | ShortAnswer) -> bool:
    return citation.source == other.source and citation.start < other.end and other.start < citation.end
