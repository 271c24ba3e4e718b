"""Windows of the sources, and what a reader finds in them.

Standard library only; every class is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass

from index.domain.documents import TextRun

__all__ = ["AnswerSpan", "Entailment", "Reading", "Window", "WindowReading"]


@dataclass(frozen=True, slots=True)
class Window:
    """What the reader reads at once: neighbouring passages of one section, under their headings.

    Attributes
    ----------
    rows : range
        The rows of its passages in the index.
    text : str
        Readable text: the heading path, then the passages; no markup.
    runs : tuple of TextRun
        Which characters of `text` stand for which of the document; what lies between two runs is not in the source.
    """

    document_id: str
    rows: range
    text: str
    runs: tuple[TextRun, ...]


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """Characters `start` to `end` (exclusive) of a window's text that may answer; `log_probability` is 0 or less."""

    start: int
    end: int
    log_probability: float


@dataclass(frozen=True, slots=True)
class Entailment:
    """Probabilities, together 1, that evidence entails a claim, leaves it open, or contradicts it.

    Of a question: that the window answers yes, neither, or no.
    """

    entailed: float
    neutral: float
    contradicted: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader says of a question, or a claim, and a window.

    `answerable` are log-odds that the window answers; `spans` are the best words for the case that it does, best first;
    `entailment` is None of a reader without such a head.
    """

    answerable: float
    spans: tuple[AnswerSpan, ...]
    entailment: Entailment | None = None


@dataclass(frozen=True, slots=True)
class WindowReading:
    """A window with its reading."""

    window: Window
    reading: Reading
