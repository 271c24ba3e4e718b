"""Abstain or generate, then check every citation against the stored text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from index.ports import Embedder, Generator
from index.retrieve import Retriever, Shelf
from index.types import Answer, Citation, Document, Hit

__all__ = ["ABSTENTION", "Answerer", "checked"]

ABSTENTION = "The sources don't say."

log = logging.getLogger(__name__)


class Answerer:
    """Answers from one shelf at a time. `confidence` judges reranked hits; below `threshold` it abstains."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        retriever: Retriever,
        generator: Generator,
        confidence: Callable[[Sequence[Hit]], float],
        threshold: float,
    ) -> None:
        self._embedder = embedder
        self._retriever = retriever
        self._generator = generator
        self._confidence = confidence
        self._threshold = threshold

    def answer(self, shelf: Shelf, question: str) -> Answer:
        """The answer, or an abstention whose citations are the nearest passages."""
        hits = self._retriever.retrieve(shelf, question, self._embedder.question(question))
        confidence = self._confidence(hits)
        sure = confidence >= self._threshold
        draft = self._generator.generate(question, hits, shelf.documents, sure=sure)
        citations = checked(draft.citations, shelf.documents)
        intact = len(citations) == len(draft.citations)
        abstained = not sure or not citations
        return Answer(
            question=question,
            text=ABSTENTION if abstained else draft.text if intact else _quoted(citations),
            citations=citations,
            confidence=round(confidence, 4),
            abstained=abstained,
            snapshot=shelf.id,
            generator=self._generator.name,
        )


def checked(citations: Sequence[Citation], documents: Mapping[str, Document]) -> tuple[Citation, ...]:
    """The citations whose quotation stands in its source to the letter, numbered anew; others are a defect."""
    by_source = {document.source: document for document in documents.values()}
    kept = []
    for citation in citations:
        document = by_source.get(citation.source)
        if (
            document is not None
            and 0 <= citation.start < citation.end
            and (document.text[citation.start : citation.end] == citation.quote)
        ):
            kept.append(citation)
        else:
            log.error("defect: a quotation of %s at %d is not in the source", citation.source, citation.start)
    return tuple(replace(citation, number=number) for number, citation in enumerate(kept, 1))


def _quoted(citations: Sequence[Citation]) -> str:
    return " ".join(f"{citation.shown} [{citation.number}]" for citation in citations)
