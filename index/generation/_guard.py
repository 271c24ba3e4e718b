"""The guard: whether what a written answer quotes is what was asked for."""

from __future__ import annotations

from index.answering.answerer import Answerer, ReadQuestion
from index.domain.answers import Answer, Citation
from index.domain.reading import Window
from index.generation.composition import Composition

__all__ = ["Guard"]

LEAST_WHERE_SILENT = 0.5
"""Confidence of a quoted window from which on an answer is written where the extractive reading abstains.

Of the questions about the release at which the extractive reading is silent, a window reaches it for all 5 that the
sources answer and for none of the 19 that they don't (`evaluation/llm.md`).
"""

LEAST_ELSEWHERE = 0.1
"""That of an answer which quotes nothing of the extractive one; windows that do not answer are mostly below it."""


class Guard:
    """Judges a written answer by the reader's confidence in the windows that it quotes; `read` is None of a summary."""

    def __init__(self, answerer: Answerer, extractive: Answer, read: ReadQuestion | None) -> None:
        self._answerer = answerer
        self._extractive = extractive
        self._read = read

    def confidence(self, window: Window) -> float:
        """Return the probability that a window answers the question right; of a summary it is not known, and 0."""
        return self._answerer.confidence_in(self._read, window) if self._read else 0.0

    def allows(self, composition: Composition, answers: bool | None) -> bool:
        """Return whether the answer so far may be shown; `answers` is what the model says of its sources."""
        if self._read is None:
            return answers is not False
        confidence = max((citation.score for citation in composition.citations), default=0.0)
        if self._extractive.abstained:
            return answers is True and confidence >= LEAST_WHERE_SILENT
        quoted = self._extractive.citations
        shared = any(_overlap(own, other) for own in composition.citations for other in quoted)
        return answers is not False and (shared or confidence >= LEAST_ELSEWHERE)


def _overlap(citation: Citation, other: Citation) -> bool:
    return citation.source == other.source and citation.start < other.end and other.start < citation.end
