"""Conversations over a real journal."""

from __future__ import annotations

import pytest

from index.domain.activity import Scope
from index.domain.errors import LibraryError
from index.domain.generation import Picture, Turn, WritingRequest
from tests.support.journals import ANN, BEN, CHANNEL, GUILD
from tests.support.services_alone import MAVERICK, QUOTE, WINDOW, lacking, read_as, reply

PICTURE = Picture("image/jpeg", b"x")


def test_an_answer_is_written_down_under_the_id_that_is_given(services):
    answer = reply(services, WINDOW)
    written = services.journal.entry(answer.id)
    assert (written.question, written.guild, written.citations) == (WINDOW, GUILD, answer.answer.citations)


def test_a_question_follows_the_users_last_in_this_channel(services):
    reply(services, WINDOW)
    assert read_as(services, "and Maverick?") == MAVERICK


def test_a_question_follows_the_users_last_three_at_most_oldest_first(services, sources):
    for question in ("One?", "Two?", "Three?", "Four?", "Five?"):
        reply(services, question)
    assert sources.before[-1] == ("Two?", "Three?", "Four?")


@pytest.mark.parametrize("elsewhere", [{"user": BEN}, {"channel": CHANNEL + 1}, {"user": BEN, "channel": CHANNEL + 1}])
def test_a_conversation_is_never_used_for_another_user_or_channel(services, sources, elsewhere):
    reply(services, WINDOW)
    assert read_as(services, "and Maverick?", **elsewhere) == ""
    assert sources.before[-1] == ()


def test_a_conversation_is_forgotten_after_ten_minutes(services, sources, clock):
    reply(services, WINDOW)
    clock.pass_by(minutes=10)
    assert read_as(services, "and Maverick?") == MAVERICK
    clock.pass_by(minutes=10, seconds=1)
    reply(services, "and Scout?")
    assert sources.before[-1] == ()


def test_a_question_after_an_answer_goes_on_from_that_whoever_asked_for_it_and_when(services, clock):
    after = reply(services, WINDOW).id
    clock.pass_by(days=2)
    assert read_as(services, "and Maverick?", user=BEN, channel=5, after=after) == MAVERICK


def test_a_question_after_an_answer_goes_on_from_that_and_not_from_the_last(services):
    after = reply(services, WINDOW).id
    reply(services, "Who wrote the article?")
    assert read_as(services, "and Maverick?", after=after) == MAVERICK


def test_a_question_after_a_follow_up_goes_on_from_what_that_was_read_as(services, sources):
    reply(services, WINDOW)
    after = reply(services, "and Maverick?").id
    reply(services, "and Behemoth?", after=after)
    assert sources.before[-1] == (MAVERICK,)


def test_after_an_answer_that_is_not_known_a_question_stands_alone(services):
    reply(services, WINDOW)
    assert read_as(services, "and Maverick?", after="forged") == ""


def test_a_question_that_is_to_stand_alone_follows_nothing(services):
    after = reply(services, WINDOW).id
    assert read_as(services, "and Maverick?", alone=True) == ""
    assert read_as(services, "and Maverick?", after=after, alone=True) == ""


def test_what_stood_alone_can_be_followed(services):
    reply(services, WINDOW, alone=True)
    assert read_as(services, "and Maverick?") == MAVERICK


def test_in_a_thread_begun_from_an_answer_anybodys_first_question_goes_on_from_it(services, clock):
    services.journal.begin_thread(99, reply(services, WINDOW).id)
    clock.pass_by(days=1)
    assert read_as(services, "and Maverick?", channel=99) == MAVERICK
    assert read_as(services, "and Maverick?", channel=99, user=BEN) == MAVERICK
    assert read_as(services, "and Maverick?", channel=98) == ""


def test_without_a_journal_a_question_is_answered_as_it_stands_under_no_id(broken, caplog):
    answer = reply(broken, WINDOW)
    assert (answer.answer.citations[0].quote, answer.id) == (QUOTE, "")
    assert "not written down" in caplog.text
    assert WINDOW not in caplog.text


def test_a_question_that_cannot_be_answered_is_not_written_down(services, sources):
    sources.refusal = LibraryError("There is no index yet.")
    with pytest.raises(LibraryError, match="no index yet"):
        reply(services, WINDOW)
    assert services.journal.count_stored(ANN).questions == 0


def test_what_is_forgotten_of_a_user_is_gone_from_every_service(services, sources):
    sources.suggested = ()
    answer_id = reply(services, WINDOW).id
    services.journal.vote(answer_id, user=BEN, helpful=True)
    lacking(services, "Who is the king?")
    assert services.journal.forget(ANN).questions == 2
    assert (services.viewer.page(answer_id, 1), services.viewer.more(answer_id)) == (None, None)
    assert services.suggestions.complete("", guild=GUILD) == ()
    assert services.gaps.themes(Scope(GUILD)) == ()
    assert read_as(services, "and Maverick?") == ""


def test_writing_is_given_the_turns_before_with_what_was_quoted(services, sources):
    reply(services, WINDOW)
    reply(services, "and Maverick?", writing=WritingRequest(pictures=(PICTURE,)))
    reply(services, "and Scout?", writing=WritingRequest(user=1, guild=2))
    _, first, second = sources.writings
    assert (first.turns, first.pictures) == ((Turn(WINDOW, QUOTE),), (PICTURE,))
    assert (second.turns, second.user, second.guild) == ((*first.turns, Turn("and Maverick?", "The end.")), ANN, GUILD)


def test_an_abstention_is_a_turn_without_an_answer(services, sources):
    reply(services, "Who?")
    reply(services, "And when?", writing=WritingRequest())
    assert sources.writings[-1].turns == (Turn("Who?"),)


def test_a_question_after_an_answer_has_that_turn_alone(services, sources):
    reply(services, WINDOW)
    after = reply(services, "and Maverick?").id
    reply(services, "Who wrote the article?")
    reply(services, "And when?", after=after, writing=WritingRequest())
    assert sources.writings[-1].turns == (Turn(MAVERICK, "The end."),)


def test_without_a_request_to_write_nothing_is_written(services, sources):
    reply(services, WINDOW)
    assert sources.writings == [None]
