"""A piece of a question stands for a whole one after another: a name, question words, a thing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.domain.activity import Turn
from tests.support.turns import SCOUT, rewritten


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("and Maverick?", "What is the context window of Maverick?"),
        ("what about Maverick", "What is the context window of Maverick?"),
        ("ok, and the one of Maverick?", "What is the context window of Maverick?"),
        ("Same question for Maverick!", "What is the context window of Maverick?"),
        ("Maverick?", "What is the context window of Maverick?"),
        ("Is that the same for Maverick?", "What is the context window of Maverick?"),
        ("and in 2024?", "What is the context window of Scout in 2024?"),
    ],
)
def test_a_name_alone_takes_the_place_of_the_last_questions_name(question, meant):
    assert rewritten(question, SCOUT) == meant


@pytest.mark.parametrize(
    ("last", "question", "meant"),
    [
        ("Who founded the Yuan dynasty?", "and the Ming?", "Who founded the Ming dynasty?"),
        ("Who founded the Yuan dynasty?", "and the Ming dynasty?", "Who founded the Ming dynasty?"),
        ("Did the Normans conquer England?", "and Sicily?", "Did the Normans conquer Sicily?"),
        ("Did the Normans conquer England?", "and the Saxons?", "Did the Saxons conquer England?"),
        ("Where did the Huguenots settle in Africa?", "and in Asia?", "Where did the Huguenots settle in Asia?"),
        ("What is Maverick's score?", "and Scout's?", "What is Scout's score?"),
        ("What happened in 1973?", "and in 1979?", "What happened in 1979?"),
        ("What is packet switching?", "and circuit switching?", "What is circuit switching?"),
        ("Does Scout support images?", "does Maverick?", "Does Maverick support images?"),
        ("Does Scout support images?", "and Maverick as well?", "Does Maverick support images?"),
    ],
)
def test_what_is_replaced_is_of_the_same_kind(last, question, meant):
    assert rewritten(question, Turn(last)) == meant


def test_a_name_in_small_letters_is_written_as_the_turn_writes_it():
    turn = replace(SCOUT, evidence=("Both Scout and Maverick are free.",))
    assert rewritten("and maverick", turn) == "What is the context window of Maverick?"


@pytest.mark.parametrize(
    ("last", "question", "meant"),
    [
        ("When is LlamaCon?", "where?", "Where is LlamaCon?"),
        ("When was the embargo lifted?", "why?", "Why was the embargo lifted?"),
        ("When was the embargo lifted?", "by whom?", "By whom was the embargo lifted?"),
        ("When was the embargo lifted?", "who?", "Who lifted the embargo?"),
        ("When was the letter written?", "and who?", "Who wrote the letter?"),
        ("Is Scout free?", "since when?", "Since when is Scout free?"),
        ("Did Meta release Scout?", "why did that happen?", "Why did Meta release Scout?"),
        ("Who founded the Yuan dynasty?", "when?", "When was the Yuan dynasty founded?"),
        ("Who founded the Yuan dynasty?", "and the year?", "In what year was the Yuan dynasty founded?"),
        ("Which models does Scout beat?", "how many?", "How many models does Scout beat?"),
        ("How many models does Scout beat?", "which ones?", "Which models does Scout beat?"),
        ("How many models does Scout beat?", "why?", "Why does Scout beat models?"),
        ("How many experts does Scout have?", "and how many parameters?", "How many parameters does Scout have?"),
        ("Does Scout have experts?", "how many?", "How many experts does Scout have?"),
        ("Where did the Huguenots settle?", "how many?", "How many Huguenots did settle?"),
        ("What is LlamaCon?", "how big?", "How big is LlamaCon?"),
    ],
)
def test_question_words_alone_ask_the_last_question_with_them(last, question, meant):
    assert rewritten(question, Turn(last)) == meant


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("and the number of experts?", "What is the number of experts of Scout?"),
        ("and the author?", "Who is the author of Scout?"),
        ("how about the benchmarks?", "What are the benchmarks of Scout?"),
        ("what about its price?", "What is Scout's price?"),
        ("and the price of Maverick?", "What is the price of Maverick?"),
    ],
)
def test_a_thing_alone_is_asked_for_of_what_the_last_question_spoke_of(question, meant):
    assert rewritten(question, SCOUT) == meant
