"""Candidates for an answer: quotations for the words that the reader found, and which of them are shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.answering.conflicts import newest_first, sources_disagree
from index.answering.quotations import Quotation, quote, quote_list
from index.answering.recency import Recency, section_recency
from index.answering.table_check import settle_cell
from index.domain.answers import Citation
from index.domain.documents import SEPARATOR
from index.domain.ports import VectorStore
from index.domain.reading import WindowReading
from index.reading.calibration import Calibration
from index.retrieval.search_index import SearchIndex
from index.text.tokens import content_stems, tokenize

__all__ = ["ALIKE", "MOST_QUOTATIONS", "Candidate", "Selection", "cite", "find_candidates", "select"]

MOST_QUOTATIONS = 3
"""Quotations of an answer, and nearest passages of an abstention."""

FURTHER = 0.5
"""Share of the best quotation's score from which on another one is needed: the reader wavers between them."""

UNLIKELY = 3.0
"""By how much less log-probability than a window's best words others are no answer in their place."""

ALIKE = 0.8
"""Cosine of two passages that may be two versions of one statement."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A quotation with its score: the probability that its window answers, times that of its words in the window."""

    quotation: Quotation
    document_id: str
    section: str
    recency: Recency
    score: float
    confidence: float

    def repeats(self, other: Candidate) -> bool:
        """Return whether this is of the same place as another one, or reads the same."""
        same_place = self.document_id == other.document_id and self.quotation.overlaps(other.quotation)
        return same_place or self.quotation.shown == other.quotation.shown


@dataclass(frozen=True, slots=True)
class Selection:
    """The candidates that are shown, in their order; `conflict` tells that two sources give different figures."""

    candidates: tuple[Candidate, ...]
    conflict: bool = False


def find_candidates(
    question: str, readings: Sequence[WindowReading], search_index: SearchIndex, calibration: Calibration
) -> list[Candidate]:
    """Return candidates, none of a place that another one quotes: first for the best words of the best window.

    There are none if these are for a cell of a table that is empty.
    """
    found: list[Candidate] = []
    for reading in readings:
        confidence = calibration.confidence(reading.reading)
        document = search_index.documents[reading.window.document_id]
        for span in reading.reading.spans:
            if not found and span.log_probability < reading.reading.spans[0].log_probability - UNLIKELY:
                break  # the words that it found cannot be quoted: they are of a title that the text does not hold
            quotation = quote(reading.window, span, search_index.passages, document, question)
            if quotation is None:
                continue
            settled = settle_cell(quotation, question, search_index.passages, document)
            if settled is None and not found:
                return []
            if settled is not None:
                section = search_index.passages[settled.rows[0]].section
                score = confidence * math.exp(span.log_probability)
                recency = section_recency(document, section)
                found.append(Candidate(settled, document.id, section, recency, score, confidence))
    chosen: list[Candidate] = []
    for candidate in [*found[:1], *sorted(found[1:], key=lambda each: -each.score)]:
        if not any(candidate.repeats(other) for other in chosen):
            chosen.append(candidate)
    return chosen


def select(candidates: Sequence[Candidate], question: str, threshold: float, search_index: SearchIndex) -> Selection:
    """Return which candidates answer a question: the best, those nearly as likely, and one that says otherwise.

    Of two that give different figures the newer comes first, by the version or date in their headings, else by their
    documents' dates. Two passages of one document disagree only if they are alike; then older ones are shown with their
    headings. If the question names what a section is about, as its heading says, the whole list is quoted.
    """
    best = candidates[0]
    sure = (candidate for candidate in candidates[1:] if candidate.confidence >= threshold)
    others = [each for each in sure if sources_disagree(best.quotation.answer, each.quotation.answer)]
    for other in others:
        if other.document_id != best.document_id:
            first, second = newest_first([best, other], lambda each: each.recency)
            if other is candidates[1] or first.recency.is_newer(second.recency):
                return Selection((first, second), conflict=True)
    changed = [other for other in others if _is_version(other, best, question, search_index.vectors)]
    if changed:
        first, *older = newest_first([best, *changed], lambda each: each.recency)
        return Selection(tuple([first, *map(_with_heading, older)][:MOST_QUOTATIONS]))
    chosen = [candidate for candidate in candidates if candidate.score >= FURTHER * best.score]
    if _names_section(question, best.section):
        whole = quote_list(best.quotation, search_index.passages, search_index.documents[best.document_id])
        chosen[0] = replace(best, quotation=whole)
        chosen[1:] = (each for each in chosen[1:] if not each.repeats(chosen[0]))
    return Selection(tuple([*chosen, *_evidence_below(chosen, candidates, question)][:MOST_QUOTATIONS]))


def _is_version(other: Candidate, best: Candidate, question: str, vectors: VectorStore) -> bool:
    """Return whether another quotation is an older or newer version of the best one, which is not asked for itself."""
    same = other.document_id == best.document_id and not (best.quotation.heading or other.quotation.heading)
    if not same or _is_asked_for(best, other, question):
        return False
    if not (other.recency.is_newer(best.recency) or best.recency.is_newer(other.recency)):
        return False
    rows = (each.quotation.rows[0] for each in (best, other))
    own, others = (vectors.rows(row, row + 1)[0] for row in rows)
    return float(own @ others) >= ALIKE


def cite(search_index: SearchIndex, candidates: Sequence[Candidate]) -> list[Citation]:
    """Return the candidates as citations, numbered from 1."""
    return [
        candidate.quotation.cite(
            search_index.documents[candidate.document_id], candidate.section, number, candidate.score
        )
        for number, candidate in enumerate(candidates, 1)
    ]


def _is_asked_for(candidate: Candidate, other: Candidate, question: str) -> bool:
    """Return whether a question names a word of a candidate's headings that the other's do not have: "in 2.0"."""
    own = set(tokenize(candidate.section)) - set(tokenize(other.section))
    return bool(own & set(tokenize(question)))


def _names_section(question: str, section: str) -> bool:
    """Return whether a question holds all words of a section's own heading: "the known issues", "what was added"."""
    heading = set(content_stems(section.rpartition(SEPARATOR)[2]))
    return bool(heading) and heading <= set(content_stems(question))


def _with_heading(candidate: Candidate) -> Candidate:
    heading = candidate.section.rpartition(SEPARATOR)[2]
    return replace(candidate, quotation=replace(candidate.quotation, context=heading))


def _evidence_below(chosen: Sequence[Candidate], candidates: Sequence[Candidate], question: str) -> list[Candidate]:
    """Return what stands below the heading that answers, if that heading shares no word with the question.

    So "Which version removed X?" is answered by "7.2" and by the line below that says so.
    """
    heading = chosen[0]
    if not heading.quotation.heading or set(tokenize(heading.quotation.shown)) & set(tokenize(question)):
        return []
    below = (each for each in candidates if each.section == heading.section and not each.quotation.heading)
    first = next(below, None)
    return [first] if first is not None and first not in chosen else []
