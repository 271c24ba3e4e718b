"""The journal returns the questions before in a conversation, those of a user and channel to nobody else."""

from __future__ import annotations

import re

from tests.support.journals import ANN, BEN, CHANNEL, abstention, answer, ask, questions_before

OTHER = CHANNEL + 1
THREAD = CHANNEL + 2
HASHES = re.compile(rb"[0-9a-f]{64}")


def test_questions_before_are_the_last_three_oldest_first(journal, clock):
    for number in range(5):
        ask(journal, answer(f"Question {number}?", f"Answer {number}."))
        clock.pass_by(seconds=1)
    assert questions_before(journal, ANN, CHANNEL) == ("Question 2?", "Question 3?", "Question 4?")


def test_questions_asked_at_the_same_moment_keep_their_order(journal):
    for number in range(3):
        ask(journal, answer(f"Question {number}?"))
    assert list(questions_before(journal, ANN, CHANNEL)) == ["Question 0?", "Question 1?", "Question 2?"]


def test_a_question_before_is_as_it_was_asked_whatever_it_was_read_after(journal):
    ask(journal, answer("And Scout?", "Ten.", read_as="How many tokens has Maverick? And Scout?"))
    assert questions_before(journal, ANN, CHANNEL) == ("And Scout?",)


def test_a_question_that_was_not_answered_is_one_before_too(journal):
    ask(journal, abstention("Who?"))
    assert questions_before(journal, ANN, CHANNEL) == ("Who?",)


def test_a_question_before_is_forgotten_after_ten_minutes(journal, clock):
    ask(journal, answer("Question 1?"))
    clock.pass_by(minutes=1)
    ask(journal, answer("Question 2?"))
    clock.pass_by(minutes=9)
    assert list(questions_before(journal, ANN, CHANNEL)) == ["Question 1?", "Question 2?"]
    clock.pass_by(microseconds=1)
    assert list(questions_before(journal, ANN, CHANNEL)) == ["Question 2?"]
    clock.pass_by(minutes=1)
    assert questions_before(journal, ANN, CHANNEL) == ()


def test_questions_of_users_and_channels_are_never_mixed(journal):
    asked = {(user, channel): f"{user} {channel}?" for user in (ANN, BEN) for channel in (CHANNEL, OTHER)}
    for (user, channel), question in asked.items():
        ask(journal, answer(question), user=user, channel=channel)
    assert {key: list(questions_before(journal, *key)) for key in asked} == {key: [asked[key]] for key in asked}


def test_a_user_and_a_channel_of_the_same_number_are_not_told_to_be_the_same(journal, tmp_path):
    ask(journal, answer("Mine?"), user=5, channel=5)
    journal.close()
    assert len(set(HASHES.findall((tmp_path / "journal.sqlite3").read_bytes()))) == 2


def test_in_a_thread_begun_from_an_answer_anybodys_first_question_goes_on_from_it(journal, clock):
    answer_id = ask(journal, answer("How many?", "Ten."))
    journal.begin_thread(THREAD, answer_id)
    clock.pass_by(days=2)
    expected = ("How many?",)
    assert (questions_before(journal, ANN, THREAD), questions_before(journal, BEN, THREAD)) == (expected, expected)
    assert questions_before(journal, BEN, CHANNEL) == ()


def test_in_a_thread_a_users_own_questions_replace_the_first(journal, clock):
    """They are no part of anybody else's conversation."""
    journal.begin_thread(THREAD, ask(journal, answer("How many?")))
    clock.pass_by(seconds=1)
    ask(journal, answer("And Scout?"), user=BEN, channel=THREAD)
    assert list(questions_before(journal, BEN, THREAD)) == ["And Scout?"]
    assert list(questions_before(journal, ANN, THREAD)) == ["How many?"]
    clock.pass_by(minutes=11)
    assert questions_before(journal, BEN, THREAD) == ()


def test_a_channel_begun_anew_goes_on_from_the_newer_answer(journal, clock):
    journal.begin_thread(THREAD, ask(journal, answer("How many?")))
    ask(journal, answer("And Scout?"), channel=THREAD)
    clock.pass_by(seconds=1)
    journal.begin_thread(THREAD, ask(journal, answer("Who made it?")))
    assert list(questions_before(journal, ANN, THREAD)) == ["Who made it?"]
