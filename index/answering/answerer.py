"""The answering pipeline: retrieve windows, read them, decide, quote, then verify every quotation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.answering.quotations import Quotation, quote
from index.answering.verification import verify_citations, verify_short_answer
from index.domain.answers import ABSTENTION, Answer, Citation
from index.domain.documents import Passage
from index.domain.ports import Embedder, Vectors
from index.domain.reading import Window, WindowReading
from index.reading.calibration import Calibration
from index.reading.windows_reader import WindowsReader
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex
from index.text.normalize import fix_mojibake

__all__ = ["GENERATOR", "Answerer"]

GENERATOR = "extractive"

MOST_QUOTATIONS = 3
MOST_BEFORE = 2
"""Earlier questions that a follow-up is read with."""

FOLLOW_UP_MARGIN = 0.5
"""Log-odds by which a reading with the questions before must beat the one of the question alone."""

FURTHER = 0.6
"""Share of the best quotation's confidence from which on another is quoted too."""

NEAREST = 3
"""Passages of an abstention."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read a question: the text that was read, and the readings of its windows, best first."""

    text: str
    readings: list[WindowReading]

    @property
    def odds(self) -> float:
        return self.readings[0].reading.answerable if self.readings else float("-inf")


class Answerer:
    """Answers questions from a search index, or abstains if the confidence, 0..1, is below the threshold."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        retriever: Retriever,
        reader: WindowsReader,
        calibration: Calibration,
        threshold: float,
    ) -> None:
        self._embedder = embedder
        self._retriever = retriever
        self._reader = reader
        self._calibration = calibration
        self._threshold = threshold

    def answer(self, search_index: SearchIndex, question: str, before: Sequence[str] = ()) -> Answer:
        """Return the answer, or an abstention whose citations are the nearest passages.

        `before` are the questions that this one follows, oldest first: it is read alone and after the last ones, and
        the surest reading counts. `read_as` says which, if it is not the question alone.
        """
        vector = self._embedder.question(question)
        best = self._read(search_index, question, vector)
        for count in range(1, min(len(before), MOST_BEFORE) + 1):
            text = " ".join([*before[-count:], question])
            reading = self._read(search_index, text, self._embedder.question(text))
            if reading.odds > best.odds + FOLLOW_UP_MARGIN:
                best = reading
        answer = self._decide(search_index, question, best)
        return answer if best.text == question else replace(answer, read_as=best.text)

    def nearest(self, search_index: SearchIndex, question: str, most: int) -> Answer:
        """Return an abstention that cites the passages nearest to a question, each by itself, at most `most`."""
        vector = self._embedder.question(question)
        rows = self._retriever.rows(search_index, question, vector)[:most]
        citations = [_cite_passage(search_index, row, number) for number, row in enumerate(rows, 1)]
        return self._abstain(search_index, question, 0.0, citations)

    def _read(self, search_index: SearchIndex, question: str, vector: Vectors) -> _Reading:
        windows = self._retriever.retrieve(search_index, question, vector)
        return _Reading(question, self._reader.read(question, windows))

    def _decide(self, search_index: SearchIndex, question: str, read: _Reading) -> Answer:
        confidence = self._calibration.confidence(read.readings)
        quotations = self._quotations(search_index, read.readings)
        if confidence < self._threshold or not quotations:
            nearest = quotations or self._fallback(search_index, read.readings)
            return self._abstain(search_index, question, confidence, self._cite(search_index, nearest[:NEAREST]))
        kept = [quotations[0], *(pair for pair in quotations[1:] if pair[1] >= FURTHER * quotations[0][1])]
        citations = verify_citations(self._cite(search_index, kept[:MOST_QUOTATIONS]), search_index.documents)
        if not citations:
            return self._abstain(search_index, question, confidence, [])
        document = search_index.documents[search_index.passages[quotations[0][0].rows[0]].document_id]
        short = quotations[0][0].short_answer(document, 1)
        return Answer(
            question=question,
            text=" ".join(f"{citation.shown} [{citation.number}]" for citation in citations),
            citations=citations,
            confidence=round(confidence, 4),
            abstained=False,
            snapshot=search_index.id,
            generator=GENERATOR,
            short_answer=verify_short_answer(short, citations, search_index.documents),
        )

    def _quotations(
        self, search_index: SearchIndex, readings: Sequence[WindowReading]
    ) -> list[tuple[Quotation, float]]:
        """Return quotations for the best words of the windows, best first, each with its probability."""
        candidates: list[tuple[float, Window, int]] = []
        found: list[tuple[float, Quotation]] = []
        for reading in readings:
            probability = self._calibration.confidence([reading])
            document = search_index.documents[reading.window.document_id]
            for span in reading.reading.spans:
                quotation = quote(reading.window, span, search_index.passages, document)
                if quotation is not None:
                    found.append((probability * 2.718281828**span.log_probability, quotation))
        del candidates
        chosen: list[tuple[Quotation, float]] = []
        for score, quotation in sorted(found, key=lambda pair: -pair[0]):
            passage = search_index.passages[quotation.rows[0]]
            same = [
                other
                for other, _ in chosen
                if search_index.passages[other.rows[0]].document_id == passage.document_id and other.overlaps(quotation)
            ]
            if not same and not any(other.shown == quotation.shown for other, _ in chosen):
                chosen.append((quotation, score))
        return chosen

    def _fallback(self, search_index: SearchIndex, readings: Sequence[WindowReading]) -> list[tuple[Quotation, float]]:
        return []

    def _cite(self, search_index: SearchIndex, quotations: Sequence[tuple[Quotation, float]]) -> list[Citation]:
        citations = []
        for number, (quotation, score) in enumerate(quotations, 1):
            passage = search_index.passages[quotation.rows[0]]
            document = search_index.documents[passage.document_id]
            citations.append(quotation.cite(document, passage.section, number, min(1.0, score)))
        return citations

    def _abstain(
        self, search_index: SearchIndex, question: str, confidence: float, citations: Sequence[Citation]
    ) -> Answer:
        return Answer(
            question=question,
            text=ABSTENTION,
            citations=verify_citations(citations, search_index.documents),
            confidence=round(confidence, 4),
            abstained=True,
            snapshot=search_index.id,
            generator=GENERATOR,
        )


def _cite_passage(search_index: SearchIndex, row: int, number: int) -> Citation:
    passage: Passage = search_index.passages[row]
    document = search_index.documents[passage.document_id]
    return Citation(
        number=number,
        source=document.source,
        title=fix_mojibake(document.title),
        section=passage.section,
        start=passage.start,
        end=passage.end,
        quote=passage.text,
        score=0.0,
        url=document.url,
        shown=passage.reading,
    )
