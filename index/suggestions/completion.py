"""Questions to choose from while one types: made from the sources, answered by them, found by what was typed so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice, zip_longest

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from index.domain.answers import Answer, Document, Passage
from index.domain.ports import Progress, Vectors
from index.suggestions._clauses import Clause, clause
from index.suggestions._from_headings import of_a_heading
from index.suggestions._from_sentences import of_a_row, of_a_sentence
from index.text.normalize import cells_of
from index.text.questions import Asked
from index.text.tokens import LITTLE

__all__ = ["LONGEST", "Candidate", "checked", "questions", "suggest"]

LONGEST = 100
"""Characters of a suggestion, Discord's limit for a choice; a longer one is left out, never cut."""

ENOUGH = 0.65
"""Share of what was typed that a suggestion must match, words weighed by their length."""

ALIKE = 0.7
"""Two words are taken for one from this share of their letters on: one slip in four letters, two in seven."""

MOST_WORDS = 12
"""Words that are read of what was typed."""

MOST_READ = 3_000
"""Passages that questions are made from, of each source as many, its first."""
MOST_SCANNED = 100_000
"""Characters of a source in which is looked for the names in its headings."""

MARKS = "?!.,:;\"'“”‘’()[]"
"""What may stand around a word."""

BETWEEN = "\0"
"""Stands between two questions."""

NOTE = re.compile(r"(?<=[.!?])\[[^\]]{1,40}\]\s+")
"""Between two sentences of a passage: "[citation needed]"."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question made from a sentence or a heading: characters `start` to `end` of a source, the sentence or the
    section, which should be its answer."""

    question: str
    source: str
    start: int
    end: int


def questions(documents: Mapping[str, Document], passages: Sequence[Passage]) -> tuple[Candidate, ...]:
    """Questions that a passage should answer, in the order of the passages, each question once; behind those of a
    section what its heading asks.

    `documents` are by id. Of a passage its reading counts, and whom the one before it in its section is about.
    """
    found: dict[str, Candidate] = {}
    share = max(1, MOST_READ // max(1, len(documents)))
    for name, of_one in groupby(passages, key=lambda at: at.document_id):
        document = documents[name]
        several = len(documents) > 1
        for heading, section in groupby(islice(of_one, share), key=lambda at: at.section):
            own = list(section)
            asked = [(question, at.start, at.end) for question, at in _of_a_section(own, document, several=several)]
            scanned = document.text[:MOST_SCANNED]
            promised = of_a_heading(heading, document.title, scanned) if heading else ()
            asked += [(question, own[0].start, own[-1].end) for question in promised]
            for question, start, end in asked:
                found.setdefault(question.lower(), Candidate(question, document.source, start, end))
    return tuple(found.values())


def checked(
    candidates: Iterable[Candidate], ask: Callable[[str], Answer], *, limit: int = 200, progress: Progress | None = None
) -> tuple[str, ...]:
    """The questions that are answered by the very sentence or section that they were made from, the surest first.

    At most `limit` questions are asked, one of each source in turn. Of those that ask the same of one sentence
    in fewer and in more words the surer stays.
    """
    fitting = (at for at in _in_turn(candidates) if len(at.question) <= LONGEST and at.question.isprintable())
    asked = list(islice(fitting, limit))
    answered: list[tuple[float, Candidate]] = []
    for done, candidate in enumerate(asked, 1):
        answer = ask(candidate.question)
        if not answer.abstained and _answers(answer, candidate):
            answered.append((answer.confidence, candidate))
        if progress:
            progress("checking suggestions", done, len(asked))
    kept: list[Candidate] = []
    for _, candidate in sorted(answered, key=lambda at: -at[0]):
        if not any(_same(candidate, other) for other in kept):
            kept.append(candidate)
    return tuple(at.question for at in kept)


def suggest(typed: str, known: Sequence[str], *, limit: int = 25) -> tuple[str, ...]:
    """The known questions that go on from what was typed, at most `limit`, each of at most 100 characters.

    First those that begin with it, then those that hold its words, in any order, begun or misspelt, the best match
    first; equals in the order of `known`. All of them, in that order, where nothing was typed.
    """
    short = [question for question in dict.fromkeys(known) if len(question) <= LONGEST]
    wanted = " ".join(typed[: 2 * LONGEST].lower().replace(BETWEEN, " ").split())
    words = [word for word in (each.strip(MARKS) for each in wanted.split()) if word][:MOST_WORDS]
    if not words or not short:
        return tuple(short[:limit])
    lowered = [question.lower().replace(BETWEEN, " ") for question in short]
    shares = _shares(list(dict.fromkeys(words)), lowered)
    found = [
        (not question.startswith(wanted), -share, at)
        for at, (question, share) in enumerate(zip(lowered, shares, strict=True))
        if share >= ENOUGH or question.startswith(wanted)
    ]
    return tuple(short[at] for _, _, at in sorted(found)[:limit])


def _of_a_section(passages: Iterable[Passage], document: Document, *, several: bool) -> Iterator[tuple[str, Passage]]:
    """The questions that its passages answer; `several` says that there are further articles."""
    before: Clause | None = None
    for passage in passages:
        if passage.kind == "field":
            asked = [*_of_a_field(passage.before, document.title if several else "")]
        elif passage.kind == "row":
            paired = cells_of(passage.before, passage.reading)
            asked = [*of_a_row(*zip(*paired, strict=True))] if paired else []
        else:
            asked = []
        for sentence in NOTE.split(passage.reading) if passage.kind == "prose" else ():
            before = clause(sentence, document, before)
            asked += of_a_sentence(before)
        yield from ((question, passage) for question in asked)


def _of_a_field(meaning: str, title: str) -> Iterator[str]:
    """Who wrote it, when it was published. `title` is empty where there is one article alone."""
    short = re.split(r":\s", title)[0].strip(' .?!"“”')
    article = f"the article “{short}”" if short else "the article"
    if meaning.startswith(("The author:", "The authors:")):
        yield f"Who wrote {article}?"
    if meaning.startswith("The date when the article was published"):
        yield f"When was {article} published?"


def _shares(wanted: Sequence[str], questions: Sequence[str]) -> Sequence[float]:
    """Of each question, how well it matches the wanted words, 0..1: the mean over them, weighed by their length."""
    words = f" {BETWEEN} ".join(["", *questions]).split()
    places = {word: place for place, word in enumerate(dict.fromkeys(words))}
    likeness = _likeness(wanted, [word.strip(MARKS) for word in places])
    row = np.fromiter(map(places.__getitem__, words), np.int64, len(words))
    best = np.maximum.reduceat(likeness[:, row], np.flatnonzero(row == places[BETWEEN]), axis=1)
    weights = np.array([1 if word in LITTLE else len(word) for word in wanted])
    shares: Sequence[float] = (weights @ best / weights.sum()).tolist()
    return shares


def _likeness(wanted: Sequence[str], words: Sequence[str]) -> Vectors:
    """How alike each wanted word is to each word or its beginning, 0..1, 0 where they are not one word misspelt.

    Little words are begun only at the end of what was typed."""
    found = cdist(wanted, words, scorer=OSA.normalized_similarity, score_cutoff=ALIKE)
    for row, word in enumerate(wanted):
        if word in LITTLE and row < len(wanted) - 1:
            continue
        begun = [other[: len(word)] for other in words]
        beginnings = cdist([word], begun, scorer=OSA.normalized_similarity, score_cutoff=ALIKE)
        found[row] = np.maximum(found[row], beginnings[0])
    return found


def _in_turn(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """One candidate of each source after the other."""
    by_source: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        by_source.setdefault(candidate.source, []).append(candidate)
    for turn in zip_longest(*by_source.values()):
        yield from (candidate for candidate in turn if candidate is not None)


def _answers(answer: Answer, candidate: Candidate) -> bool:
    """Whether the first quotation holds a part of what the question was made from."""
    first = answer.citations[0]
    return first.source == candidate.source and first.start < candidate.end and candidate.start < first.end


def _same(one: Candidate, other: Candidate) -> bool:
    """Whether they ask for one kind of thing with the same words, or of one sentence with one name in two lengths."""
    asked, known = Asked.of(one.question), Asked.of(other.question)
    if asked.kind != known.kind:
        return False
    more = set(asked.stems) ^ set(known.stems)
    named = asked.having("name") | asked.having("number") | known.having("name") | known.having("number")
    within = set(asked.stems) <= set(known.stems) or set(known.stems) <= set(asked.stems)
    return not more or (within and more <= named and (one.source, one.start) == (other.source, other.start))
