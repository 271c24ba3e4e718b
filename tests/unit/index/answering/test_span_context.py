"""A question beside a sentence: what is new in the sentence, and which candidate the question's words stand by."""

from __future__ import annotations

import pytest

from index.answering._span_context import SpanContext, single
from index.text.questions import QuestionAnalysis


def context(question: str, text: str) -> SpanContext:
    return SpanContext(QuestionAnalysis.of(question), text)


def test_names_that_the_question_holds_are_no_candidates():
    span = context("Who beat Gemini?", "In a test Maverick beat Gemini.")
    assert [span.text[name.start : name.end] for name in span.names] == ["Maverick"]


def test_of_a_list_of_names_those_remain_that_are_new():
    span = context("Who beside Scout was released?", "The models Scout and Maverick were released.")
    assert [span.text[name.start : name.end] for name in span.names] == ["Maverick"]


def test_a_month_is_no_name():
    assert context("Who won?", "It was won in April 2025 by Maverick.").names[0].start == len(
        "It was won in April 2025 by "
    )


def test_numbers_that_the_question_holds_are_no_candidates():
    span = context("How many of the 16 experts are active?", "Of its 16 experts 2 are active.")
    assert [number.value for number in span.numbers] == [2.0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It has 16 experts, but it costs 20 dollars.", "16"),
        ("It has 16 or 20 experts.", None),
        ("There are 16 cats, experts, 20 dogs.", None),
    ],
    ids=["one stands nearer", "either is meant", "both as near"],
)
def test_the_candidate_nearest_to_the_question_words_is_meant(text, expected):
    span_context = context("How many experts has it?", text)
    span = span_context.nearest((number.start, number.end) for number in span_context.numbers)
    assert (text[slice(*span)] if span else None) == expected


def test_a_comma_between_counts_as_three_words():
    near, far = "experts 16", "experts , 16"
    assert context("experts?", near)._proximity((8, 10)) == 1 / 2
    assert context("experts?", far)._proximity((10, 12)) == 1 / 5


def test_only_a_single_candidate_is_no_choice():
    assert (single([]), single([(1, 2)]), single([(1, 2), (3, 4)])) == (None, (1, 2), None)
