"""A question taken apart: its words, and the kind of thing it asks for. English; anything else is a "thing"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.text.tokens import STOP_WORDS, stem, token_spans

__all__ = ["QuestionAnalysis", "QuestionWord"]

TIME = re.compile(
    r"\b(when|(what|which|whose)( \w+)? (year|date|day|month|century|decade|time|era|period)|how long|since when)\b"
)
NUMBER = re.compile(
    r"\b(how (many|much|big|large|small|far|old|tall|high|deep|often|fast|wide|long|heavy|expensive)|"
    r"(what|which)( \w+)? (number|percent\w*|share|size|amount|price|cost|score|population|rate|length))\b"
)
PLACE = re.compile(
    r"\b(where|(what|which)( \w+)? (country|city|place|region|state|area|continent|town|location|river|sea|"
    r"province|island|platforms?|sites?|website))\b"
)
PERSON = re.compile(r"\b(who|whom|whose)\b")
REASON = re.compile(r"\b(why|what (was|is|were|are) the (reason|cause)s?|what caused|how come)\b")
YES_NO = re.compile(r"^\W*(is|are|was|were|do|does|did|can|could|has|have|had|will|would|should|may|must)\b")


@dataclass(frozen=True, slots=True)
class QuestionWord:
    """A word of a question: its stem, where it stands, and what part it plays."""

    stem: str
    start: int
    end: int
    topical: bool
    name: bool
    number: bool
    names_kind: bool


@dataclass(frozen=True, slots=True)
class QuestionAnalysis:
    """A question taken apart: its words and the kind of thing asked for."""

    words: tuple[QuestionWord, ...]
    kind: str

    @property
    def topics(self) -> tuple[QuestionWord, ...]:
        return tuple(word for word in self.words if word.topical)

    @property
    def stems(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word.stem for word in self.topics))

    def having(self, part: str) -> frozenset[str]:
        """Stems of the topic words that play a part: "name" or "number"."""
        return frozenset(word.stem for word in self.topics if getattr(word, part))

    @classmethod
    def of(cls, question: str) -> QuestionAnalysis:
        found = list(token_spans(question))
        plain = [word for word, _, _ in found]
        kinds = _kind_words(plain)
        words = tuple(
            QuestionWord(
                stem=stem(word),
                start=start,
                end=end,
                topical=word not in STOP_WORDS,
                name=at > 0 and question[start].isupper() and word not in STOP_WORDS,
                number=word[0].isdigit(),
                names_kind=at in kinds,
            )
            for at, (word, start, end) in enumerate(found)
        )
        return cls(words, _kind(" ".join(plain)))


def _kind_words(words: Sequence[str]) -> set[int]:
    """Places of the words that only name the kind of answer: "company" in "which company", "big" in "how big"."""
    places = set()
    for at, word in enumerate(words[:-1]):
        if word in ("which", "what", "how", "whose") and words[at + 1] not in STOP_WORDS:
            places.add(at + 1)
        elif word in ("many", "much", "kind", "type", "sort") and at + 1 < len(words):
            following = at + 2 if words[at + 1] == "of" else at + 1
            places |= {following} if following < len(words) and words[following] not in STOP_WORDS else set()
    return places


def _kind(question: str) -> str:
    if YES_NO.search(question):
        return "yes_no"
    for kind, pattern in (("reason", REASON), ("time", TIME), ("number", NUMBER), ("place", PLACE), ("person", PERSON)):
        if pattern.search(question):
            return kind
    return "manner" if re.search(r"\bhow\b", question) else "thing"
