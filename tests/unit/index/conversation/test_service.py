"""The desk: ask on, and questions to choose from, over a real journal."""

from __future__ import annotations

import pytest

from index.domain.errors import LibraryError
from tests.support.desk_alone import MAVERICK, QUOTE, WINDOW, lacking, read_as, reply
from tests.support.journals import ANN, BEN, CHANNEL, GUILD


def test_an_answer_is_written_down_under_the_id_that_is_given(desk):
    kept = reply(desk, WINDOW)
    written = desk.journal.answered(kept.id)
    assert (written.question, written.guild, written.citations) == (WINDOW, GUILD, kept.answer.citations)


def test_a_question_follows_the_users_last_in_this_channel(desk):
    reply(desk, WINDOW)
    assert read_as(desk, "and Maverick?") == MAVERICK


@pytest.mark.parametrize("elsewhere", [{"user": BEN}, {"channel": CHANNEL + 1}, {"user": BEN, "channel": CHANNEL + 1}])
def test_a_conversation_is_never_used_for_another_user_or_channel(desk, sources, elsewhere):
    reply(desk, WINDOW)
    sources.asked.clear()
    assert read_as(desk, "and Maverick?", **elsewhere) == ""
    assert sources.asked == ["and Maverick?"]


def test_a_conversation_is_forgotten_after_ten_minutes(desk, clock):
    reply(desk, WINDOW)
    clock.pass_by(minutes=10)
    assert read_as(desk, "and Maverick?") == MAVERICK
    clock.pass_by(minutes=10, seconds=1)
    assert read_as(desk, "and Scout?") == ""


def test_a_question_after_an_answer_goes_on_from_that_whoever_asked_for_it_and_when(desk, clock):
    after = reply(desk, WINDOW).id
    clock.pass_by(days=2)
    assert read_as(desk, "and Maverick?", user=BEN, channel=5, after=after) == MAVERICK


def test_a_question_after_an_answer_goes_on_from_that_and_not_from_the_last(desk):
    after = reply(desk, WINDOW).id
    reply(desk, "Who wrote the article?")
    assert read_as(desk, "and Maverick?", after=after) == MAVERICK


def test_after_an_answer_that_is_not_known_a_question_stands_alone(desk):
    reply(desk, WINDOW)
    assert read_as(desk, "and Maverick?", after="forged") == ""


def test_a_question_that_is_to_stand_alone_follows_nothing(desk):
    after = reply(desk, WINDOW).id
    assert read_as(desk, "and Maverick?", alone=True) == ""
    assert read_as(desk, "and Maverick?", after=after, alone=True) == ""


def test_what_stood_alone_can_be_followed(desk):
    reply(desk, WINDOW, alone=True)
    assert read_as(desk, "and Maverick?") == MAVERICK


def test_in_a_thread_begun_from_an_answer_anybodys_first_question_goes_on_from_it(desk, clock):
    desk.journal.begin(99, reply(desk, WINDOW).id)
    clock.pass_by(days=1)
    assert read_as(desk, "and Maverick?", channel=99) == MAVERICK
    assert read_as(desk, "and Maverick?", channel=99, user=BEN) == MAVERICK
    assert read_as(desk, "and Maverick?", channel=98) == ""


def test_without_a_journal_a_question_is_answered_as_it_stands_under_no_id(broken, caplog):
    kept = reply(broken, WINDOW)
    assert (kept.answer.citations[0].quote, kept.id) == (QUOTE, "")
    assert "not written down" in caplog.text
    assert WINDOW not in caplog.text


def test_a_question_that_cannot_be_answered_is_not_written_down(desk, sources):
    sources.refusal = LibraryError("There is no index yet.")
    with pytest.raises(LibraryError, match="no index yet"):
        reply(desk, WINDOW)
    assert desk.journal.stored(ANN).questions == 0


def test_suggestions_are_helpful_questions_here_and_those_the_sources_answer(desk, sources):
    """Helpful are those voted so in this server."""
    sources.suggested = ("Who wrote the article?", WINDOW)
    helped, disputed, elsewhere = (
        reply(desk, question, guild=guild).id for question, guild in ((WINDOW, GUILD), (MAVERICK, GUILD), (WINDOW, 8))
    )
    assert desk.suggest("", guild=GUILD) == ("Who wrote the article?", WINDOW)
    for one in (helped, elsewhere):
        desk.journal.vote(one, user=BEN, helpful=True)
    desk.journal.vote(disputed, user=BEN, helpful=False)
    assert desk.suggest("", guild=GUILD) == (WINDOW, "Who wrote the article?")
    assert desk.suggest("wrote", guild=GUILD) == ("Who wrote the article?",)


def test_a_helpful_question_is_suggested_in_its_own_server_alone(desk):
    """It is suggested in no other server and in no direct message."""
    desk.journal.vote(reply(desk, WINDOW).id, user=BEN, helpful=True)
    desk.journal.vote(reply(desk, MAVERICK, guild=None).id, user=BEN, helpful=True)
    assert desk.suggest("", guild=GUILD) == (WINDOW,)
    assert desk.suggest("", guild=GUILD + 1) == desk.suggest("", guild=None) == ()


def test_without_a_journal_suggestions_come_from_the_sources_alone(broken, sources):
    sources.suggested = (WINDOW,)
    assert broken.suggest("window", guild=GUILD) == (WINDOW,)


def test_what_is_forgotten_of_a_user_is_gone_from_the_desk(desk, sources):
    sources.suggested = ()
    kept = reply(desk, WINDOW).id
    desk.journal.vote(kept, user=BEN, helpful=True)
    lacking(desk, "Who is the king?")
    assert desk.journal.forget(ANN).questions == 2
    assert (desk.extract(kept, 1), desk.more(kept)) == (None, None)
    assert desk.suggest("", guild=GUILD) == ()
    assert desk.themes(GUILD) == ()
    assert read_as(desk, "and Maverick?") == ""
