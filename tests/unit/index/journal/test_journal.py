"""The journal gives back what was written down: answers, votes, reports, servers' settings."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.domain.activity import JournalEntry, Scope, StoredCounts, VoteCount
from index.domain.answers import NO_QUESTION, Citation
from index.journal.journal import Journal
from tests.support.journals import ANN, BEN, CHANNEL, GUILD, NOON, abstention, answer, ask, citation, questions_before
from tests.support.texts import any_text

THREAD = CHANNEL + 2
UNKNOWN = "AAAAAAAAAAAA"

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


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    journal = Journal(tmp_path_factory.mktemp("lasting") / "journal.sqlite3")
    yield journal
    journal.close()


def test_an_answer_is_given_back_as_it_was_written_down(journal):
    recorded = answer("How many tokens?", "Ten.", "Eleven.", read_as="How many tokens has Scout?")
    answer_id = ask(journal, recorded)
    assert re.fullmatch(r"[A-Za-z0-9_-]{12}", answer_id)
    assert journal.entry(answer_id) == JournalEntry(
        id=answer_id,
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
    answer_id = ask(journal, abstention("Who?", nearest=[citation()]), guild=None)
    entry = journal.entry(answer_id)
    assert (entry.guild, entry.abstained, entry.confidence, entry.citations) == (None, True, 0.125, (citation(),))


@given(quoted=st.lists(citations, max_size=3), question=any_text, read_as=any_text)
def test_citations_and_questions_are_given_back_exactly(lasting, quoted, question, read_as):
    answer_id = ask(lasting, replace(answer(question, read_as=read_as), citations=tuple(quoted)))
    entry = lasting.entry(answer_id)
    assert (entry.citations, entry.question, entry.read_as) == (tuple(quoted), question, read_as)


def test_half_a_character_in_a_question_becomes_a_question_mark(journal):
    assert journal.entry(ask(journal, answer("a\ud800b"))).question == "a?b"


def test_time_is_given_back_in_utc_to_the_microsecond_whatever_the_zone_of_the_clock(journal, clock):
    clock.now = datetime(2026, 4, 10, 1, 2, 3, 45, tzinfo=timezone(timedelta(hours=5)))
    entry = journal.entry(ask(journal, answer("When?")))
    assert entry.asked_at == clock.now
    assert entry.asked_at.isoformat() == "2026-04-09T20:02:03.000045+00:00"


def test_ids_are_never_the_same(journal):
    assert len({ask(journal, answer("Again?")) for _ in range(50)}) == 50


def test_an_unknown_id_is_no_error(journal):
    assert journal.entry(UNKNOWN) is None
    assert journal.vote(UNKNOWN, user=ANN, helpful=True) is None
    assert journal.explain(UNKNOWN, user=ANN, reason="Wrong.") is False
    assert journal.report(UNKNOWN, user=ANN) is False
    assert journal.count_votes(UNKNOWN) == VoteCount(0, 0)
    assert journal.solve([UNKNOWN], user=ANN) == 0
    journal.begin_thread(THREAD, UNKNOWN)
    assert questions_before(journal, ANN, THREAD) == ()
    assert journal.count_stored(ANN) == StoredCounts(0, 0)


def test_a_second_journal_on_the_same_file_knows_what_the_first_was_told(journal, tmp_path, clock):
    answer_id = ask(journal, answer("How many?"))
    journal.vote(answer_id, user=BEN, helpful=True)
    journal.set_setting(GUILD, "language", "de")
    journal.close()
    after = Journal(tmp_path / "journal.sqlite3", clock=clock)
    assert after.entry(answer_id).question == "How many?"
    assert questions_before(after, ANN, CHANNEL) == ("How many?",)
    assert after.count_stored(BEN) == StoredCounts(0, 1)
    assert after.settings(GUILD) == {"language": "de"}
    after.close()


def test_a_journal_that_was_closed_opens_again(journal):
    answer_id = ask(journal, answer("How many?"))
    journal.close()
    journal.close()
    assert journal.entry(answer_id).question == "How many?"


def test_votes_are_counted(journal):
    answer_id = ask(journal, answer("How many?"))
    assert journal.vote(answer_id, user=1, helpful=True) == VoteCount(1, 0)
    assert journal.vote(answer_id, user=2, helpful=False) == VoteCount(1, 1)
    assert journal.vote(answer_id, user=3, helpful=False) == VoteCount(1, 2)
    assert journal.count_votes(answer_id) == VoteCount(1, 2)


def test_votes_on_other_answers_do_not_count(journal):
    answer_id, other = ask(journal, answer("How many?")), ask(journal, answer("How many?"))
    journal.vote(other, user=ANN, helpful=True)
    assert journal.count_votes(answer_id) == VoteCount(0, 0)


def test_vote_of_the_same_user_replaces_the_one_before(journal):
    answer_id = ask(journal, answer("How many?"))
    assert journal.vote(answer_id, user=ANN, helpful=True) == VoteCount(1, 0)
    assert journal.vote(answer_id, user=ANN, helpful=True) == VoteCount(1, 0)
    assert journal.vote(answer_id, user=ANN, helpful=False) == VoteCount(0, 1)
    assert journal.count_stored(ANN) == StoredCounts(1, 1)


def test_a_reason_belongs_to_the_users_vote_against(journal):
    answer_id = ask(journal, answer("How many?"))
    assert journal.explain(answer_id, user=ANN, reason="Wrong.") is False
    journal.vote(answer_id, user=ANN, helpful=True)
    assert journal.explain(answer_id, user=ANN, reason="Wrong.") is False
    journal.vote(answer_id, user=ANN, helpful=False)
    assert journal.explain(answer_id, user=BEN, reason="Wrong.") is False
    assert journal.explain(answer_id, user=ANN, reason="Wrong.\ud800") is True
    assert journal.gaps(Scope(GUILD))[0].reasons == ("Wrong.?",)


def test_a_reason_is_replaced_by_the_next_and_kept_by_the_same_vote(journal):
    """The same vote without a reason does not remove it."""
    answer_id = ask(journal, answer("How many?"))
    journal.vote(answer_id, user=ANN, helpful=False)
    journal.explain(answer_id, user=ANN, reason="Old.")
    journal.explain(answer_id, user=ANN, reason="Outdated.")
    journal.vote(answer_id, user=ANN, helpful=False)
    assert journal.gaps(Scope(GUILD))[0].reasons == ("Outdated.",)


def test_a_reason_is_dropped_when_the_vote_turns_helpful(journal):
    answer_id = ask(journal, answer("How many?"))
    journal.vote(answer_id, user=ANN, helpful=False)
    journal.explain(answer_id, user=ANN, reason="Wrong.")
    journal.vote(answer_id, user=ANN, helpful=True)
    journal.vote(answer_id, user=ANN, helpful=False)
    assert journal.gaps(Scope(GUILD))[0].reasons == ()


def test_an_answer_is_reported_once_a_user(journal):
    answer_id = ask(journal, answer("How many?"))
    assert [journal.report(answer_id, user=ANN), journal.report(answer_id, user=ANN)] == [True, True]
    assert (journal.gaps(Scope(GUILD))[0].why, journal.gaps(Scope(GUILD))[0].times) == ("reported", 1)


def test_settings_are_each_servers_own(journal):
    journal.set_setting(GUILD, "language", "de")
    journal.set_setting(GUILD, "answers", "private")
    journal.set_setting(GUILD, "language", "fr")
    journal.set_setting(GUILD + 1, "language", "en")
    assert journal.settings(GUILD) == {"language": "fr", "answers": "private"}
    assert journal.settings(GUILD + 1) == {"language": "en"}
    assert journal.settings(GUILD + 2) == {}


def test_half_a_character_in_a_setting_becomes_a_question_mark(journal):
    journal.set_setting(GUILD, "language", "d\ud800e")
    assert journal.settings(GUILD) == {"language": "d?e"}


def test_a_setting_that_is_taken_back_is_gone(journal):
    journal.set_setting(GUILD, "language", "de")
    journal.set_setting(GUILD + 1, "language", "de")
    journal.set_setting(GUILD, "language", None)
    journal.set_setting(GUILD, "never set", None)
    assert (journal.settings(GUILD), journal.settings(GUILD + 1)) == ({}, {"language": "de"})


def test_cited_snapshots_are_those_that_kept_answers_quote(journal, clock):
    assert journal.cited_snapshots() == frozenset()
    ask(journal, answer("Old?", snapshot="snapshot-0"))
    clock.pass_by(days=29)
    ask(journal, answer("New?", snapshot="snapshot-1"))
    ask(journal, answer("New too?", snapshot="snapshot-1"))
    ask(journal, replace(abstention("Nothing?"), snapshot="snapshot-2"))
    assert journal.cited_snapshots() == {"snapshot-0", "snapshot-1"}
    clock.pass_by(days=2)
    assert journal.purge() == 1
    assert journal.cited_snapshots() == {"snapshot-1"}


def test_what_many_threads_write_at_once_is_all_kept(journal):
    ids: dict[int, list[str]] = {}

    def write(user: int) -> None:
        ids[user] = []
        for number in range(100):
            ids[user].append(ask(journal, answer(f"{user}: {number}?"), user=user))
            journal.vote(ids[user][-1], user=user, helpful=number % 2 == 0)
            assert questions_before(journal, user, CHANNEL)[-1] == f"{user}: {number}?"

    threads = [threading.Thread(target=write, args=(user,)) for user in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {user: journal.count_stored(user) for user in range(4)} == dict.fromkeys(range(4), StoredCounts(100, 100))
    assert all(
        journal.entry(answer_id).question == f"{user}: {n}?" for user in ids for n, answer_id in enumerate(ids[user])
    )


def test_nothing_is_asked_of_the_sources_by_a_greeting_but_it_is_kept(journal):
    answer_id = ask(journal, abstention("Hello!", NO_QUESTION))
    assert journal.entry(answer_id).abstained is True
    assert journal.days(1, Scope(GUILD))[0].questions == 1


def test_the_clock_is_utc_unless_told_otherwise(lasting):
    before = datetime.now(UTC)
    entry = lasting.entry(ask(lasting, answer("Now?")))
    assert before <= entry.asked_at <= datetime.now(UTC)
    assert entry.asked_at.utcoffset() == timedelta(0)
