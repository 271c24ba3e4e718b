"""The journal as one server sees it: what belongs to another place is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.domain.activity import EVERYWHERE, NOBODY, Scope
from index.domain.answers import Answer
from index.journal.journal import Journal
from index.journal.server_journal import ServerJournal

HERE, THERE = 11, 22


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.sqlite3")


def asked(journal: Journal, guild: int | None, question: str = "What is Quartzblink?") -> str:
    answer = Answer(question, "", (), 0.1, True, "s", "fake", why="missing")
    return journal.record(answer, user=1, guild=guild, channel=2)


@pytest.mark.parametrize("place", [HERE, None])
def test_answers_of_another_place_are_unknown(journal: Journal, place: int | None) -> None:
    theirs, seen = asked(journal, THERE), ServerJournal(journal, place)
    assert seen.entry(theirs) is None
    assert seen.vote(theirs, user=1, helpful=True) is None
    assert not seen.explain(theirs, user=1, reason="no")
    assert not seen.report(theirs, user=1)
    assert seen.count_votes(theirs) == seen.count_votes("")
    seen.begin_thread(5, theirs)
    assert journal.turns_before(1, 5) == ()
    votes = journal.count_votes(theirs)
    assert (votes.helpful, votes.unhelpful) == (0, 0)


def test_answers_of_its_own_place_are_known(journal: Journal) -> None:
    ours, seen = asked(journal, HERE), ServerJournal(journal, HERE)
    assert seen.entry(ours)
    assert seen.vote(ours, user=1, helpful=False)
    assert seen.explain(ours, user=1, reason="no")
    assert seen.report(ours, user=1)


@pytest.mark.parametrize("scope", [EVERYWHERE, Scope(THERE), NOBODY])
def test_no_scope_reaches_another_server(journal: Journal, scope: Scope) -> None:
    theirs, seen = asked(journal, THERE), ServerJournal(journal, HERE)
    assert (seen.gaps(scope), seen.questions(scope, 10), seen.helpful(scope, 10)) == ((), (), ())
    assert not any(day.questions for day in seen.days(3, scope))
    assert seen.solve([theirs], user=1) == 0
    assert journal.gaps(Scope(THERE))


def test_settings_and_the_audit_are_those_of_the_server(journal: Journal) -> None:
    journal.set_setting(THERE, "digest_channel", "7")
    for origin in (HERE, THERE):
        journal.add_audit_entry(user=1, origin=str(origin), action="reindex", outcome=f"at {origin}")
    seen = ServerJournal(journal, HERE)
    assert seen.settings(THERE) == {}
    for origin in (None, str(THERE)):
        assert [entry.origin for entry in seen.audit_entries(10, origin=origin)] == [str(HERE)]


def test_direct_messages_keep_the_owners_view_of_everywhere(journal: Journal) -> None:
    asked(journal, THERE)
    assert ServerJournal(journal, None).gaps(EVERYWHERE)


def test_a_forgotten_server_leaves_nothing_but_the_others(journal: Journal) -> None:
    theirs, ours = asked(journal, THERE), asked(journal, HERE)
    journal.vote(theirs, user=1, helpful=True)
    journal.set_setting(THERE, "language", "de")
    assert journal.forget_guild(THERE) == 1
    assert journal.entry(theirs) is None
    assert journal.settings(THERE) == {}
    assert journal.entry(ours)
