"""Follow-ups: read alone and with the questions before them, and when neither answers."""

from __future__ import annotations

import pytest

from index.answering.answerer import FOLLOW_UP_MARGIN
from tests.support.answering_fakes import FixedReader, WordsByQuestion, ask

SCOUT, FOLLOW_UP = "What is Scout?", "and Maverick?"
TOGETHER = f"{SCOUT} {FOLLOW_UP}"


def test_a_question_alone_wins_a_tie_with_its_history():
    answer = ask(FixedReader({FOLLOW_UP: 2.0, TOGETHER: 2.0}), FOLLOW_UP, SCOUT)
    assert (answer.abstained, answer.read_as) == (False, "")


@pytest.mark.parametrize(("lead", "read_as"), [(FOLLOW_UP_MARGIN, ""), (FOLLOW_UP_MARGIN + 0.01, TOGETHER)])
def test_a_question_is_read_with_its_history_only_if_that_is_surer_by_the_margin(lead, read_as):
    answer = ask(FixedReader({FOLLOW_UP: 1.0, TOGETHER: 1.0 + lead}), FOLLOW_UP, SCOUT)
    assert (answer.question, answer.read_as) == (FOLLOW_UP, read_as)


def test_a_question_without_a_history_is_read_as_it_stands():
    assert ask(FixedReader({FOLLOW_UP: 1.0, TOGETHER: 9.0}), FOLLOW_UP).read_as == ""


def test_the_last_questions_are_read_in_their_order():
    earlier = "What is Llama?"
    both = f"{earlier} {SCOUT} {FOLLOW_UP}"
    assert ask(FixedReader({TOGETHER: 1.0, both: 3.0}), FOLLOW_UP, "Before?", earlier, SCOUT).read_as == both
    assert ask(FixedReader({f"Before? {both}": 3.0}), FOLLOW_UP, "Before?", earlier, SCOUT).abstained


def test_the_same_question_again_has_the_same_answer():
    reader = WordsByQuestion({SCOUT: (3.0, "flour"), f"{SCOUT} {SCOUT}": (4.0, "flour")})
    assert ask(reader, SCOUT, SCOUT) == ask(reader, SCOUT)
    again = WordsByQuestion({SCOUT: (3.0, "leaves"), FOLLOW_UP: (-4.0, "Bread"), TOGETHER: (3.0, "flour")})
    assert ask(again, FOLLOW_UP, SCOUT, FOLLOW_UP).read_as == TOGETHER


def test_the_same_question_in_other_words_is_answered():
    reader = WordsByQuestion({SCOUT: (3.0, "flour"), TOGETHER: (3.0, "flour"), FOLLOW_UP: (2.0, "flour and water")})
    assert ask(reader, FOLLOW_UP, SCOUT).short_answer.text == "flour"


@pytest.mark.parametrize(
    ("earlier", "again", "alone", "words", "read_as"),
    [
        ((3.0, "flour"), "flour and water", -4.0, None, ""),
        ((3.0, "flour"), "flour and water", 2.9, None, ""),
        ((3.0, "flour"), "flour and water", 3.1, "Tea", ""),
        ((3.0, "flour"), "water", -4.0, "water", TOGETHER),
        ((3.0, "leaves"), "flour", -4.0, "flour", TOGETHER),
        ((-3.0, "flour"), "flour", -4.0, "flour", TOGETHER),
    ],
)
def test_a_follow_up_is_not_answered_by_the_words_that_answer_the_question_before(
    earlier, again, alone, words, read_as
):
    reader = WordsByQuestion({SCOUT: earlier, TOGETHER: (3.0, again), FOLLOW_UP: (alone, "Tea")})
    answer = ask(reader, FOLLOW_UP, SCOUT)
    assert (answer.short_answer and answer.short_answer.text, answer.read_as) == (words, read_as)


def test_a_follow_up_that_no_reading_answers_is_read_as_it_stands():
    answer = ask(FixedReader({FOLLOW_UP: -3.0, TOGETHER: -1.0}), FOLLOW_UP, SCOUT)
    assert (answer.abstained, answer.read_as) == (True, "")
    assert answer.confidence == ask(FixedReader({FOLLOW_UP: -3.0}), FOLLOW_UP).confidence


@pytest.mark.parametrize(("question", "before", "answered"), [("When?", (SCOUT,), False), ("When?", (), True)])
def test_a_follow_up_without_a_word_of_its_own_is_not_read_alone(question, before, answered):
    answer = ask(FixedReader({question: 9.0}), question, *before)
    assert (not answer.abstained) is answered
