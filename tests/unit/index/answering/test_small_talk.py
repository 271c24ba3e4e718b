"""What people say around a question."""

from __future__ import annotations

import pytest

from index.answering._small_talk import strip_small_talk
from tests.support.index_fakes import library, search_index, write

SHELF = search_index(a_md="Bread is made of flour. Thanks to yeast it rises. In 2019 it won.\n")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Hello! What is bread made of?", "What is bread made of?"),
        ("Good morning, what is bread made of? Cheers.", "What is bread made of?"),
        ("Hey all,\nwhat is bread made of? :)", "what is bread made of?"),
        ("Bread, what is it made of?", "Bread, what is it made of?"),  # the sources speak of that
        ("In 2019, what did it win?", "In 2019, what did it win?"),  # a number may be what is asked for
        ("Hello", "Hello"),  # nothing else would be left
        ("Hello! Goodbye.", "Hello! Goodbye."),
        ("Who? What is bread?", "Who? What is bread?"),  # a question, however short
        ("", ""),
    ],
)
def test_a_few_words_around_a_question_of_which_the_sources_hold_none_are_not_read(said, asked):
    assert strip_small_talk(said, SHELF).lower() == asked.lower()


def test_a_question_after_a_greeting_is_answered_as_the_question_alone(tmp_path):
    made = library(write(tmp_path / "seeds", a_md="Bread is made of flour.\n"), tmp_path / "index")
    made.reindex()
    greeted, alone = made.ask("Hello! What is bread made of?"), made.ask("What is bread made of?")
    assert not greeted.abstained
    assert (greeted.confidence, greeted.citations) == (alone.confidence, alone.citations)
    assert greeted.question == "Hello! What is bread made of?"
