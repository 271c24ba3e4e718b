"""A written answer as it grows: checked sentences, and their quotations numbered by first use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz.fuzz import token_sort_ratio

from index.domain.answers import Answer, Citation, WrittenSentence
from index.generation.grounding import GroundedSentence

__all__ = ["MOST_CITATIONS", "Composition"]

MOST_CITATIONS = 6
"""Quotations of a written answer; a message on Discord shows as many."""

MOST_SENTENCES = 8

REPEATED = 92.0
"""Similarity of words, 0 to 100, from which on a sentence repeats another with the same numbers."""

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Composition:
    """Sentences of one answer; of a quotation within another only the longer one is kept, under the first's number."""

    def __init__(self, extractive: Answer) -> None:
        self._extractive = extractive
        self._sentences: list[tuple[GroundedSentence, tuple[int, ...]]] = []
        self._citations: list[Citation] = []
        self.dropped = 0

    @property
    def sentences(self) -> Sequence[GroundedSentence]:
        return [sentence for sentence, _ in self._sentences]

    @property
    def citations(self) -> Sequence[Citation]:
        return self._citations

    @property
    def full(self) -> bool:
        """Whether no further sentence is taken."""
        return len(self._sentences) >= MOST_SENTENCES

    def repeats(self, text: str) -> bool:
        """Return whether a sentence says what one of the answer says, in nearly the same words."""
        numbers = sorted(NUMBER.findall(text))
        return any(
            token_sort_ratio(text.casefold(), sentence.text.casefold()) >= REPEATED
            and numbers == sorted(NUMBER.findall(sentence.text))
            for sentence in self.sentences
        )

    def add(self, sentence: GroundedSentence) -> bool:
        """Add a sentence; return False if there is no room for its quotations, or it is there already."""
        citations = list(self._citations)
        numbers = tuple(dict.fromkeys(_place(citations, citation) for citation in sentence.citations))
        if len(citations) > MOST_CITATIONS or self.repeats(sentence.text):
            return False
        self._citations = [replace(citation, number=number) for number, citation in enumerate(citations, 1)]
        self._sentences.append((sentence, numbers))
        return True

    def answer(self, model: str) -> Answer:
        """Return the answer that a model has written so far, in place of the one that only quotes."""
        marked = [f"{s.text} {''.join(f'[{number}]' for number in numbers)}" for s, numbers in self._sentences]
        return replace(
            self._extractive,
            text=" ".join(marked),
            citations=tuple(self._citations),
            abstained=False,
            why="",
            generator=model,
            short_answer=None,
            verdict="",
            sentences=tuple(WrittenSentence(sentence.text, numbers) for sentence, numbers in self._sentences),
            dropped=self.dropped,
        )


def _place(citations: list[Citation], citation: Citation) -> int:
    """Return the number of a citation among others, to which it is added unless one holds it."""
    for index, other in enumerate(citations):
        if other.source == citation.source:
            if other.start <= citation.start and citation.end <= other.end:
                return index + 1
            if citation.start <= other.start and other.end <= citation.end:
                citations[index] = citation
                return index + 1
    citations.append(citation)
    return len(citations)
