"""The answering pipeline: retrieve, decide, generate, then verify every citation against the stored text."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.answering._conflicts import find_conflict
from index.answering._decomposition import SubQuestion, decompose
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
from index.text.questions import QuestionAnalysis

__all__ = ["Answerer", "verify_citations", "verify_short_answer"]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """An answer to one question, not explained yet, with the hits and the table cell that it was made from."""

    answer: Answer
    hits: list[Hit]
    cell: TableCell | None


class Answerer:
    """Answers questions from a search index, or abstains if the confidence of the hits, 0..1, is below a threshold.

    The generator's citations are verified, not trusted.
    """

    def __init__(
        self,
        *,
        embedder: Embedder,
        retriever: Retriever,
        generator: Generator,
        confidence: Callable[[Sequence[Hit]], float],
        threshold: float,
        explainer: AbstentionExplainer | None = None,
    ) -> None:
        self._embedder = embedder
        self._retriever = retriever
        self._generator = generator
        self._confidence = confidence
        self._threshold = threshold
        self._explainer = explainer or AbstentionExplainer()
        self._spelling = SpellingCorrector(embedder.count)

    def answer(self, search_index: SearchIndex, question: str) -> Answer:
        """Return the answer, or an abstention whose citations are the nearest passages.

        A question about several things that no one sentence answers is asked about each. Misspelt words are read as
        the sources spell them, and small talk is left out; `read_as` is the question as it was read.
        """
        read_as = self._spelling.correct(strip_small_talk(question, search_index), search_index)
        answer = self._answer_or_explain(search_index, QuestionAnalysis.of(read_as))
        return answer if read_as == question else replace(answer, question=question, read_as=read_as)

    def nearest(self, search_index: SearchIndex, question: str, most: int) -> Answer:
        """Return an abstention that cites the passages nearest to a question, each by itself, at most `most`."""
        hits = self._retrieve(search_index, QuestionAnalysis.of(question))[:most]
        citations = [cite([hit], number, search_index.documents) for number, hit in enumerate(hits, 1)]
        return Answer(
            question=question,
            text=ABSTENTION,
            citations=verify_citations(citations, search_index.documents),
            confidence=round(self._confidence(hits), 4),
            abstained=True,
            snapshot=search_index.id,
            generator=self._generator.name,
        )

    def _answer_or_explain(self, search_index: SearchIndex, question: QuestionAnalysis) -> Answer:
        attempt = self._attempt(search_index, question)
        answer, parts = attempt.answer, decompose(question)
        if parts and not answered_by_one_sentence(question, attempt.hits, parts):
            answer = merge_answers(answer, [self._answer_part(search_index, part) for part in parts])
        if answer.abstained and attempt.cell is None:  # of a cell without a value nothing is missing in the sources
            return self._explainer.explain(answer, question, attempt.hits, search_index)
        return answer

    def _answer_part(self, search_index: SearchIndex, part: SubQuestion) -> AnsweredPart:
        attempt = self._attempt(search_index, QuestionAnalysis.of(part.question))
        return AnsweredPart(part, attempt.answer, attempt.hits)

    def _attempt(self, search_index: SearchIndex, question: QuestionAnalysis) -> _Attempt:
        hits = self._retrieve(search_index, question)
        is_off_topic = self._explainer.is_out_of_scope(question, hits, search_index)
        confidence = 0.0 if is_off_topic else self._confidence(hits)
        cell = find_cell(question, hits, search_index.passages)
        if cell and cell.has_value:
            hits, confidence = cell.move_to_front(hits), max(confidence, LOOKUP_CONFIDENCE)
        elif cell:
            confidence = min(confidence, 1 - LOOKUP_CONFIDENCE)
        sure = confidence >= self._threshold and not (cell is None and figure_belongs_to_other(question, hits))
        draft = self._generator.generate(question.text, hits, search_index.documents, sure=sure)
        citations = verify_citations(draft.citations, search_index.documents)
        abstained = not sure or not citations or (cell is not None and not cell.has_value)
        text = draft.text if len(citations) == len(draft.citations) else _quote(citations)
        answer = Answer(
            question=question.text,
            text=ABSTENTION if abstained else text,
            citations=citations,
            confidence=round(confidence, 4),
            abstained=abstained,
            snapshot=search_index.id,
            generator=self._generator.name,
        )
        if not abstained:
            answer = _shorten(answer, question, hits, search_index.documents, cell)
        return _Attempt(answer, hits, cell)

    def _retrieve(self, search_index: SearchIndex, question: QuestionAnalysis) -> list[Hit]:
        return self._retriever.retrieve(search_index, question, self._embedder.question(question.text))


def _shorten(
    answer: Answer,
    question: QuestionAnalysis,
    hits: Sequence[Hit],
    documents: Mapping[str, Document],
    cell: TableCell | None,
) -> Answer:
    """Return the answer with what can be said in short: the words that answer, yes or no, that sources disagree."""
    if cell:
        short = make_short_answer(cell.hit.passage, cell.span, answer.citations, documents)
        return replace(answer, short_answer=verify_short_answer(short, answer.citations, documents))
    if (pair := find_conflict(question, hits, documents)) and (conflict := _cite_conflict(question, pair, documents)):
        text, citations = conflict
        return replace(answer, text=text, citations=citations, conflict=True)
    short = extract_short_answer(question, hits, answer.citations, documents)
    best = hits[0].passage
    is_cited = any(citation.start <= best.start and best.end <= citation.end for citation in answer.citations)
    return replace(
        answer,
        short_answer=verify_short_answer(short, answer.citations, documents),
        verdict=judge_yes_no(question, best) if is_cited else "",
    )


def _cite_conflict(
    question: QuestionAnalysis, pair: tuple[Hit, Hit], documents: Mapping[str, Document]
) -> tuple[Message, tuple[Citation, ...]] | None:
    """Return text and citations that show two contradicting values; None if one of them cannot be shown."""
    citations = verify_citations([cite([hit], number, documents) for number, hit in enumerate(pair, 1)], documents)
    shorts = [
        verify_short_answer(extract_short_answer(question, [hit], citations, documents), citations, documents)
        for hit in pair
    ]
    values = [f"“{' '.join(short.text.split())}” [{short.citation}]" for short in shorts if short]
    if len(citations) < len(pair) or len(values) < len(pair):
        return None
    return Message("The sources disagree: {values}.", values=", ".join(values)), citations


def verify_citations(citations: Sequence[Citation], documents: Mapping[str, Document]) -> tuple[Citation, ...]:
    """Return the citations whose quotation is in its source to the letter, numbered anew; log other ones as defects."""
    by_source = {document.source: document for document in documents.values()}
    verified = []
    for citation in citations:
        document = by_source.get(citation.source)
        if (
            document is not None
            and 0 <= citation.start < citation.end
            and (document.text[citation.start : citation.end] == citation.quote)
        ):
            verified.append(citation)
        else:
            log.error("defect: a quotation of %s at %d is not in the source", citation.source, citation.start)
    return tuple(replace(citation, number=number) for number, citation in enumerate(verified, 1))


def verify_short_answer(
    short: ShortAnswer | None, citations: Sequence[Citation], documents: Mapping[str, Document]
) -> ShortAnswer | None:
    """Return the short answer if it is in its source to the letter and within its citation; else log a defect."""
    if short is None:
        return None
    texts = [document.text for document in documents.values() if document.source == short.source]
    is_within = any(
        citation.number == short.citation
        and citation.source == short.source
        and citation.start <= short.start < short.end <= citation.end
        for citation in citations
    )
    if is_within and any(text[short.start : short.end] == short.text for text in texts):
        return short
    log.error("defect: a short answer of %s at %d is not in its quotation", short.source, short.start)
    return None


def _quote(citations: Sequence[Citation]) -> str:
    return " ".join(f"{citation.shown} [{citation.number}]" for citation in citations)
