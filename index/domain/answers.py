"""The nouns of a question and its answer: documents, passages, quotations. Standard library only; every class is
frozen."""

from __future__ import annotations

from dataclasses import dataclass

from index.domain.documents import Passage
from index.domain.messages import Message

__all__ = [
    "ABSTENTION",
    "MISSING",
    "NO_QUESTION",
    "OTHER_LANGUAGE",
    "Answer",
    "Citation",
    "Hit",
    "ShortAnswer",
    "SourcePage",
]


ABSTENTION = Message("The sources don't say.")
"""The text of an answer that abstains and gives no reason."""

MISSING = "missing"
"""Why there is no answer: something of the question that the sources lack is named."""
NO_QUESTION = "no question"
"""Nothing is asked of the sources."""
OTHER_LANGUAGE = "language"
"""The question is in a language that the model does not read."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A candidate passage. `cosine` is in -1..1, 1.0 the same direction; `bm25` is 0 or more, no upper bound;
    `features` are the evidence for it, as `index.retrieval.features` names them; `row` is its place among all passages,
    in the order of the texts; `score` is the probability, 0..1, that it answers the question, 0.0 before reranking.

    Of a hit that a reader read: `odds` are its log-odds that this passage answers rather than none does, `prior`
    the score that it had before."""

    passage: Passage
    cosine: float
    bm25: float
    features: tuple[float, ...] = ()
    row: int = -1
    score: float = 0.0
    odds: float | None = None
    prior: float = 0.0


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation: `document.text[start:end] == quote`, checked at answer time.

    `score` is the probability, 0..1, that this passage answers the question. `shown` is the quotation as a
    person reads it (Markdown marks dropped, mojibake repaired): for eyes only, offsets belong to `quote`.
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


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The words that answer, within a quotation: `document.text[start:end] == text`, checked at answer time.

    `citation` is the number of the citation that holds them.
    """

    text: str
    source: str
    start: int
    end: int
    citation: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sources say. When `abstained`, `citations` are only the nearest passages.

    `confidence` is the probability, 0..1, that the sources answer the question. `snapshot` is the id of the
    one snapshot that every citation comes from. `latency_ms` is the time the question took, in milliseconds.
    `short_answer` is None where it is not plain which words answer. `verdict` is "yes" or "no" where a quotation
    says so to a question that asks for it, else empty. `conflict` says that two quotations give different values.

    When `abstained`, `text` says why, `why` is one of MISSING, NO_QUESTION, OTHER_LANGUAGE, or empty where nothing
    more is known, and `missing` are the words of the question that the sources lack.

    `read_as` is how a follow-up was read in the light of the turns before it, empty where it was read as it stands.
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
    missing: tuple[str, ...] = ()
    why: str = ""
    read_as: str = ""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """A page of a source for a reader, around a quotation or further on.

    `text` is what a person reads, a paragraph a line group with an empty line between; `bold` are the characters of
    `text` that were quoted, None where the quotation is not on this page. `page` counts from 1 to `pages`.
    `snapshot` is the one that the text is from. `link` is the public page with a text fragment that finds the
    quotation, None without a public page. `since` says what became of the source since that snapshot: "" the same,
    "changed" elsewhere, "reworded" where the quotation stood, "removed".
    """

    source: str
    title: str
    section: str
    text: str
    bold: tuple[int, int] | None
    page: int
    pages: int
    snapshot: str
    link: str | None = None
    since: str = ""
