"""The journal forgets what it is told to, and tells nobody who asked."""

from __future__ import annotations

import re
from datetime import timedelta

from index.domain.activity import Scope, StoredCounts, VoteCount
from index.journal._database import JournalDatabase
from index.journal.journal import Journal
from tests.support.journals import (
    ANN,
    BEN,
    CHANNEL,
    GUILD,
    NOON,
    Clock,
    abstention,
    answer,
    ask,
    kept_bytes,
    questions_before,
)

OTHER = CHANNEL + 1
THREAD = CHANNEL + 2
HASHES = re.compile(rb"[0-9a-f]{64}")


def test_stored_counts_a_users_questions_and_votes_wherever_they_were(journal):
    answer_id = ask(journal, answer("How many?"))
    ask(journal, answer("Who?"), guild=None, channel=OTHER)
    theirs = ask(journal, answer("When?"), user=BEN)
    for voted in (answer_id, theirs):
        journal.vote(voted, user=ANN, helpful=True)
    journal.report(theirs, user=ANN)
    assert (journal.count_stored(ANN), journal.count_stored(BEN), journal.count_stored(3)) == (
        StoredCounts(2, 2),
        StoredCounts(1, 0),
        StoredCounts(0, 0),
    )


def test_forget_deletes_all_of_the_user_and_nothing_of_others(journal):
    mine, theirs = ask(journal, answer("How many?")), ask(journal, answer("When?"), user=BEN)
    journal.begin_thread(THREAD, mine)
    for answer_id in (mine, theirs):
        journal.vote(answer_id, user=ANN, helpful=False)
        journal.vote(answer_id, user=BEN, helpful=True)
        journal.report(answer_id, user=ANN)
    assert journal.forget(ANN) == StoredCounts(1, 2)
    assert journal.count_stored(ANN) == StoredCounts(0, 0)
    assert journal.forget(ANN) == StoredCounts(0, 0)
    assert (journal.entry(mine), questions_before(journal, BEN, THREAD)) == (None, ())
    assert journal.entry(theirs).question == "When?"
    assert (journal.count_stored(BEN), journal.count_votes(theirs)) == (StoredCounts(1, 1), VoteCount(1, 0))
    assert journal.gaps(Scope(GUILD)) == ()  # the report is gone with who made it


def test_what_a_forgotten_moderator_solved_stays_solved_by_nobody(journal, tmp_path):
    answer_id = ask(journal, abstention("Who?"))
    assert journal.solve([answer_id], user=BEN) == 1
    hashed = JournalDatabase(tmp_path / "journal.sqlite3").hash_id("user", BEN).encode()
    assert hashed in kept_bytes(tmp_path)
    journal.forget(BEN)
    assert journal.gaps(Scope(GUILD)) == ()
    assert hashed not in kept_bytes(tmp_path)


def test_after_forget_no_byte_on_the_disk_holds_what_the_user_wrote(journal, tmp_path):
    for number in range(400):  # enough for the pages of the tree to be split and joined
        user = (ANN, BEN)[number % 2]
        answer_id = ask(
            journal, answer(f"of {user}, " + "padding " * (number % 40), read_as=f"read of {user}"), user=user
        )
        for voter in (ANN, BEN):
            journal.vote(answer_id, user=voter, helpful=False)
            journal.explain(answer_id, user=voter, reason=f"reason of {voter} " * (number % 9))
    journal.purge()  # the log of writes becomes the file
    large = (tmp_path / "journal.sqlite3").stat().st_size
    journal.forget(ANN)
    on_disk = kept_bytes(tmp_path)
    assert (tmp_path / "journal.sqlite3").stat().st_size < 0.7 * large  # room that is not used is given back
    assert str(ANN).encode() not in on_disk
    assert on_disk.count(f"read of {BEN}".encode()) == 200


def test_no_byte_on_the_disk_tells_who_a_user_or_which_a_channel_is(journal, tmp_path):
    answer_id = ask(journal, answer("How many?"), guild=None)
    journal.begin_thread(THREAD, answer_id)
    journal.vote(answer_id, user=BEN, helpful=False)
    journal.explain(answer_id, user=BEN, reason="Wrong.")
    journal.report(answer_id, user=ANN)
    journal.solve([answer_id], user=BEN)
    questions_before(journal, ANN, CHANNEL)

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
    other_journal = Journal(tmp_path / "elsewhere" / "journal.sqlite3", clock=clock)
    ask(other_journal, answer("How many?"))
    other_journal.close()
    journal.close()
    here = set(HASHES.findall((tmp_path / "journal.sqlite3").read_bytes()))
    other_hashes = set(HASHES.findall((tmp_path / "elsewhere" / "journal.sqlite3").read_bytes()))
    assert here
    assert other_hashes
    assert here & other_hashes == set()


def test_purge_deletes_what_is_older_than_it_may_be_with_all_that_is_on_it(journal, tmp_path, clock):
    old = ask(journal, answer("Is this old?"))
    for _ in range(100):
        ask(journal, answer("Is this old?", "A long quotation. " * 20))
    journal.purge()  # the log of writes becomes the file
    journal.vote(old, user=BEN, helpful=False)
    journal.explain(old, user=BEN, reason="An old reason.")
    journal.report(old, user=BEN)
    journal.begin_thread(THREAD, old)
    clock.pass_by(seconds=1)
    young = ask(journal, answer("Is this young?"))
    large = (tmp_path / "journal.sqlite3").stat().st_size
    clock.now = NOON + timedelta(days=30)
    assert journal.purge() == 0
    clock.pass_by(microseconds=1)
    assert journal.purge() == 101
    assert (journal.entry(old), journal.count_votes(old), journal.count_stored(BEN)) == (
        None,
        VoteCount(0, 0),
        StoredCounts(0, 0),
    )
    assert journal.vote(old, user=BEN, helpful=True) is None
    assert questions_before(journal, BEN, THREAD) == ()
    assert journal.entry(young).question == "Is this young?"
    assert (tmp_path / "journal.sqlite3").stat().st_size < large / 2
    on_disk = kept_bytes(tmp_path)
    assert b"Is this young?" in on_disk
    assert b"Is this old?" not in on_disk
    assert b"An old reason." not in on_disk


def test_settings_outlast_the_questions(journal, clock):
    journal.set_setting(GUILD, "language", "de")
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
    assert (journal.entry(first), journal.entry(second).question) == (None, "Second?")
    clock.pass_by(minutes=59)
    ask(journal, answer("Too soon to purge?"))
    assert journal.entry(second).question == "Second?"
    clock.pass_by(minutes=1)
    ask(journal, answer("Purges again?"))
    assert journal.entry(second) is None
    journal.close()


def test_a_clock_that_was_set_back_does_not_stop_the_purging(tmp_path):
    clock = Clock(NOON + timedelta(days=3650))
    journal = Journal(tmp_path / "journal.sqlite3", keep_days=1, clock=clock)
    ask(journal, answer("In ten years?"))
    clock.now = NOON
    old = ask(journal, answer("Today?"))
    clock.pass_by(days=2)
    ask(journal, answer("Tomorrow?"))
    assert journal.entry(old) is None
    journal.close()
