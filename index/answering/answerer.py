"""Abstain or generate, then check every citation against the stored text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from index.answering._conflicts import find_conflict
from index.answering._decomposition import decompose
from index.answering._merging import AnsweredPart, answered_by_one_sentence, merge_answers
from index.answering._small_talk import strip_small_talk
from index.answering._spelling import SpellingCorrector
from index.answering._table_lookup import LOOKUP_CONFIDENCE, TableCell, find_cell
from index.answering._yes_no import judge_yes_no
from index.answering.abstention import AbstentionExplainer
from index.answering.extractive import cite
from index.answering.spans import extract_short_answer, figure_belongs_to_other, make_short_answer
from index.domain.answers import ABSTENTION, Answer, Citation, Hit, ShortAnswer
from index.domain.documents import Document
from index.domain.messages import Message
from index.domain.ports import Embedder, Generator
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex

__all__ = ["Answerer", "verify_citations", "verify_short_answer"]

log = logging.getLogger(__name__)


class Answerer:
    """Answers from one shelf at a time. `confidence` judges reranked hits; below `threshold` it abstains, and
    where the figure found is another's.

    `silence` says why there is no answer.
    """

    def __init__(
        self,
        *,
        embedder: Embedder,
        retriever: Retriever,
        generator: Generator,
        confidence: Callable[[Sequence[Hit]], float],
        threshold: float,
        silence: AbstentionExplainer | None = None,
    ) -> None:
        self._embedder = embedder
        self._retriever = retriever
        self._generator = generator
        self._confidence = confidence
        self._threshold = threshold
        self._silence = silence or AbstentionExplainer()
        self._speller = SpellingCorrector(embedder.count)

    def answer(self, shelf: SearchIndex, question: str) -> Answer:
        """The answer, or an abstention whose citations are the nearest passages.

        A question about several things that no one sentence answers is asked about each. Misspelt words are read as
        the sources spell them, and courtesies are not read; `read_as` tells.
        """
        read = self._speller.mended(strip_small_talk(question, shelf), shelf)
        found = self._answered(shelf, read)
        return found if read == question else replace(found, question=question, read_as=read)

    def _answered(self, shelf: SearchIndex, question: str) -> Answer:
        whole, hits = self._answer(shelf, question)
        asked = decompose(question)
        if asked and not answered_by_one_sentence(question, hits, asked):
            whole = merge_answers(whole, [AnsweredPart(part, *self._answer(shelf, part.question)) for part in asked])
        if whole.abstained and find_cell(question, hits, shelf.passages) is None:
            return self._silence.explained(whole, hits, shelf)
        return whole  # of a cell without a value nothing is missing in the sources

    def nearest(self, shelf: SearchIndex, question: str, most: int) -> Answer:
        """No answer: the passages nearest to a question, each by itself, `most` of them."""
        hits = self._retriever.retrieve(shelf, question, self._embedder.question(question))[:most]
        citations = [cite([hit], number, shelf.documents) for number, hit in enumerate(hits, 1)]
        return Answer(
            question=question,
            text=ABSTENTION,
            citations=verify_citations(citations, shelf.documents),
            confidence=round(self._confidence(hits), 4),
            abstained=True,
            snapshot=shelf.id,
            generator=self._generator.name,
        )

    def _answer(self, shelf: SearchIndex, question: str) -> tuple[Answer, list[Hit]]:
        hits = self._retriever.retrieve(shelf, question, self._embedder.question(question))
        confidence = 0.0 if self._silence.no_question(question, hits, shelf) else self._confidence(hits)
        cell = find_cell(question, hits, shelf.passages)
        if cell and cell.told:
            hits, confidence = cell.first(hits), max(confidence, LOOKUP_CONFIDENCE)
        elif cell:
            confidence = min(confidence, 1 - LOOKUP_CONFIDENCE)
        sure = confidence >= self._threshold and not (figure_belongs_to_other(question, hits) and cell is None)
        draft = self._generator.generate(question, hits, shelf.documents, sure=sure)
        citations = verify_citations(draft.citations, shelf.documents)
        intact = len(citations) == len(draft.citations)
        abstained = not sure or not citations or (cell is not None and not cell.told)
        found = Answer(
            question=question,
            text=ABSTENTION if abstained else draft.text if intact else _quoted(citations),
            citations=citations,
            confidence=round(confidence, 4),
            abstained=abstained,
            snapshot=shelf.id,
            generator=self._generator.name,
        )
        return (found if abstained else self._plainly(found, hits, shelf.documents, cell)), hits

    def _plainly(
        self, found: Answer, hits: Sequence[Hit], documents: Mapping[str, Document], cell: TableCell | None
    ) -> Answer:
        """The answer with what can be said in short: the words that answer, yes or no, that sources disagree."""
        question = found.question
        if cell:
            short = make_short_answer(cell.hit.passage, cell.place, found.citations, documents)
            return replace(found, short_answer=verify_short_answer(short, found.citations, documents))
        if pair := find_conflict(question, hits, documents):
            citations = verify_citations(
                [cite([hit], number, documents) for number, hit in enumerate(pair, 1)], documents
            )
            values = [
                verify_short_answer(extract_short_answer(question, [at], citations, documents), citations, documents)
                for at in pair
            ]
            said = ", ".join(f"“{' '.join(at.text.split())}” [{at.citation}]" for at in values if at)
            if len(citations) == len(pair) and all(values):
                text = Message("The sources disagree: {values}.", values=said)
                return replace(found, text=text, citations=citations, conflict=True)
        short = extract_short_answer(question, hits, found.citations, documents)
        best = hits[0].passage
        cited = any(at.start <= best.start and best.end <= at.end for at in found.citations)
        return replace(
            found,
            short_answer=verify_short_answer(short, found.citations, documents),
            verdict=judge_yes_no(question, best) if cited else "",
        )


def verify_citations(citations: Sequence[Citation], documents: Mapping[str, Document]) -> tuple[Citation, ...]:
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


def verify_short_answer(
    short: ShortAnswer | None, citations: Sequence[Citation], documents: Mapping[str, Document]
) -> ShortAnswer | None:
    """The short answer where it stands in its source to the letter and within its citation; else None, a defect."""
    if short is None:
        return None
    texts = [document.text for document in documents.values() if document.source == short.source]
    holders = [at for at in citations if at.number == short.citation and at.source == short.source]
    within = any(at.start <= short.start < short.end <= at.end for at in holders)
    if within and any(text[short.start : short.end] == short.text for text in texts):
        return short
    log.error("defect: a short answer of %s at %d is not in its quotation", short.source, short.start)
    return None


def _quoted(citations: Sequence[Citation]) -> str:
    return " ".join(f"{citation.shown} [{citation.number}]" for citation in citations)
