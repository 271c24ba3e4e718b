"""A question and a sentence, each taken apart once, for who looks for the words that answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from index.text.proper_nouns import NameSpan, find_names
from index.text.quantities import Quantity, find_dates, find_numbers
from index.text.questions import NUMBER, PERSON, PLACE, REASON, TIME
from index.text.tokens import content_stems, stem, token_spans

__all__ = ["CharSpan", "SpanContext", "single"]

CharSpan = tuple[int, int]
"""Characters of a text, end exclusive."""

PLAINLY = 1.4
"""Of two candidates, one is plainly meant when the question's words stand nearer to it by this factor."""

EITHER = re.compile(r",?\s*(?:or|and|/)\s+(?:in |on |at |about )?")
"""Between two candidates: both are meant, or one of them."""


@dataclass(frozen=True)
class SpanContext:
    """A question and a sentence, each taken apart once."""

    question: str
    text: str

    @cached_property
    def asks(self) -> str:
        return " ".join(word for word, _, _ in token_spans(self.question))

    @cached_property
    def kind(self) -> str:
        """What the first question word asks for."""
        kinds = {"number": NUMBER, "time": TIME, "place": PLACE, "person": PERSON, "reason": REASON}
        found = {kind: match.start() for kind, pattern in kinds.items() if (match := pattern.search(self.asks))}
        thing = re.search(r"\b(what|which|how)\b", self.asks)
        first = min(found, key=lambda kind: found[kind], default="thing")
        return "thing" if first != "thing" and thing and thing.start() < found[first] else first

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(content_stems(self.question))

    @cached_property
    def words(self) -> tuple[tuple[str, int, int], ...]:
        return tuple((stem(word), start, end) for word, start, end in token_spans(self.text))

    @cached_property
    def numbers(self) -> list[Quantity]:
        held = {at.value for at in find_numbers(self.question)}
        return [at for at in find_numbers(self.text) if at.value not in held]

    @cached_property
    def names(self) -> list[NameSpan]:
        """Names that share no word with the question, and are no dates."""
        found: list[NameSpan] = []
        for at in find_names(self.text):
            parts = [part for part in at.parts if not self.stems & set(content_stems(self.text[slice(*part)]))]
            whole = len(parts) == len(at.parts)
            found += [at] if whole else [NameSpan(*part, (part,)) for part in parts]
        return [at for at in found if not any(True for _ in find_dates(self.text[at.start : at.end]))]

    def plainest(self, places: Iterable[CharSpan]) -> CharSpan | None:
        """The one place, or of several the one that the question's words plainly stand by."""
        ranked = sorted({place: self._nearness(place) for place in places}.items(), key=lambda at: -at[1])
        if len(ranked) > 1:
            (first, most), (second, less) = ranked[:2]
            between = self.text[min(first[1], second[1]) : max(first[0], second[0])]
            if most < PLAINLY * less or EITHER.fullmatch(between):
                return None
        return ranked[0][0] if ranked else None

    def _nearness(self, place: CharSpan) -> float:
        """The sum over the question's words of 1 / (1 + words between); a comma or bracket counts as three."""
        inside = [at for at, (_, start, end) in enumerate(self.words) if start < place[1] and end > place[0]]
        near: dict[str, float] = {}
        for at, (word, start, end) in enumerate(self.words):
            if word in self.stems and inside:
                gap = max(inside[0] - at, at - inside[-1], 0)
                gap += 3 * len(re.findall(r"[,;:()]", self.text[min(end, place[1]) : max(start, place[0])]))
                near[word] = max(near.get(word, 0.0), 1 / (1 + gap))
        return sum(near.values())


def single(places: list[CharSpan]) -> CharSpan | None:
    """The one place there is; None where there is none or a choice."""
    return places[0] if len(places) == 1 else None
