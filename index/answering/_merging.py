"""One answer from the answers to the parts of a question: each part labelled, none left out in silence."""

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

WORTH = 0.5
"""A part's further citations are shown when they score at least this share of its first."""


@dataclass(frozen=True, slots=True)
class AnsweredPart:
    """A part of a question, its answer, and the hits that this was made from, best first."""

    part: SubQuestion
    answer: Answer
    hits: Sequence[Hit]


def answered_by_one_sentence(question: QuestionAnalysis, hits: Sequence[Hit], parts: Sequence[SubQuestion]) -> bool:
    """Whether the best hit alone holds every topic word of the question: then it is asked as one.

    Not where nothing is asked but the things themselves: a sentence that names both tells neither.
    """
    wanted = set(question.stems) - COMPARISON_STEMS
    things = {word for part in parts for word in content_stems(part.label)}
    return bool(hits) and not wanted <= things and wanted <= set(content_stems(passage_text(hits[0].passage)))


def merge_answers(whole: Answer, answered: Sequence[AnsweredPart]) -> Answer:
    """The parts' answers in one, at most three citations, one of each part first; `whole` where no part is answered.

    Confidence is the least of the parts that are answered; the text says which are not.
    """
    labels = [at.part.label for at in answered if not at.part.whole]
    good = [at for at in answered if not at.answer.abstained and (at.part.whole or _about(at, labels))]
    if not good:
        return whole
    citations = _merged([_leading_first(at, labels) for at in good])
    return replace(
        whole,
        text=join_sentences([_said(at, citations, labels) if at in good else _missing(at.part) for at in answered]),
        citations=citations,
        confidence=min(at.answer.confidence for at in good),
        abstained=False,
        short_answer=None,
        verdict="",
        conflict=any(at.answer.conflict for at in good),
    )


def _about(at: AnsweredPart, labels: Sequence[str]) -> bool:
    """Whether the best hit speaks of the part: itself, the sentence before, or the heading if it names no other. Not
    where it tells what is asked of another name."""
    passage, wanted = at.hits[0].passage, set(content_stems(at.part.label))
    if belongs_to_other(passage, wanted, set(content_stems(at.part.question)) - wanted):
        return False
    heading = set(content_stems(passage.section))
    return wanted <= stems_in_context(passage) or (wanted <= heading and not _others(at.part, labels) & heading)


def _others(part: SubQuestion, labels: Sequence[str]) -> set[str]:
    """Words of the other parts' labels alone."""
    return {word for label in labels if label != part.label for word in content_stems(label)} - set(
        content_stems(part.label)
    )


def _leading_first(at: AnsweredPart, labels: Sequence[str]) -> list[Citation]:
    """The citations of an answer, that with the short answer first; where the thing itself is asked about, those
    that name no other."""
    short = at.answer.short_answer
    itself = not at.part.whole and set(content_stems(at.part.question)) <= set(content_stems(at.part.label))
    others = _others(at.part, labels) if itself else set()
    return sorted(
        at.answer.citations,
        key=lambda cited: (
            bool(others & set(content_stems(cited.shown))),
            short is not None and cited.number != short.citation,
            cited.number,
        ),
    )


def _merged(rows: Sequence[Sequence[Citation]]) -> tuple[Citation, ...]:
    """Citations dealt from each row in turn, none that another one holds, numbered anew."""
    found: list[Citation] = []
    for turn in range(MOST_CITATIONS):
        for row in rows:
            worth = turn < len(row) and row[turn].score >= WORTH * row[0].score
            if worth and _holder(row[turn], found) is None and len(found) < MOST_CITATIONS:
                found.append(row[turn])
    return tuple(replace(at, number=number) for number, at in enumerate(found, 1))


def _holder(wanted: Citation, citations: Sequence[Citation]) -> Citation | None:
    for at in citations:
        if at.source == wanted.source and at.start <= wanted.start and wanted.end <= at.end:
            return at
    return None


def _said(at: AnsweredPart, citations: Sequence[Citation], labels: Sequence[str]) -> str:
    """What answers a part, with its label and the number of its citation."""
    first = _leading_first(at, labels)[0]
    holder = _holder(first, citations) or first
    label = at.part.label if at.part.whole else f"{at.part.label}:"
    short = at.answer.short_answer
    if at.answer.verdict or at.answer.conflict or short is None:
        return f"{label} {first.shown} [{holder.number}]"
    return f"{label} {' '.join(short.text.split())} [{holder.number}]."


def _missing(part: SubQuestion) -> Message:
    if part.whole:
        return Message("The sources don't say: {part}", part=part.label)
    return Message("The sources don't say it of {part}.", part=part.label)
