"""The journal gives back the turns of a conversation, each user's and channel's to nobody else."""

from __future__ import annotations

import re

from index.domain.activity import Turn
from tests.support.journals import ANN, BEN, CHANNEL, abstention, answer, ask, citation

OTHER = CHANNEL + 1
THREAD = CHANNEL + 2
HASHES = re.compile(rb"[0-9a-f]{64}")


def questions(turns: tuple[Turn, ...]) -> list[str]:
    return [turn.question for turn in turns]


def test_turns_are_the_last_three_oldest_first(journal, clock):
    for number in range(5):
        ask(journal, answer(f"Question {number}?", f"Answer {number}."))
        clock.pass_by(seconds=1)
    assert journal.turns(ANN, CHANNEL) == (
        Turn("Question 2?", ("Answer 2.",)),
        Turn("Question 3?", ("Answer 3.",)),
        Turn("Question 4?", ("Answer 4.",)),
    )


def test_turns_asked_at_the_same_moment_keep_their_order(journal):
    for number in range(3):
        ask(journal, answer(f"Question {number}?"))
    assert questions(journal.turns(ANN, CHANNEL)) == ["Question 0?", "Question 1?", "Question 2?"]


def test_a_turn_is_the_question_as_it_was_read_and_the_quotations_as_they_are_shown(journal):
    answer_id = ask(journal, answer("And Scout?", "Ten.", "Eleven.", read_as="How many tokens has Scout?"))
    expected = Turn("How many tokens has Scout?", ("Ten.", "Eleven."))
    assert journal.turn(answer_id) == expected
    assert journal.turns(ANN, CHANNEL) == (expected,)


def test_a_turn_that_was_not_answered_has_no_evidence_though_passages_were_near(journal):
    ask(journal, abstention("Who?", nearest=[citation()]))
    assert journal.turns(ANN, CHANNEL) == (Turn("Who?", ()),)


def test_a_turn_is_forgotten_after_ten_minutes(journal, clock):
    ask(journal, answer("Question 1?"))
    clock.pass_by(minutes=1)
    ask(journal, answer("Question 2?"))
    clock.pass_by(minutes=9)
    assert questions(journal.turns(ANN, CHANNEL)) == ["Question 1?", "Question 2?"]
    clock.pass_by(microseconds=1)
    assert questions(journal.turns(ANN, CHANNEL)) == ["Question 2?"]
    clock.pass_by(minutes=1)
    assert journal.turns(ANN, CHANNEL) == ()


def test_turns_of_users_and_channels_are_never_mixed(journal):
    asked = {(user, channel): f"{user} {channel}?" for user in (ANN, BEN) for channel in (CHANNEL, OTHER)}
    for (user, channel), question in asked.items():
        ask(journal, answer(question), user=user, channel=channel)
    assert {key: questions(journal.turns(*key)) for key in asked} == {key: [asked[key]] for key in asked}


def test_a_user_and_a_channel_of_the_same_number_are_not_told_to_be_the_same(journal, tmp_path):
    ask(journal, answer("Mine?"), user=5, channel=5)
    journal.close()
    assert len(set(HASHES.findall((tmp_path / "journal.sqlite3").read_bytes()))) == 2


def test_in_a_thread_begun_from_an_answer_anybodys_first_question_goes_on_from_it(journal, clock):
    answer_id = ask(journal, answer("How many?", "Ten."))
    journal.begin_thread(THREAD, answer_id)
    clock.pass_by(days=2)
    expected = (Turn("How many?", ("Ten.",)),)
    assert (journal.turns(ANN, THREAD), journal.turns(BEN, THREAD)) == (expected, expected)
    assert journal.turns(BEN, CHANNEL) == ()


def test_in_a_thread_a_users_turns_follow_the_first_question(journal, clock):
    """They are no part of anybody else's conversation."""
    journal.begin_thread(THREAD, ask(journal, answer("How many?")))
    clock.pass_by(seconds=1)
    ask(journal, answer("And Scout?"), user=BEN, channel=THREAD)
    assert questions(journal.turns(BEN, THREAD)) == ["And Scout?"]
    assert questions(journal.turns(ANN, THREAD)) == ["How many?"]
    clock.pass_by(minutes=11)
    assert journal.turns(BEN, THREAD) == ()


def test_a_channel_begun_anew_goes_on_from_the_newer_answer(journal, clock):
    journal.begin_thread(THREAD, ask(journal, answer("How many?")))
    ask(journal, answer("And Scout?"), channel=THREAD)
    clock.pass_by(seconds=1)
    journal.begin_thread(THREAD, ask(journal, answer("Who made it?")))
    assert questions(journal.turns(ANN, THREAD)) == ["Who made it?"]
