"""Headings turned into questions: those that a person would ask, and none where a heading promises nothing plain."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.suggestions._from_headings import questions_from_heading
from tests.support.texts import any_text

TEXT = (
    "LLaMA 4 Behemoth is a model. Download Scout, then change the model and the context window of Scout. "
    "The 1973 oil crisis was long. It is said that the 1973 oil crisis began in October. DECnet was a suite."
)


def asked(heading: str, title: str = "A title") -> list[str]:
    return list(questions_from_heading(heading, title, TEXT))


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("LLaMA 4 Behemoth: A Glimpse into the Future", "What is LLaMA 4 Behemoth?"),
        ("Models > LLaMA 4 Behemoth", "What is LLaMA 4 Behemoth?"),
        ("DECnet", "What was DECnet?"),
        ("1973 oil crisis", "What was the 1973 oil crisis?"),
        ("Causes of the 1973 oil crisis", "What are the causes of the 1973 oil crisis?"),
        ("The Main Features of Scout", "What are the main features of Scout?"),
        ("Scout > Requirements", "What are the requirements of Scout?"),
        ("Models > Scout: Small > 2.1 Context Window", "What is the context window of Scout?"),
        ("How to Download the Model", "How do I download the model?"),
        ("Where to get help", "Where can I get help?"),
        ("Changing the Model", "How do I change the model?"),
        ("Using Scout with vLLM", "How do I use Scout with vLLM?"),
        ("1. What is new?", "What is new?"),
        ("Q: can I use Scout at work?", "Can I use Scout at work?"),
    ],
)
def test_a_heading_is_the_question_that_its_section_answers(heading, question):
    assert asked(heading) == [question]


@pytest.mark.parametrize(
    "heading",
    [
        *("", "Future Prospects", "Accessible AI for All", "Introduction", "History", "FAQ", "Running Costs"),
        *("Training Data", "Really?", "Why Scout?", "Scout", "Context", "Requirements", "Causes of Doubt", "Using"),
        *("LLaMA 4 Behemoth and Scout", "LLaMA 4 Maverick", "INSTALLATION"),
    ],
)
def test_a_heading_that_promises_nothing_plain_is_no_question(heading):
    assert asked(heading) == []


def test_what_has_an_aspect_is_the_nearest_name_above_or_else_the_title():
    assert asked("DECnet > Scout > Price") == ["What is the price of Scout?"]
    assert asked("Details > Price", title="Scout") == ["What is the price of Scout?"]
    assert asked("Details > Price") == []


@given(
    st.lists(st.sampled_from(["Using ", "Scout ", "How to ", " > ", "Price", " of ", "?", ": "]) | any_text).map(
        "".join
    )
)
def test_whatever_a_heading_is_its_questions_are_sentences(heading):
    for question in asked(heading):
        assert re.fullmatch(r"\S.*\S\?", question, re.DOTALL)
