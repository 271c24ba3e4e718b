"""The journal gives back what was written down, each user's to that user alone, and forgets when told to."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.journal import Journal
from index.journal_file import JournalFile
from index.records import Recorded, Stored, Tally, Turn
from index.types import NO_QUESTION, Citation
from tests.journals import (
    ANN,
    BEN,
    CHANNEL,
    GUILD,
    NOON,
    Clock,
    abstention,
    answer,
    ask,
    citation,
    kept_bytes,
)
from tests.texts import any_text

OTHER = CHANNEL + 1
THREAD = CHANNEL + 2
UNKNOWN = "AAAAAAAAAAAA"
HASHES = re.compile(rb"[0-9a-f]{64}")

citations = st.builds(
    Citation,
    number=st.integers(1, 9),
    source=any_text,
    title=any_text,
    section=any_text,
    start=st.integers(0, 10**7),
    end=st.integers(0, 10**7),
    quote=st.text(max_size=50),  # half characters too
    score=st.floats(0, 1),
    url=st.none() | any_text,
    shown=any_text,
)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def journal(tmp_path, clock):
    journal = Journal(tmp_path / "journal.sqlite3", keep_days=30, clock=clock)
    yield journal
    journal.close()


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    journal = Journal(tmp_path_factory.mktemp("lasting") / "journal.sqlite3")
    yield journal
    journal.close()


def questions(turns: tuple[Turn, ...]) -> list[str]:
    return [turn.question for turn in turns]


def test_an_answer_is_given_back_as_it_was_written_down(journal):
    said = answer("How many tokens?", "Ten.", "Eleven.", read_as="How many tokens has Scout?")
    one = ask(journal, said)
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}", one)
    assert journal.answered(one) == Recorded(
        id=one,
        asked_at=NOON,
        guild=GUILD,
        question="How many tokens?",
        read_as="How many tokens has Scout?",
        abstained=False,
        confidence=0.75,
        snapshot="snapshot-1",
        citations=(citation(1, "Ten."), citation(2, "Eleven.")),
    )


def test_an_abstention_in_a_direct_message_is_given_back_without_a_guild(journal):
    one = ask(journal, abstention("Who?", nearest=[citation()]), guild=None)
    kept = journal.answered(one)
    assert (kept.guild, kept.abstained, kept.confidence, kept.citations) == (None, True, 0.125, (citation(),))


@given(quoted=st.lists(citations, max_size=3), question=any_text, read_as=any_text)
def test_citations_and_questions_are_given_back_exactly(lasting, quoted, question, read_as):
    one = ask(lasting, replace(answer(question, read_as=read_as), citations=tuple(quoted)))
    kept = lasting.answered(one)
    assert (kept.citations, kept.question, kept.read_as) == (tuple(quoted), question, read_as)


def test_half_a_character_in_a_question_becomes_a_question_mark(journal):
    assert journal.answered(ask(journal, answer("a\ud800b"))).question == "a?b"


def test_time_is_given_back_in_utc_to_the_microsecond_whatever_the_zone_of_the_clock(journal, clock):
    clock.now = datetime(2026, 4, 10, 1, 2, 3, 45, tzinfo=timezone(timedelta(hours=5)))
    kept = journal.answered(ask(journal, answer("When?")))
    assert kept.asked_at == clock.now
    assert kept.asked_at.isoformat() == "2026-04-09T20:02:03.000045+00:00"


def test_ids_are_never_the_same(journal):
    assert len({ask(journal, answer("Again?")) for _ in range(50)}) == 50


def test_an_unknown_id_is_no_error(journal):
    assert journal.answered(UNKNOWN) is None
    assert journal.turn(UNKNOWN) is None
    assert journal.vote(UNKNOWN, user=ANN, helpful=True) is None
    assert journal.explain(UNKNOWN, user=ANN, reason="Wrong.") is False
    assert journal.report(UNKNOWN, user=ANN) is False
    assert journal.tally(UNKNOWN) == Tally(0, 0)
    assert journal.solve([UNKNOWN], user=ANN) == 0
    journal.begin(THREAD, UNKNOWN)
    assert journal.turns(ANN, THREAD) == ()
    assert journal.stored(ANN) == Stored(0, 0)


def test_a_second_journal_on_the_same_file_knows_what_the_first_was_told(journal, tmp_path, clock):
    one = ask(journal, answer("How many?"))
    journal.vote(one, user=BEN, helpful=True)
    journal.change(GUILD, "language", "de")
    journal.close()
    after = Journal(tmp_path / "journal.sqlite3", clock=clock)
    assert after.answered(one).question == "How many?"
    assert questions(after.turns(ANN, CHANNEL)) == ["How many?"]
    assert after.stored(BEN) == Stored(0, 1)
    assert after.settings(GUILD) == {"language": "de"}
    after.close()


def test_a_journal_that_was_closed_opens_again(journal):
    one = ask(journal, answer("How many?"))
    journal.close()
    journal.close()
    assert journal.answered(one).question == "How many?"


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
    one = ask(journal, answer("And Scout?", "Ten.", "Eleven.", read_as="How many tokens has Scout?"))
    expected = Turn("How many tokens has Scout?", ("Ten.", "Eleven."))
    assert journal.turn(one) == expected
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
    one = ask(journal, answer("How many?", "Ten."))
    journal.begin(THREAD, one)
    clock.pass_by(days=2)
    expected = (Turn("How many?", ("Ten.",)),)
    assert (journal.turns(ANN, THREAD), journal.turns(BEN, THREAD)) == (expected, expected)
    assert journal.turns(BEN, CHANNEL) == ()


def test_in_a_thread_a_users_own_turns_come_after_the_first_question_and_concern_nobody_else(journal, clock):
    journal.begin(THREAD, ask(journal, answer("How many?")))
    clock.pass_by(seconds=1)
    ask(journal, answer("And Scout?"), user=BEN, channel=THREAD)
    assert questions(journal.turns(BEN, THREAD)) == ["And Scout?"]
    assert questions(journal.turns(ANN, THREAD)) == ["How many?"]
    clock.pass_by(minutes=11)
    assert journal.turns(BEN, THREAD) == ()


def test_a_channel_begun_anew_goes_on_from_the_newer_answer(journal, clock):
    journal.begin(THREAD, ask(journal, answer("How many?")))
    ask(journal, answer("And Scout?"), channel=THREAD)
    clock.pass_by(seconds=1)
    journal.begin(THREAD, ask(journal, answer("Who made it?")))
    assert questions(journal.turns(ANN, THREAD)) == ["Who made it?"]


def test_votes_are_counted(journal):
    one = ask(journal, answer("How many?"))
    assert journal.vote(one, user=1, helpful=True) == Tally(1, 0)
    assert journal.vote(one, user=2, helpful=False) == Tally(1, 1)
    assert journal.vote(one, user=3, helpful=False) == Tally(1, 2)
    assert journal.tally(one) == Tally(1, 2)


def test_votes_on_other_answers_do_not_count(journal):
    one, other = ask(journal, answer("How many?")), ask(journal, answer("How many?"))
    journal.vote(other, user=ANN, helpful=True)
    assert journal.tally(one) == Tally(0, 0)


def test_vote_of_the_same_user_replaces_the_one_before(journal):
    one = ask(journal, answer("How many?"))
    assert journal.vote(one, user=ANN, helpful=True) == Tally(1, 0)
    assert journal.vote(one, user=ANN, helpful=True) == Tally(1, 0)
    assert journal.vote(one, user=ANN, helpful=False) == Tally(0, 1)
    assert journal.stored(ANN) == Stored(1, 1)


def test_a_reason_belongs_to_the_users_vote_against(journal):
    one = ask(journal, answer("How many?"))
    assert journal.explain(one, user=ANN, reason="Wrong.") is False
    journal.vote(one, user=ANN, helpful=True)
    assert journal.explain(one, user=ANN, reason="Wrong.") is False
    journal.vote(one, user=ANN, helpful=False)
    assert journal.explain(one, user=BEN, reason="Wrong.") is False
    assert journal.explain(one, user=ANN, reason="Wrong.\ud800") is True
    assert journal.gaps(GUILD)[0].reasons == ("Wrong.?",)


def test_a_reason_is_replaced_by_the_next_and_stays_when_the_same_vote_is_given_again(journal):
    one = ask(journal, answer("How many?"))
    journal.vote(one, user=ANN, helpful=False)
    journal.explain(one, user=ANN, reason="Old.")
    journal.explain(one, user=ANN, reason="Outdated.")
    journal.vote(one, user=ANN, helpful=False)
    assert journal.gaps(GUILD)[0].reasons == ("Outdated.",)


def test_a_reason_is_dropped_when_the_vote_turns_helpful(journal):
    one = ask(journal, answer("How many?"))
    journal.vote(one, user=ANN, helpful=False)
    journal.explain(one, user=ANN, reason="Wrong.")
    journal.vote(one, user=ANN, helpful=True)
    journal.vote(one, user=ANN, helpful=False)
    assert journal.gaps(GUILD)[0].reasons == ()


def test_an_answer_is_reported_once_a_user(journal):
    one = ask(journal, answer("How many?"))
    assert [journal.report(one, user=ANN), journal.report(one, user=ANN)] == [True, True]
    assert (journal.gaps(GUILD)[0].why, journal.gaps(GUILD)[0].times) == ("reported", 1)


def test_settings_are_each_servers_own(journal):
    journal.change(GUILD, "language", "de")
    journal.change(GUILD, "answers", "private")
    journal.change(GUILD, "language", "fr")
    journal.change(GUILD + 1, "language", "en")
    assert journal.settings(GUILD) == {"language": "fr", "answers": "private"}
    assert journal.settings(GUILD + 1) == {"language": "en"}
    assert journal.settings(GUILD + 2) == {}


def test_half_a_character_in_a_setting_becomes_a_question_mark(journal):
    journal.change(GUILD, "language", "d\ud800e")
    assert journal.settings(GUILD) == {"language": "d?e"}


def test_a_setting_that_is_taken_back_is_gone(journal):
    journal.change(GUILD, "language", "de")
    journal.change(GUILD + 1, "language", "de")
    journal.change(GUILD, "language", None)
    journal.change(GUILD, "never set", None)
    assert (journal.settings(GUILD), journal.settings(GUILD + 1)) == ({}, {"language": "de"})


def test_cited_snapshots_are_those_that_kept_answers_quote(journal, clock):
    assert journal.cited() == frozenset()
    ask(journal, answer("Old?", snapshot="snapshot-0"))
    clock.pass_by(days=29)
    ask(journal, answer("New?", snapshot="snapshot-1"))
    ask(journal, answer("New too?", snapshot="snapshot-1"))
    ask(journal, replace(abstention("Nothing?"), snapshot="snapshot-2"))
    assert journal.cited() == {"snapshot-0", "snapshot-1"}
    clock.pass_by(days=2)
    assert journal.purge() == 1
    assert journal.cited() == {"snapshot-1"}


def test_stored_counts_a_users_questions_and_votes_wherever_they_were(journal):
    one = ask(journal, answer("How many?"))
    ask(journal, answer("Who?"), guild=None, channel=OTHER)
    theirs = ask(journal, answer("When?"), user=BEN)
    for voted in (one, theirs):
        journal.vote(voted, user=ANN, helpful=True)
    journal.report(theirs, user=ANN)
    assert (journal.stored(ANN), journal.stored(BEN), journal.stored(3)) == (Stored(2, 2), Stored(1, 0), Stored(0, 0))


def test_forget_deletes_all_of_the_user_and_nothing_of_others(journal):
    mine, theirs = ask(journal, answer("How many?")), ask(journal, answer("When?"), user=BEN)
    journal.begin(THREAD, mine)
    for one in (mine, theirs):
        journal.vote(one, user=ANN, helpful=False)
        journal.vote(one, user=BEN, helpful=True)
        journal.report(one, user=ANN)
    assert journal.forget(ANN) == Stored(1, 2)
    assert journal.stored(ANN) == Stored(0, 0)
    assert journal.forget(ANN) == Stored(0, 0)
    assert (journal.answered(mine), journal.turns(BEN, THREAD)) == (None, ())
    assert journal.answered(theirs).question == "When?"
    assert (journal.stored(BEN), journal.tally(theirs)) == (Stored(1, 1), Tally(1, 0))
    assert journal.gaps(GUILD) == ()  # the report is gone with who made it


def test_what_a_forgotten_moderator_solved_stays_solved_by_nobody(journal, tmp_path):
    one = ask(journal, abstention("Who?"))
    assert journal.solve([one], user=BEN) == 1
    named = JournalFile(tmp_path / "journal.sqlite3").keyed("user", BEN).encode()
    assert named in kept_bytes(tmp_path)
    journal.forget(BEN)
    assert journal.gaps(GUILD) == ()
    assert named not in kept_bytes(tmp_path)


def test_after_forget_no_byte_on_the_disk_holds_what_the_user_wrote(journal, tmp_path):
    for number in range(400):  # enough for the pages of the tree to be split and joined
        user = (ANN, BEN)[number % 2]
        one = ask(journal, answer(f"of {user}, " + "padding " * (number % 40), read_as=f"read of {user}"), user=user)
        for voter in (ANN, BEN):
            journal.vote(one, user=voter, helpful=False)
            journal.explain(one, user=voter, reason=f"reason of {voter} " * (number % 9))
    journal.purge()  # the log of writes becomes the file
    large = (tmp_path / "journal.sqlite3").stat().st_size
    journal.forget(ANN)
    on_disk = kept_bytes(tmp_path)
    assert (tmp_path / "journal.sqlite3").stat().st_size < 0.7 * large  # room that is not used is given back
    assert str(ANN).encode() not in on_disk
    assert on_disk.count(f"read of {BEN}".encode()) == 200


def test_no_byte_on_the_disk_tells_who_a_user_or_which_a_channel_is(journal, tmp_path):
    one = ask(journal, answer("How many?"), guild=None)
    journal.begin(THREAD, one)
    journal.vote(one, user=BEN, helpful=False)
    journal.explain(one, user=BEN, reason="Wrong.")
    journal.report(one, user=ANN)
    journal.solve([one], user=BEN)
    journal.turns(ANN, CHANNEL)

    def nowhere():
        on_disk = kept_bytes(tmp_path)
        assert b"How many?" in on_disk  # it is looked for where it would be
        for number in (ANN, BEN, CHANNEL, THREAD):
            for written in (str(number).encode(), f"{number:x}".encode(), number.to_bytes(8, "big")):
                assert written not in on_disk

    assert (tmp_path / "journal.sqlite3-wal").stat().st_size > 0
    nowhere()
    journal.close()
    nowhere()


def test_users_cannot_be_told_by_hashing_all_ids_without_the_key(journal, tmp_path, clock):
    ask(journal, answer("How many?"))
    elsewhere = Journal(tmp_path / "elsewhere" / "journal.sqlite3", clock=clock)
    ask(elsewhere, answer("How many?"))
    elsewhere.close()
    journal.close()
    here = set(HASHES.findall((tmp_path / "journal.sqlite3").read_bytes()))
    there = set(HASHES.findall((tmp_path / "elsewhere" / "journal.sqlite3").read_bytes()))
    assert here
    assert there
    assert here & there == set()


def test_purge_deletes_what_is_older_than_it_may_be_with_all_that_is_on_it(journal, tmp_path, clock):
    old = ask(journal, answer("Is this old?"))
    for _ in range(100):
        ask(journal, answer("Is this old?", "A long quotation. " * 20))
    journal.purge()  # the log of writes becomes the file
    journal.vote(old, user=BEN, helpful=False)
    journal.explain(old, user=BEN, reason="An old reason.")
    journal.report(old, user=BEN)
    journal.begin(THREAD, old)
    clock.pass_by(seconds=1)
    young = ask(journal, answer("Is this young?"))
    large = (tmp_path / "journal.sqlite3").stat().st_size
    clock.now = NOON + timedelta(days=30)
    assert journal.purge() == 0
    clock.pass_by(microseconds=1)
    assert journal.purge() == 101
    assert (journal.answered(old), journal.tally(old), journal.stored(BEN)) == (None, Tally(0, 0), Stored(0, 0))
    assert journal.vote(old, user=BEN, helpful=True) is None
    assert journal.turns(BEN, THREAD) == ()
    assert journal.answered(young).question == "Is this young?"
    assert (tmp_path / "journal.sqlite3").stat().st_size < large / 2
    on_disk = kept_bytes(tmp_path)
    assert b"Is this young?" in on_disk
    assert b"Is this old?" not in on_disk
    assert b"An old reason." not in on_disk


def test_settings_outlast_the_questions(journal, clock):
    journal.change(GUILD, "language", "de")
    clock.pass_by(days=400)
    journal.purge()
    assert journal.settings(GUILD) == {"language": "de"}


def test_record_purges_by_itself_at_most_once_an_hour(tmp_path):
    clock = Clock()
    journal = Journal(tmp_path / "journal.sqlite3", keep_days=1, clock=clock)
    first = ask(journal, answer("First?"))  # purges: the hour begins
    clock.pass_by(minutes=30)
    second = ask(journal, answer("Second?"))
    clock.now = NOON + timedelta(days=1, minutes=15)
    ask(journal, answer("Purges what is a day old?"))
    assert (journal.answered(first), journal.answered(second).question) == (None, "Second?")
    clock.pass_by(minutes=59)
    ask(journal, answer("Too soon to purge?"))
    assert journal.answered(second).question == "Second?"
    clock.pass_by(minutes=1)
    ask(journal, answer("Purges again?"))
    assert journal.answered(second) is None
    journal.close()


def test_a_clock_that_was_set_back_does_not_stop_the_purging(tmp_path):
    clock = Clock(NOON + timedelta(days=3650))
    journal = Journal(tmp_path / "journal.sqlite3", keep_days=1, clock=clock)
    ask(journal, answer("In ten years?"))
    clock.now = NOON
    old = ask(journal, answer("Today?"))
    clock.pass_by(days=2)
    ask(journal, answer("Tomorrow?"))
    assert journal.answered(old) is None
    journal.close()


def test_what_many_threads_write_at_once_is_all_kept(journal):
    ids: dict[int, list[str]] = {}

    def write(user: int) -> None:
        ids[user] = []
        for number in range(100):
            ids[user].append(ask(journal, answer(f"{user}: {number}?"), user=user))
            journal.vote(ids[user][-1], user=user, helpful=number % 2 == 0)
            assert questions(journal.turns(user, CHANNEL))[-1] == f"{user}: {number}?"

    threads = [threading.Thread(target=write, args=(user,)) for user in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {user: journal.stored(user) for user in range(4)} == dict.fromkeys(range(4), Stored(100, 100))
    assert all(journal.answered(one).question == f"{user}: {n}?" for user in ids for n, one in enumerate(ids[user]))


def test_nothing_is_asked_of_the_sources_by_a_greeting_but_it_is_kept(journal):
    one = ask(journal, abstention("Hello!", NO_QUESTION))
    assert journal.answered(one).abstained is True
    assert journal.days(1, guild=GUILD)[0].questions == 1


def test_the_clock_is_utc_unless_told_otherwise(lasting):
    before = datetime.now(UTC)
    kept = lasting.answered(ask(lasting, answer("Now?")))
    assert before <= kept.asked_at <= datetime.now(UTC)
    assert kept.asked_at.utcoffset() == timedelta(0)
