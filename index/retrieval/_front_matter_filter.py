"""Fields of front matter as evidence: an author answers who, a date when, and neither anything else."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.domain.documents import HEADING, Passage
from index.text.questions import QuestionAnalysis
from index.text.tokens import stem

__all__ = ["may_answer"]

FIELDS = (
    (re.compile(r"The authors?\b"), ("author", "authors", "writer", "byline"), ("person",)),
    (re.compile(r"The date\b"), ("date", "dated"), ("time", "yes_no")),
    (re.compile(r"The (?:tags|keywords)\b"), ("tag", "tags", "keyword", "keywords", "topic", "topics"), ()),
    (re.compile(r"The title\b"), ("title", "titled", "headline"), ()),
    (re.compile(r"(?:Summary|Description)\b"), ("summary", "summarise", "description"), ()),
)
"""Of each field its meaning, as `index.parsing._front_matter` words it, the words that ask for it by its name, and the
kinds of question that it alone answers; without any it may answer whatever is asked."""


def may_answer(passage: Passage, asked: QuestionAnalysis) -> bool:
    """Whether a passage may answer: a field of front matter does not where another is asked for by its name, nor, if it
    holds one kind of thing, where another kind is asked for."""
    own = next((field for field in FIELDS if field[0].match(passage.before)), None)
    if own is None or passage.section != HEADING:
        return True
    _, names, kinds = own
    if _named(names, asked):
        return not kinds or asked.kind in (*kinds, "thing", "yes_no")
    elsewhere = any(_named(names, asked) for _, names, _ in FIELDS)
    return asked.kind in kinds if kinds else not elsewhere


def _named(names: Sequence[str], asked: QuestionAnalysis) -> bool:
    return not frozenset(map(stem, names)).isdisjoint(asked.stems)
