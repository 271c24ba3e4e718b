"""What "it", "they", "that year" and "the battle" stand for is what was spoken of last."""

from __future__ import annotations

import pytest

from index.conversation._rewriting import rewrite_question
from index.domain.activity import Turn
from tests.support.turns import SCOUT, YUAN, rewritten


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("how many experts does it have?", "How many experts does Scout have?"),
        ("And is it free?", "Is Scout free?"),
        ("what are its benchmarks?", "What are Scout's benchmarks?"),
        ("who made this model?", "Who made Scout?"),
        ("what does that mean?", "What does the context window of Scout mean?"),
        ("how does it compare with Maverick?", "How does Scout compare with Maverick?"),
        ("what did Meta say about it?", "What did Meta say about Scout?"),
    ],
)
def test_a_pronoun_is_what_the_last_question_spoke_of(question, meant):
    assert rewritten(question, SCOUT) == meant


@pytest.mark.parametrize(
    ("last", "question", "meant"),
    [
        (YUAN, "when did he die?", "When did Kublai Khan die?"),
        (YUAN, "who was his grandfather?", "Who was Kublai Khan's grandfather?"),
        (YUAN, "when did it end?", "When did the Yuan dynasty end?"),
        (Turn("Did the Normans conquer England?"), "who led them?", "Who led the Normans?"),
        (Turn("Did the Normans conquer England?"), "is it an island?", "Is England an island?"),
        (Turn("What happened?", ("The embargo hit Japan.",)), "where is it?", "Where is Japan?"),
    ],
)
def test_a_pronoun_agrees_with_what_it_stands_for_and_the_evidence_serves_too(last, question, meant):
    assert rewritten(question, last) == meant


def test_the_owner_of_a_plural_ends_in_an_apostrophe():
    assert (
        rewritten("what was their language?", Turn("Where did the Normans settle?"))
        == "What was the Normans' language?"
    )


def test_the_battle_is_the_one_that_was_spoken_of_by_name():
    assert (
        rewritten("who fought in the battle?", Turn("Who won the Battle of Rain?"))
        == "Who fought in the Battle of Rain?"
    )


def test_that_year_is_the_year_of_the_evidence():
    assert rewritten("what else happened that year?", YUAN) == "What else happened in 1271?"


def test_the_turn_before_serves_where_the_last_speaks_of_nothing():
    assert rewritten("is it free?", SCOUT, Turn("why?")) == "Is Scout free?"
    assert rewritten("is it free?", SCOUT, Turn("thanks")) == "Is Scout free?"
    assert rewritten("is it big?", SCOUT, Turn("Is Maverick free?")) == "Is Maverick big?"


@pytest.mark.parametrize(
    "question",
    [
        "Which historian was popular in the 21st century?",
        "What are presented to parliament in addition to the bill itself?",
        "Who wrote that imperialism is the highest stage of capitalism?",
        "What is one reason that Al-Qaeda received aid?",
        "When was amnesty granted to those responsible for the massacre?",
        "Who backed policies that sound good?",
        "How far is it from Davenports Neck to New Rochelle?",
        "What does it mean for the dollar to float?",
        "What is located within this district?",
    ],
)
def test_what_is_no_pronoun_or_has_no_antecedent_is_left_alone(question):
    """A word that only looks like a pronoun, or that refers to nothing in the conversation, is not replaced."""
    assert rewrite_question(question, [SCOUT]) == ()
