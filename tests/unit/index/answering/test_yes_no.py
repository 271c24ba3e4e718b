"""Yes or no only where one sentence says so."""

from __future__ import annotations

import pytest

from index.answering._yes_no import judge_yes_no
from index.text.questions import QuestionAnalysis
from tests.support.index_fakes import search_index


def said(question: str, text: str) -> str:
    """The verdict of the last sentence of a text."""
    return judge_yes_no(QuestionAnalysis.of(question), search_index(a_md=text).passages[-1])


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Does Scout fit on a single GPU?", "Scout fits on a single NVIDIA H100 GPU."),
        ("Is Behemoth under training?", "The LLaMA 4 Behemoth is a model under training."),
        ("Does Scout have 16 experts?", "LLaMA 4 Scout is equipped with 17 billion active parameters and 16 experts."),
        ("Does Maverick outperform Gemini 2.0 Flash?", "Maverick outperforms GPT-4.0 and Gemini 2.0 Flash."),
        ("Did Lenin write about imperialism?", "In 1916 Lenin wrote and writes about imperialism."),
    ],
)
def test_yes_where_a_sentence_says_all_that_is_asked(question, text):
    assert said(question, text) == "yes"


def test_a_pronoun_at_the_beginning_stands_for_the_names_in_the_sentence_before():
    text = (
        "LLaMA 4 Scout is equipped with 16 experts, making it the best multimodal model in its class by a wide margin. "
        "It stands out for its efficiency, fitting into a single NVIDIA H100 GPU."
    )
    assert said("Does Scout fit on a single GPU?", text) == "yes"
    assert said("Does Maverick fit on a single GPU?", text) == ""


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Is Behemoth finished training?", "The LLaMA 4 Behemoth, a model with 16 experts, remains under training."),
        ("Was the plan ratified by the crown?", "The plan was never ratified by the crown."),
        ("Does Scout read images?", "Scout does not read images."),
        ("Does Scout read images?", "Scout doesn't read images."),
        ("Was the use of the name correct in 1970?", "The use of the name was not correct in 1970."),
        ("Is the website available?", "The website is unavailable."),
    ],
)
def test_no_where_a_sentence_denies_just_that(question, text):
    assert said(question, text) == "no"


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Does Maverick have 16 experts?", "Maverick has 128 experts."),
        ("Does Maverick have 16 experts?", "Maverick has 128 experts, Scout has 16 experts."),
        ("Does GPT-4.0 outperform Maverick?", "Maverick outperforms GPT-4.0 by far."),
        ("Did the Normans conquer England?", "The Normans of England conquered Sicily."),
        ("Does Scout support audio input?", "Scout supports text and image input."),
        ("Is Scout available in France?", "Scout may be available in France."),
        ("Is Scout available in France?", "Scout was planned to be available in France."),
        ("Is Scout available in France?", "Scout is available in Spain but not in France."),
        ("Is Scout the first model?", "Scout is a model."),
        ("Do all models read images?", "Scout and other models read images."),
        ("Is Scout open or closed?", "Scout is open, not closed."),
        ("Isn't Scout open?", "Scout is open."),
        ("Is it?", "It is."),
        ("What fits on a single GPU?", "Scout fits on a single GPU."),
        ("Is Scout finished?", "Scout is not unfinished."),
        ("Did the talks fail?", "Without delay the talks failed."),
        ("Does Scout read images?", "Scout does not always fail when a person asks that it read images."),
    ],
)
def test_nothing_where_it_is_not_plain(question, text):
    assert said(question, text) == ""


@pytest.mark.parametrize("question", ["", "is", "Is?", "is " * 500, "\x00"])
def test_no_question_makes_it_fall(question):
    assert said(question, "Scout fits on a single GPU.") == ""
