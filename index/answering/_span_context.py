"""A question beside one sentence, each taken apart once, for the rules that pick the words that answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.text.proper_nouns import NameSpan, find_names
from index.text.quantities import Quantity, find_dates, find_numbers
from index.text.questions import QuestionAnalysis
from index.text.tokens import content_stems, stem, token_spans

__all__ = ["CharSpan", "SpanContext", "single"]

CharSpan = tuple[int, int]
"""Characters of a text, end exclusive."""

CLEAR_LEAD = 1.4
"""Of two candidates one is clearly meant if the question's words stand nearer to it by this factor."""

PUNCTUATION_GAP = 3
"""A comma, bracket or the like between two words counts as so many words."""

EITHER = re.compile(r",?\s*(?:or|and|/)\s+(?:in |on |at |about )?")
"""Between two candidates: both are meant, or one of them."""


@dataclass(frozen=True)
class SpanContext:
    """A question and a sentence that may hold its answer."""

    question: QuestionAnalysis
    text: str

    @cached_property
    def question_stems(self) -> frozenset[str]:
        return frozenset(self.question.stems)

    @cached_property
    def words(self) -> tuple[tuple[str, int, int], ...]:
        """The words of the sentence as (stem, start, end)."""
        return tuple((stem(token), start, end) for token, start, end in token_spans(self.text))

    @cached_property
    def numbers(self) -> list[Quantity]:
        """The numbers of the sentence that the question does not hold already."""
        known = {number.value for number in self.question.numbers}
        return [number for number in find_numbers(self.text) if number.value not in known]

    @cached_property
    def names(self) -> list[NameSpan]:
        """The names of the sentence that share no word with the question and are no dates."""
        names: list[NameSpan] = []
        for name in find_names(self.text):
            new = [part for part in name.parts if not self.question_stems & set(content_stems(self.text[slice(*part)]))]
            is_whole = len(new) == len(name.parts)
            names += [name] if is_whole else [NameSpan(*part, (part,)) for part in new]
        return [name for name in names if not any(True for _ in find_dates(self.text[name.start : name.end]))]

    def nearest(self, candidates: Iterable[CharSpan]) -> CharSpan | None:
        """Return the candidate that the question's words clearly stand nearest to; None if that is not clear."""
        proximity = {candidate: self._proximity(candidate) for candidate in candidates}
        ranked = sorted(proximity.items(), key=lambda item: -item[1])
        if len(ranked) > 1:
            (first, most), (second, less) = ranked[:2]
            between = self.text[min(first[1], second[1]) : max(first[0], second[0])]
            if most < CLEAR_LEAD * less or EITHER.fullmatch(between):
                return None
        return ranked[0][0] if ranked else None

    def _proximity(self, candidate: CharSpan) -> float:
        """Return the sum over the question's words of 1 / (1 + words between)."""
        inside = [
            place for place, (_, start, end) in enumerate(self.words) if start < candidate[1] and end > candidate[0]
        ]
        nearest: dict[str, float] = {}
        for place, (word, start, end) in enumerate(self.words):
            if word in self.question_stems and inside:
                gap = max(inside[0] - place, place - inside[-1], 0)
                between = self.text[min(end, candidate[1]) : max(start, candidate[0])]
                gap += PUNCTUATION_GAP * len(re.findall(r"[,;:()]", between))
                nearest[word] = max(nearest.get(word, 0.0), 1 / (1 + gap))
        return sum(nearest.values())


def single(candidates: Sequence[CharSpan]) -> CharSpan | None:
    """Return the only candidate; None if there is none or a choice."""
    return candidates[0] if len(candidates) == 1 else None
