"""Filter for front matter fields: an author answers who, a date when, and neither answers anything else."""

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
"""For each field: its meaning as `index.parsing._front_matter` words it, the words that ask for it by name, and the
kinds of question that it answers; without kinds it may answer any."""


def may_answer(passage: Passage, question: QuestionAnalysis) -> bool:
    """Return whether a passage may answer a question.

    A front matter field may not if another field is asked for by name, nor if it holds one kind of thing and the
    question asks for another kind. Any other passage may.
    """
    field = next((field for field in FIELDS if field[0].match(passage.before)), None)
    if field is None or passage.section != HEADING:
        return True
    _, names, kinds = field
    if _asks_by_name(names, question):
        return not kinds or question.kind in (*kinds, "thing", "yes_no")
    asks_for_other = any(_asks_by_name(names, question) for _, names, _ in FIELDS)
    return question.kind in kinds if kinds else not asks_for_other


def _asks_by_name(names: Sequence[str], question: QuestionAnalysis) -> bool:
    return not frozenset(map(stem, names)).isdisjoint(question.stems)
