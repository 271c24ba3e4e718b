"""Questions that the sources answer, made at index time and checked by asking them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, zip_longest

from index.domain.answers import Answer
from index.domain.documents import Document, Passage
from index.domain.ports import Progress
from index.domain.stages import Stage
from index.suggestions._clauses import Clause, parse_clause
from index.suggestions._from_headings import questions_from_heading
from index.suggestions._from_sentences import questions_from_row, questions_from_sentence
from index.suggestions.completion import LONGEST_SUGGESTION
from index.text.questions import QuestionAnalysis
from index.text.tables import split_cells

__all__ = ["CandidateQuestion", "generate_questions", "keep_answered"]

MOST_READ = 3_000
"""Passages that questions are made from, of each source as many, its first."""


MOST_SCANNED = 100_000
"""Characters of a source in which is looked for the names in its headings."""


NOTE = re.compile(r"(?<=[.!?])\[[^\]]{1,40}\]\s+")
"""Between two sentences of a passage: "[citation needed]"."""


@dataclass(frozen=True, slots=True)
class CandidateQuestion:
    """A question made from a sentence or a heading: characters `start` to `end` of a source, the sentence or the
    section, which should be its answer."""

    question: str
    source: str
    start: int
    end: int


def generate_questions(documents: Mapping[str, Document], passages: Sequence[Passage]) -> tuple[CandidateQuestion, ...]:
    """Questions that a passage should answer, in the order of the passages, each question once; behind those of a
    section what its heading asks.

    `documents` are by id. Of a passage its reading counts, and whom the one before it in its section is about.
    """
    found: dict[str, CandidateQuestion] = {}
    share = max(1, MOST_READ // max(1, len(documents)))
    for name, of_one in groupby(passages, key=lambda at: at.document_id):
        document = documents[name]
        several = len(documents) > 1
        for heading, section in groupby(islice(of_one, share), key=lambda at: at.section):
            own = list(section)
            asked = [(question, at.start, at.end) for question, at in _of_a_section(own, document, several=several)]
            scanned = document.text[:MOST_SCANNED]
            promised = questions_from_heading(heading, document.title, scanned) if heading else ()
            asked += [(question, own[0].start, own[-1].end) for question in promised]
            for question, start, end in asked:
                found.setdefault(question.lower(), CandidateQuestion(question, document.source, start, end))
    return tuple(found.values())


def keep_answered(
    candidates: Iterable[CandidateQuestion],
    ask: Callable[[str], Answer],
    *,
    limit: int = 200,
    progress: Progress | None = None,
) -> tuple[str, ...]:
    """The questions that are answered by the very sentence or section that they were made from, the surest first.

    At most `limit` questions are asked, one of each source in turn. Of those that ask the same of one sentence
    in fewer and in more words the surer stays.
    """
    fitting = (
        at for at in _in_turn(candidates) if len(at.question) <= LONGEST_SUGGESTION and at.question.isprintable()
    )
    asked = list(islice(fitting, limit))
    answered: list[tuple[float, CandidateQuestion]] = []
    for done, candidate in enumerate(asked, 1):
        answer = ask(candidate.question)
        if not answer.abstained and _answers(answer, candidate):
            answered.append((answer.confidence, candidate))
        if progress:
            progress(Stage.CHECKING_SUGGESTIONS, done, len(asked))
    kept: list[CandidateQuestion] = []
    for _, candidate in sorted(answered, key=lambda at: -at[0]):
        if not any(_same(candidate, other) for other in kept):
            kept.append(candidate)
    return tuple(at.question for at in kept)


def _of_a_section(passages: Iterable[Passage], document: Document, *, several: bool) -> Iterator[tuple[str, Passage]]:
    """The questions that its passages answer; `several` says that there are further articles."""
    before: Clause | None = None
    for passage in passages:
        if passage.kind == "field":
            asked = [*_of_a_field(passage.before, document.title if several else "")]
        elif passage.kind == "row":
            paired = split_cells(passage.before, passage.reading)
            asked = [*questions_from_row(*zip(*paired, strict=True))] if paired else []
        else:
            asked = []
        for sentence in NOTE.split(passage.reading) if passage.kind == "prose" else ():
            before = parse_clause(sentence, document, before)
            asked += questions_from_sentence(before)
        yield from ((question, passage) for question in asked)


def _of_a_field(meaning: str, title: str) -> Iterator[str]:
    """Who wrote it, when it was published. `title` is empty where there is one article alone."""
    short = re.split(r":\s", title)[0].strip(' .?!"“”')
    article = f"the article “{short}”" if short else "the article"
    if meaning.startswith(("The author:", "The authors:")):
        yield f"Who wrote {article}?"
    if meaning.startswith("The date when the article was published"):
        yield f"When was {article} published?"


def _in_turn(candidates: Iterable[CandidateQuestion]) -> Iterator[CandidateQuestion]:
    """One candidate of each source after the other."""
    by_source: dict[str, list[CandidateQuestion]] = {}
    for candidate in candidates:
        by_source.setdefault(candidate.source, []).append(candidate)
    for turn in zip_longest(*by_source.values()):
        yield from (candidate for candidate in turn if candidate is not None)


def _answers(answer: Answer, candidate: CandidateQuestion) -> bool:
    """Whether the first quotation holds a part of what the question was made from."""
    first = answer.citations[0]
    return first.source == candidate.source and first.start < candidate.end and candidate.start < first.end


def _same(one: CandidateQuestion, other: CandidateQuestion) -> bool:
    """Whether they ask for one kind of thing with the same words, or of one sentence with one name in two lengths."""
    asked, known = QuestionAnalysis.of(one.question), QuestionAnalysis.of(other.question)
    if asked.kind != known.kind:
        return False
    more = set(asked.stems) ^ set(known.stems)
    named = asked.name_stems | asked.number_stems | known.name_stems | known.number_stems
    within = set(asked.stems) <= set(known.stems) or set(known.stems) <= set(asked.stems)
    return not more or (within and more <= named and (one.source, one.start) == (other.source, other.start))
