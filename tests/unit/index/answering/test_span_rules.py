"""Which words of a sentence answer, by the kind of answer that is asked for."""

from __future__ import annotations

import pytest

from index.answering._span_context import SpanContext
from index.answering._span_rules import RULES
from index.text.questions import QuestionAnalysis


def words(question: str, text: str) -> list[str | None]:
    """What each rule for the kind of this question finds in the text, in the order of the rules."""
    analysis = QuestionAnalysis.of(question)
    spans = [rule(SpanContext(analysis, text)) for rule in RULES[analysis.leading_kind]]
    return [text[slice(*span)] if span else None for span in spans]


def test_every_leading_kind_has_rules():
    assert set(RULES) == {"number", "time", "person", "place", "reason", "thing"}


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("Who founded the dynasty?", "In 1271 Kublai Khan founded the dynasty.", ["Kublai Khan", None]),
        ("Who founded the dynasty?", "The dynasty was founded by Kublai Khan.", ["Kublai Khan", None]),
        ("Who founded the dynasty?", "The dynasty of Kublai Khan fell in 1368.", [None, None]),
        ("Who wrote the article?", "Elijah Mondero", [None, "Elijah Mondero"]),
        ("Where did the embargo begin?", "The embargo began in Egypt.", [None, None]),
        ("Where was the treaty signed?", "It was signed in Paris by the kings.", ["Paris", None]),
        ("Why did prices rise?", "Prices rose because of the embargo, which lasted.", ["the embargo"]),
        ("Why did prices rise?", "It rose due to war; it fell due to peace.", [None]),
    ],
)
def test_a_rule_finds_the_words_only_if_they_are_clear(question, text, expected):
    assert words(question, text) == expected


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("What is the largest model called?", "The largest is called Behemoth.", "Behemoth"),
        ("Which company released it?", "It was released by the company Meta in spring.", "Meta"),
        ("Which models appeared first?", "Scout and Maverick were shown.", "Scout and Maverick"),
        ("Which model appeared first?", "Scout and Maverick were shown.", None),
    ],
    ids=["behind called", "beside its noun", "a whole list", "one of a list"],
)
def test_a_thing_is_named_beside_its_noun_or_in_a_whole_list(question, text, expected):
    assert next((word for word in words(question, text) if word), None) == expected
