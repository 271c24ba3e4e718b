"""Verdicts: whether a quotation says yes or no to a question."""

from __future__ import annotations

from index.domain.answers import NO, YES, Citation
from index.domain.reading import Entailment, WindowReading
from index.reading.windows_reader import WindowsReader

__all__ = ["find_verdict"]

LEAST_CONFIDENCE = 0.85
LEAST_IN_QUOTATION = 0.9
"""Confidence of the answer, and probability that its quotation alone says yes or no. With 0.05 less of each no question
for development in tests/data/verdicts.jsonl is told wrongly.
"""

LEAST_IN_WINDOW = 0.5
"""The same of the whole window, so that only a quotation for what may be a yes-no question is read by itself."""


def find_verdict(
    question: str, citation: Citation, best: WindowReading, confidence: float, reader: WindowsReader
) -> str:
    """Return "yes" or "no" if the best window and its quotation surely say so, else an empty text.

    A window alone may seem to: "Does it cost anything?" finds a "performance-to-cost ratio".
    """
    hint = _side(best.reading.entailment, LEAST_IN_WINDOW)
    if not hint or confidence < LEAST_CONFIDENCE:
        return ""
    evidence = f"{citation.context} {citation.shown}".strip()
    return hint if _side(reader.read_text(question, evidence).entailment, LEAST_IN_QUOTATION) == hint else ""


def _side(entailment: Entailment | None, least: float) -> str:
    if entailment is None or max(entailment.entailed, entailment.contradicted) < least:
        return ""
    return YES if entailment.entailed > entailment.contradicted else NO
