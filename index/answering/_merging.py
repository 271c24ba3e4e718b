"""Merge the answers to the parts of a question into one that labels each part, unanswered ones included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.answering._attribution import belongs_to_other
from index.answering._decomposition import COMPARISON_STEMS, SubQuestion
from index.domain.answers import Answer, Citation, Hit
from index.domain.messages import Message, join_sentences
from index.text.passages import passage_text, stems_in_context
from index.text.questions import QuestionAnalysis
from index.text.tokens import content_stems

__all__ = ["AnsweredPart", "answered_by_one_sentence", "merge_answers"]

MOST_CITATIONS = 3

MIN_SCORE_SHARE = 0.5
"""A further citation of a part is shown if it scores at least this share of its first."""


@dataclass(frozen=True, slots=True)
class AnsweredPart:
    """A part of a question, its answer, and the hits behind the answer, best first."""

    part: SubQuestion
    answer: Answer
    hits: Sequence[Hit]


def answered_by_one_sentence(question: QuestionAnalysis, hits: Sequence[Hit], parts: Sequence[SubQuestion]) -> bool:
    """Return whether the best hit alone holds every topic word of the question.

    False if the question names only the things themselves: a sentence that names both describes neither.
    """
    wanted = set(question.stems) - COMPARISON_STEMS
    things = {word for part in parts for word in content_stems(part.label)}
    return bool(hits) and not wanted <= things and wanted <= set(content_stems(passage_text(hits[0].passage)))


def merge_answers(whole: Answer, answered: Sequence[AnsweredPart]) -> Answer:
    """Merge the answers to parts; `whole`, the answer to the whole question, is returned if no part is answered.

    The merged answer has at most three citations, one of each part first. Its confidence is the least of the answered
    parts, and its text says which parts are not answered.
    """
    labels = [result.part.label for result in answered if not result.part.whole]
    answered_parts = [
        result
        for result in answered
        if not result.answer.abstained and (result.part.whole or _is_about_part(result, labels))
    ]
    if not answered_parts:
        return whole
    citations = _pick_citations([_ordered_citations(result, labels) for result in answered_parts])
    return replace(
        whole,
        text=join_sentences(
            [
                _labelled_answer(result, citations, labels)
                if result in answered_parts
                else _labelled_abstention(result.part)
                for result in answered
            ]
        ),
        citations=citations,
        confidence=min(result.answer.confidence for result in answered_parts),
        abstained=False,
        short_answer=None,
        verdict="",
        conflict=any(result.answer.conflict for result in answered_parts),
    )


def _is_about_part(result: AnsweredPart, labels: Sequence[str]) -> bool:
    """Return whether the best hit is about this part, and not about another name.

    The hit, the sentence before, or a heading that names no other part must hold the label.
    """
    passage, wanted = result.hits[0].passage, set(content_stems(result.part.label))
    if belongs_to_other(passage, wanted, set(content_stems(result.part.question)) - wanted):
        return False
    heading = set(content_stems(passage.section))
    return wanted <= stems_in_context(passage) or (
        wanted <= heading and not _other_stems(result.part, labels) & heading
    )


def _other_stems(part: SubQuestion, labels: Sequence[str]) -> set[str]:
    """Return the stems of the other parts' labels that this one's does not hold."""
    others = {word for label in labels if label != part.label for word in content_stems(label)}
    return others - set(content_stems(part.label))


def _ordered_citations(result: AnsweredPart, labels: Sequence[str]) -> list[Citation]:
    """Return an answer's citations, that of the short answer first.

    If the question is about the thing itself, citations that name no other part come first.
    """
    short = result.answer.short_answer
    label = set(content_stems(result.part.label))
    asks_for_thing = not result.part.whole and set(content_stems(result.part.question)) <= label
    others = _other_stems(result.part, labels) if asks_for_thing else set()
    return sorted(
        result.answer.citations,
        key=lambda citation: (
            bool(others & set(content_stems(citation.shown))),
            short is not None and citation.number != short.citation,
            citation.number,
        ),
    )


def _pick_citations(by_part: Sequence[Sequence[Citation]]) -> tuple[Citation, ...]:
    """Take citations from each part in turn, skip those within another, and renumber them."""
    picked: list[Citation] = []
    for turn in range(MOST_CITATIONS):
        for citations in by_part:
            scores_enough = turn < len(citations) and citations[turn].score >= MIN_SCORE_SHARE * citations[0].score
            if scores_enough and _containing_citation(citations[turn], picked) is None and len(picked) < MOST_CITATIONS:
                picked.append(citations[turn])
    return tuple(replace(citation, number=number) for number, citation in enumerate(picked, 1))


def _containing_citation(wanted: Citation, citations: Sequence[Citation]) -> Citation | None:
    for citation in citations:
        if citation.source == wanted.source and citation.start <= wanted.start and wanted.end <= citation.end:
            return citation
    return None


def _labelled_answer(result: AnsweredPart, citations: Sequence[Citation], labels: Sequence[str]) -> str:
    first = _ordered_citations(result, labels)[0]
    number = (_containing_citation(first, citations) or first).number
    label = result.part.label if result.part.whole else f"{result.part.label}:"
    short = result.answer.short_answer
    if result.answer.verdict or result.answer.conflict or short is None:
        return f"{label} {first.shown} [{number}]"
    return f"{label} {' '.join(short.text.split())} [{number}]."


def _labelled_abstention(part: SubQuestion) -> Message:
    if part.whole:
        return Message("The sources don't say: {part}", part=part.label)
    return Message("The sources don't say it of {part}.", part=part.label)
