"""Questions' candidates, quotations and answers.

Standard library only; every class is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.domain.messages import Message

__all__ = [
    "ABSTENTION",
    "LIKELY",
    "NO",
    "NO_QUESTION",
    "OTHER_LANGUAGE",
    "SURE",
    "YES",
    "Answer",
    "Certainty",
    "Citation",
    "ShortAnswer",
    "SourceChange",
    "SourcePage",
    "SuggestedQuestion",
    "WrittenSentence",
]


ABSTENTION = Message("The sources don't say.")
"""The text of an abstention that gives no reason."""

NO_QUESTION = "no question"
"""A reason for an abstention: the text asks nothing of the sources."""
OTHER_LANGUAGE = "language"
"""A reason for an abstention: the model does not read the question's language."""

YES, NO = "yes", "no"
"""Verdicts on a yes-no question."""

SURE, LIKELY = 0.9, 0.75
"""Least confidence of an answer that is called sure, and of one that is called likely."""


class Certainty(StrEnum):
    """How sure an answer is, in the one word that people see of its confidence."""

    SURE = "sure"
    LIKELY = "likely"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation, checked when the answer is made: `document.text[start:end] == quote`.

    `score` is the probability, 0..1, that this passage answers the question. `shown` is the quotation as a person reads
    it (without Markdown marks, mojibake repaired, an ellipsis where a sentence is cut); offsets do not count in it.
    `context` is a name or heading that tells what the quotation speaks about, in words that are not part of it.
    """

    number: int
    source: str
    title: str
    section: str
    start: int
    end: int
    quote: str
    score: float
    url: str | None
    shown: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The words that answer, within the quotation number `citation`: `document.text[start:end] == text`."""

    text: str
    source: str
    start: int
    end: int
    citation: int


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence that a language model wrote; `citations` are the numbers of the quotations that carry it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sources say to a question, or why they say nothing.

    Attributes
    ----------
    citations : tuple of Citation
        The quotations, all from one `snapshot`; of an abstention only the nearest passages.
    confidence : float
        Probability, 0..1, that the sources answer the question.
    short_answer : ShortAnswer or None
        The words that answer; None if they are not certain.
    verdict : str
        "yes" or "no" if a quotation says so to a question that asks for it, else empty.
    conflict : bool
        Whether two quotations give different values.
    why : str
        Of an abstention: `NO_QUESTION`, `OTHER_LANGUAGE`, or empty if nothing more is known.
    read_as : str
        The question that a follow-up was rewritten to; empty if it was read as it stands.
    generator : str
        "extractive", or the name of the language model that wrote `sentences`.
    sentences : tuple of WrittenSentence
        What a language model wrote and the checks passed; empty of an answer that only quotes.
    dropped : int
        How many sentences of the language model did not pass.
    fault : str
        Why a language model was asked but did not write this answer (a `GenerationFault`), else empty.
    """

    question: str
    text: str
    citations: tuple[Citation, ...]
    confidence: float
    abstained: bool
    snapshot: str
    generator: str
    latency_ms: float = 0.0
    short_answer: ShortAnswer | None = None
    verdict: str = ""
    conflict: bool = False
    why: str = ""
    read_as: str = ""
    sentences: tuple[WrittenSentence, ...] = ()
    dropped: int = 0
    fault: str = ""

    @property
    def certainty(self) -> Certainty | None:
        """The confidence as a word; None for an abstention."""
        if self.abstained:
            return None
        if self.confidence >= SURE:
            return Certainty.SURE
        return Certainty.LIKELY if self.confidence >= LIKELY else Certainty.UNSURE


class SourceChange(StrEnum):
    """How a source changed since the snapshot of a page."""

    NONE = ""
    CHANGED = "changed"
    """The source changed, but still holds the quotation."""
    REWORDED = "reworded"
    """The source no longer holds the quotation."""
    REMOVED = "removed"
    EDITED = "edited"
    """The file is no longer as it was indexed; whether it still holds the quotation is not known."""
    DELETED = "deleted"
    """The file is gone, but was indexed."""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """One page of a source, around a quotation or further on; `page` counts from 1 to `pages`.

    Attributes
    ----------
    text : str
        The text as a person reads it, paragraphs separated by an empty line.
    highlight : tuple of int or None
        The characters of `text` that were quoted; None if the quotation is not on this page.
    link : str or None
        The public page with a text fragment that finds the quotation.
    change : SourceChange
        What happened to the source since `snapshot`.
    confidence : float or None
        That of the answer that quotes it; None if there was no answer and the passage is only near.
    """

    source: str
    title: str
    section: str
    text: str
    highlight: tuple[int, int] | None
    page: int
    pages: int
    snapshot: str
    link: str | None = None
    change: SourceChange = SourceChange.NONE
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class SuggestedQuestion:
    """A question that a source answers by its characters `start` to `end`, with the confidence of that answer."""

    question: str
    source: str
    start: int
    end: int
    confidence: float
