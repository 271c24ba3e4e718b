"""A question in parts, and the same question asked with other words."""

from __future__ import annotations

import pytest

from index.conversation._grammar import ParsedQuestion, is_clause, is_plural, normalize_question, skip_opener


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("How many experts does Scout have?", ("How many experts", "does", "Scout", "have")),
        ("Where was the treaty signed?", ("Where", "was", "the treaty", "signed")),
        ("Who founded the dynasty?", ("Who", "", "", "founded the dynasty")),
        ("Is Scout open?", ("", "is", "Scout", "open")),
        ("the context window of Scout", ("", "", "the context window of Scout", "")),
        ("Tell me about Scout", ("", "", "Scout", "")),
    ],
)
def test_a_question_is_question_word_auxiliary_subject_and_predicate(question, parts):
    parsed = ParsedQuestion.of(question)
    assert (parsed.wh, parsed.aux, parsed.subject, parsed.predicate) == parts


@pytest.mark.parametrize(
    ("question", "wh", "expected"),
    [
        ("Where was the treaty signed?", "when", "when was the treaty signed"),
        ("Who founded the dynasty?", "when", "when was the dynasty founded"),
        ("Who broke the rules?", "when", "when were the rules broken"),
        ("When was the dynasty founded?", "who", "who founded the dynasty"),
    ],
)
def test_a_question_is_asked_with_another_question_word(question, wh, expected):
    assert ParsedQuestion.of(question).asking(wh) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many experts does Scout have?", "how many experts does Scout have"),
        ("Does Scout have experts?", "how many experts does Scout have"),
        ("Did Meta release a model?", "how many model did Meta release"),
    ],
)
def test_how_many_takes_the_noun_of_the_question(question, expected):
    assert ParsedQuestion.of(question).counting("how many") == expected


@pytest.mark.parametrize(("text", "rest"), [("ok, and what about Maverick", "Maverick"), ("Maverick", "Maverick")])
def test_what_opens_a_follow_up_is_skipped(text, rest):
    assert text[skip_opener(text) :] == rest


def test_a_question_is_one_line_without_marks_and_short_forms():
    assert normalize_question(" What's\n the  price?! ") == "What is the price"


@pytest.mark.parametrize(
    ("noun", "expected"),
    [
        ("experts", True),
        ("Scout and Maverick", True),
        ("people", True),
        ("the capital of the Normans", False),
        ("bus", False),
    ],
)
def test_a_noun_is_plural_by_its_form(noun, expected):
    assert is_plural(noun) is expected


@pytest.mark.parametrize(("text", "expected"), [("is it free", True), ("why", True), ("the price of Scout", False)])
def test_a_clause_has_a_verb_or_a_question_word(text, expected):
    assert is_clause(text) is expected
