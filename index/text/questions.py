"""Question analysis: the words of a question and the kind of answer that it asks for. English by rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from index.text.grammar import AUXILIARIES, alternatives
from index.text.quantities import Quantity, find_dates, find_numbers
from index.text.tokens import STOP_WORDS, stem, token_spans

__all__ = ["YES_NO", "QuestionAnalysis", "QuestionWord"]

KINDS = {
    "reason": re.compile(r"\b(why|what (was|is|were|are) the (reason|cause)s?|what caused|how come)\b"),
    "time": re.compile(
        r"\b(when|(what|which|whose)( \w+)? (year|date|day|month|century|decade|time|era|period)|how long|since when)\b"
    ),
    "number": re.compile(
        r"\b(how (many|much|big|large|small|far|old|tall|high|deep|often|fast|wide|long|heavy|expensive)|"
        r"(what|which)( \w+)? (number|percent\w*|share|size|amount|price|cost|score|population|rate|length))\b"
    ),
    "place": re.compile(
        r"\b(where|(what|which)( \w+)? (country|city|place|region|state|area|continent|town|location|river|sea|"
        r"province|island|platforms?|sites?|website))\b"
    ),
    "person": re.compile(r"\b(who|whom|whose)\b"),
}
"""What asks for each kind of answer, in the order in which `QuestionAnalysis.kind` tries them."""

TIE_ORDER = ("number", "time", "place", "person", "reason")
"""Which kind `QuestionAnalysis.leading_kind` takes if two begin with the same word: "how long" asks for a number."""

YES_NO = re.compile(rf"^\W*{alternatives(*AUXILIARIES)}\b")
THING = re.compile(r"\b(what|which|how)\b")


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """A word of a question: its token and stem, its characters `start` to `end`, and the part it plays."""

    token: str
    stem: str
    start: int
    end: int
    topical: bool
    name: bool
    number: bool
    names_kind: bool


@dataclass(frozen=True)
class QuestionAnalysis:
    """A question taken apart once, for every stage that answers it.

    Attributes
    ----------
    text : str
        The question.
    words : tuple of QuestionWord
        Its words in order, stop words included.
    kind : str
        The kind of answer by the question as a whole: "yes_no", "reason", "time", "number", "place", "person",
        "manner" or "thing". Ranking features and the front matter filter read it; the weights were fitted with it.
    leading_kind : str
        The kind of answer by the question word that comes first: one of `kind` without "yes_no" and "manner". The
        rules that pick words from a sentence read it.

    Notes
    -----
    The two kinds share one table of patterns but differ on purpose. "Who led the troops when Cyprus was conquered?"
    holds a question about time and one about a person. A passage is good evidence if it tells the time as well, so
    `kind` is "time"; the words that answer are a name, so `leading_kind` is "person".
    """

    text: str
    words: tuple[QuestionWord, ...]
    kind: str
    leading_kind: str

    @classmethod
    def of(cls, question: str) -> QuestionAnalysis:
        """Analyse a question."""
        spans = list(token_spans(question))
        tokens = [token for token, _, _ in spans]
        kinds = _kind_words(tokens)
        words = tuple(
            QuestionWord(
                token=token,
                stem=stem(token),
                start=start,
                end=end,
                topical=token not in STOP_WORDS,
                name=place > 0 and question[start].isupper() and token not in STOP_WORDS,
                number=token[0].isdigit(),
                names_kind=place in kinds,
            )
            for place, (token, start, end) in enumerate(spans)
        )
        normalized = " ".join(tokens)
        return cls(question, words, _kind(normalized), _leading_kind(normalized))

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """The words in lower case."""
        return tuple(word.token for word in self.words)

    @cached_property
    def normalized(self) -> str:
        """The words in lower case with single spaces between, no punctuation."""
        return " ".join(self.tokens)

    @cached_property
    def topics(self) -> tuple[QuestionWord, ...]:
        """The words that are no stop words."""
        return tuple(word for word in self.words if word.topical)

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems of the topic words, each once, in order."""
        return tuple(dict.fromkeys(word.stem for word in self.topics))

    @cached_property
    def name_stems(self) -> frozenset[str]:
        """The stems of topic words that are written as names."""
        return frozenset(word.stem for word in self.topics if word.name)

    @cached_property
    def number_stems(self) -> frozenset[str]:
        """The stems of topic words that are numbers."""
        return frozenset(word.stem for word in self.topics if word.number)

    @cached_property
    def numbers(self) -> tuple[Quantity, ...]:
        """The numbers that the question itself holds."""
        return tuple(find_numbers(self.text))

    @cached_property
    def dates(self) -> tuple[Quantity, ...]:
        """The dates that the question itself holds."""
        return tuple(find_dates(self.text))


def _kind_words(words: Sequence[str]) -> set[int]:
    """Return the places of words that only name the kind of answer: "company" in "which company"."""
    places = set()
    for place, word in enumerate(words[:-1]):
        if word in ("which", "what", "how", "whose") and words[place + 1] not in STOP_WORDS:
            places.add(place + 1)
        elif word in ("many", "much", "kind", "type", "sort") and place + 1 < len(words):
            following = place + 2 if words[place + 1] == "of" else place + 1
            places |= {following} if following < len(words) and words[following] not in STOP_WORDS else set()
    return places


def _kind(normalized: str) -> str:
    if YES_NO.search(normalized):
        return "yes_no"
    for kind, pattern in KINDS.items():
        if pattern.search(normalized):
            return kind
    return "manner" if re.search(r"\bhow\b", normalized) else "thing"


def _leading_kind(normalized: str) -> str:
    starts = {kind: match.start() for kind in TIE_ORDER if (match := KINDS[kind].search(normalized))}
    thing = THING.search(normalized)
    first = min(starts, key=lambda kind: starts[kind], default="thing")
    return "thing" if first != "thing" and thing and thing.start() < starts[first] else first
