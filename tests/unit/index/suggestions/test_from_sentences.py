"""Which questions a sentence or a table's row answers."""

from __future__ import annotations

import pytest

from index.suggestions._clauses import Clause
from index.suggestions._from_sentences import questions_from_row, questions_from_sentence


def asked(rest: str, subject: str = "Scout", **parts: object) -> list[str]:
    return list(questions_from_sentence(Clause(f"{subject} {rest}", subject, predicate=rest, **parts)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("subject", "rest", "questions"),
    [
        ("Scout", "has 16 experts.", ["How many experts does Scout have?"]),
        ("Scout", "has a context window of 10 million tokens.", ["What is the context window of Scout?"]),
        ("Scout", "was released in 2025.", ["When was Scout released?"]),
        ("the tower", "was built by Gustave Eiffel in Paris.", ["Who built the tower?"]),
        ("the treaty", "was signed in Paris.", ["Where was the treaty signed?"]),
        ("William", "conquered England in 1066.", ["When did William conquer England?", "Who conquered England?"]),
        ("the war", "began in 1337.", ["When did the war begin?"]),
        ("Meta", "has announced the models.", ["What has Meta announced?"]),
        ("Scout", "is available on Hugging Face.", ["Where is Scout available?"]),
        ("Ada Lovelace", "was a mathematician.", ["Who was Ada Lovelace?"]),
        ("Scout", "is a model of Meta.", ["What is Scout?"]),
        ("Scout", "is nice.", []),
    ],
)
def test_a_sentence_answers_what_its_verb_says(subject, rest, questions):
    assert asked(rest, subject) == questions


def test_a_sentence_about_several_things_asks_in_the_plural():
    assert asked("have 16 experts.", "Scout and Maverick", is_list=True) == [
        "How many experts do Scout and Maverick have?"
    ]


def test_a_day_at_the_beginning_dates_the_sentence():
    assert asked("conquered England.", "William", date="1066")[0] == "When did William conquer England?"


@pytest.mark.parametrize(
    ("header", "cells", "questions"),
    [
        (("Model", "Experts"), ("Scout", "16"), ["How many experts does Scout have?"]),
        (("Model", "ELO score"), ("Scout", "1417"), ["What is the ELO score of Scout?"]),
        (("Model", "License"), ("Scout", "open"), []),
        (("Model", "Experts"), ("scout", "16"), []),
        (("Model",), ("Scout", "16"), []),
    ],
    ids=["counted", "measured", "no number", "no name", "no column"],
)
def test_a_row_answers_how_many_or_what_its_measure_is(header, cells, questions):
    assert list(questions_from_row(header, cells)) == questions
