"""What a pronoun may stand for after the turns of a conversation."""

from __future__ import annotations

import pytest

from index.conversation._antecedents import (
    all_entities,
    find_antecedents,
    has_topic,
    head_phrases,
    is_name,
    match_name_case,
    name_spans,
    question_entities,
)
from index.domain.activity import Turn

SCOUT = Turn("What is the context window of Scout?", ("Scout has a window of 10 million tokens.",))
AUTHOR = Turn("Who wrote the article?", ("It was written by Elijah Mondero in Manila.",))


@pytest.mark.parametrize(
    ("kind", "turns", "expected"),
    [
        ("it", [SCOUT], ["Scout", "the context window of Scout"]),
        ("he", [AUTHOR], ["Elijah Mondero", "Manila", "the article"]),
        ("it", [AUTHOR, SCOUT], ["Scout", "the context window of Scout"]),
        ("it", [], []),
    ],
    ids=["the owner first", "the answer first for a person", "the newest turn", "no turn"],
)
def test_antecedents_are_the_entities_of_the_newest_turn_best_first(kind, turns, expected):
    assert find_antecedents(kind, turns) == expected


def test_they_means_the_plural_first():
    turn = Turn("Which models did Meta release?", ("Meta released Scout and Maverick.",))
    assert find_antecedents("they", [turn])[0] == "Scout and Maverick"


def test_the_entities_of_a_question_are_its_subject_and_its_objects():
    assert question_entities(Turn("When did William conquer England?")) == ["William", "England"]


def test_an_answer_about_time_names_no_new_entity():
    assert all_entities([Turn("When was Scout released?", ("Scout was released by Meta in 2025.",))]) == ["Scout"]


def test_a_phrase_has_its_owner_and_its_last_part_as_heads():
    assert list(head_phrases("Scout's context window")) == ["Scout", "Scout's context window"]
    assert list(head_phrases("the window of Scout")) == ["Scout", "the window of Scout"]


def test_an_owner_stands_apart_from_what_it_owns():
    text = "Meta's Scout"
    assert [text[start:end] for start, end in name_spans(text)] == ["Meta", "Scout"]


@pytest.mark.parametrize(("piece", "expected"), [("the Magna Carta", True), ("Scout window", False), ("bread", False)])
def test_a_name_alone_is_one(piece, expected):
    assert is_name(piece) is expected


def test_a_name_in_small_letters_is_written_as_the_turn_writes_it():
    assert match_name_case("scout", SCOUT) == "Scout"
    assert match_name_case("bread", SCOUT) == "bread"


@pytest.mark.parametrize(
    ("turn", "expected"),
    [(SCOUT, True), (Turn("the weather"), False), (Turn("Is bread good?"), True), (Turn("why?"), False)],
)
def test_a_turn_has_a_topic_if_answered_or_a_whole_question_or_a_name(turn, expected):
    assert has_topic(turn) is expected
