"""Generation of questions that the sources answer, made at index time and checked by asking them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, zip_longest

from index.domain.answers import Answer, SuggestedQuestion
from index.domain.documents import Document, Passage
from index.domain.ports import Progress
from index.domain.stages import Stage
from index.suggestions._clauses import Clause, parse_clause
from index.suggestions._from_headings import questions_from_heading
from index.suggestions._from_sentences import questions_from_row, questions_from_sentence
from index.suggestions.completion import LONGEST_SUGGESTION
from index.text.tables import split_cells

__all__ = ["CandidateQuestion", "generate_questions", "keep_answered"]

MOST_READ = 3_000
"""Passages that questions are made from, as many of each source, its first ones."""


MOST_SCANNED = 100_000
"""Characters of a source that are searched for the names in its headings."""


NOTE = re.compile(r"(?<=[.!?])\[[^\]]{1,40}\]\s+")
"""A note between two sentences of a passage: "[citation needed]"."""


@dataclass(frozen=True, slots=True)
class CandidateQuestion:
    """A question and where its answer should be: characters `start` to `end` of a source, a sentence or a section."""

    question: str
    source: str
    start: int
    end: int


def generate_questions(documents: Mapping[str, Document], passages: Sequence[Passage]) -> tuple[CandidateQuestion, ...]:
    """Return the questions that passages should answer, in their order, each question once.

    Those of a section's sentences come before those of its heading.
    """
    candidates: dict[str, CandidateQuestion] = {}
    share = max(1, MOST_READ // max(1, len(documents)))
    for name, of_document in groupby(passages, key=lambda passage: passage.document_id):
        document = documents[name]
        several = len(documents) > 1
        for heading, section in groupby(islice(of_document, share), key=lambda passage: passage.section):
            own = list(section)
            questions = [
                (question, passage.start, passage.end)
                for question, passage in _from_section(own, document, several=several)
            ]
            scanned = document.text[:MOST_SCANNED]
            promised = questions_from_heading(heading, document.title, scanned) if heading else ()
            questions += [(question, own[0].start, own[-1].end) for question in promised]
            for question, start, end in questions:
                candidates.setdefault(question.lower(), CandidateQuestion(question, document.source, start, end))
    return tuple(candidates.values())


def keep_answered(
    candidates: Iterable[CandidateQuestion],
    ask: Callable[[CandidateQuestion], Answer],
    *,
    limit: int = 200,
    known: Iterable[SuggestedQuestion] = (),
    progress: Progress | None = None,
) -> tuple[SuggestedQuestion, ...]:
    """Return the questions that are answered by the sentence or section that they were made from, the surest first.

    At most `limit` questions are asked, one of each source in turn; those in `known` are added. Of two with the same
    answer the surer one stays.
    """
    fitting = (
        candidate
        for candidate in _round_robin(candidates)
        if len(candidate.question) <= LONGEST_SUGGESTION and candidate.question.isprintable()
    )
    chosen = list(islice(fitting, limit))
    answered = list(known)
    for done, candidate in enumerate(chosen, 1):
        answer = ask(candidate)
        if not answer.abstained and _is_answered_by(answer, candidate):
            words = answer.short_answer or answer.citations[0]
            place = words.source, words.start, words.end
            answered.append(SuggestedQuestion(candidate.question, *place, confidence=answer.confidence))
        if progress:
            progress(Stage.CHECKING_SUGGESTIONS, done, len(chosen))
    distinct: dict[tuple[str, int, int], SuggestedQuestion] = {}
    for each in sorted(answered, key=lambda each: -each.confidence):
        distinct.setdefault((each.source, each.start, each.end), each)
    return tuple(distinct.values())


def _from_section(passages: Iterable[Passage], document: Document, *, several: bool) -> Iterator[tuple[str, Passage]]:
    """Yield the questions that the passages of a section answer; `several` says that there are other documents."""
    before: Clause | None = None
    for passage in passages:
        if passage.kind == "field":
            questions = [*_from_field(passage.before, document.title if several else "")]
        elif passage.kind == "row":
            paired = split_cells(passage.before, passage.reading)
            questions = [*questions_from_row(*zip(*paired, strict=True))] if paired else []
        else:
            questions = []
        for sentence in NOTE.split(passage.reading) if passage.kind == "prose" else ():
            before = parse_clause(sentence, document, before)
            questions += questions_from_sentence(before)
        yield from ((question, passage) for question in questions)


def _from_field(meaning: str, title: str) -> Iterator[str]:
    """Yield who wrote an article and when it was published; `title` is empty if it is the only one."""
    short = re.split(r":\s", title)[0].strip(' .?!"“”')
    article = f"the article “{short}”" if short else "the article"
    if meaning.startswith(("Author:", "Authors:")):
        yield f"Who wrote {article}?"
    if meaning.startswith("Published:"):
        yield f"When was {article} published?"


def _round_robin(candidates: Iterable[CandidateQuestion]) -> Iterator[CandidateQuestion]:
    """Yield one candidate of each source in turn."""
    by_source: dict[str, list[CandidateQuestion]] = {}
    for candidate in candidates:
        by_source.setdefault(candidate.source, []).append(candidate)
    for turn in zip_longest(*by_source.values()):
        yield from (candidate for candidate in turn if candidate is not None)


def _is_answered_by(answer: Answer, candidate: CandidateQuestion) -> bool:
    """Return whether the first quotation overlaps with what the question was made from."""
    first = answer.citations[0]
    return first.source == candidate.source and first.start < candidate.end and candidate.start < first.end
