"""The audit: who did what to the index, kept apart from what is kept of people, and only ever added to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from index.domain.activity import AuditEntry
from index.domain.errors import NoIndex, ReindexCancelled
from index.journal.audit import audited
from index.journal.journal import Journal
from tests.support.index_fakes import library, write
from tests.support.journals import ANN, GUILD, NOON, Clock, answer, ask


@pytest.fixture
def file(tmp_path):
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(file, clock):
    journal = Journal(file, keep_days=1, clock=clock)
    yield journal
    journal.close()


def test_lines_come_back_as_they_were_written_newest_first(journal, clock):
    journal.add_audit_entry(user=ANN, origin=str(GUILD), action="reindex", outcome="snapshot 1 is live")
    clock.pass_by(minutes=1)
    journal.add_audit_entry(
        user=None, origin="schedule", action="reindex \ud800", outcome="failed: no source can be read"
    )
    assert journal.audit_entries(9) == (
        AuditEntry(2, NOON + timedelta(minutes=1), None, "schedule", "reindex ?", "failed: no source can be read"),
        AuditEntry(1, NOON, ANN, str(GUILD), "reindex", "snapshot 1 is live"),
    )


def test_it_is_read_for_one_place_alone_and_without_the_newest(journal):
    for number in range(6):
        journal.add_audit_entry(user=ANN, origin=str(number % 2), action=f"act {number}", outcome="done")
    assert [line.action for line in journal.audit_entries(9, origin="1")] == ["act 5", "act 3", "act 1"]
    assert [line.action for line in journal.audit_entries(1, origin="1", skip=1)] == ["act 3"]
    assert journal.audit_entries(9, origin="1", skip=3) == ()


def test_it_is_read_page_by_page(journal):
    for number in range(5):
        journal.add_audit_entry(user=ANN, origin="command line", action=f"act {number}", outcome="done")
    first = journal.audit_entries(2)
    assert [line.action for line in first] == ["act 4", "act 3"]
    assert [line.action for line in journal.audit_entries(9, before=first[-1].number)] == ["act 2", "act 1", "act 0"]
    assert journal.audit_entries(0) == journal.audit_entries(9, before=1) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit",
        "UPDATE audit SET who = 1",
        "INSERT OR REPLACE INTO audit VALUES (1, '', 1, '', '', '', '')",
    ],
)
def test_no_line_is_changed_or_deleted_by_anything_that_opens_the_file(file, journal, statement):
    journal.add_audit_entry(user=ANN, origin="command line", action="reindex", outcome="done")
    with closing(sqlite3.connect(file)) as db, pytest.raises(sqlite3.IntegrityError, match="only added to"):
        db.execute(statement)
    assert [line.user for line in journal.audit_entries(9)] == [ANN]


def test_forgetting_a_person_and_the_age_of_questions_leave_it_as_it_is(journal, clock):
    journal.add_audit_entry(user=ANN, origin="command line", action="reindex", outcome="done")
    ask(journal, answer("Who?"))
    clock.pass_by(days=400)
    assert journal.purge() == 1
    journal.forget(ANN)
    assert [line.user for line in journal.audit_entries(9)] == [ANN]


def test_an_act_that_cannot_be_audited_is_done_all_the_same_and_logged(tmp_path, caplog):
    made = library(write(tmp_path / "seeds", a_md="Bread is made of flour."), tmp_path / "index")
    with made.audited("reindex", origin="schedule") as line:
        line.outcome = "done"
    made.journal.close()
    (tmp_path / "journal.sqlite3").write_bytes(b"no database at all" * 100)
    with made.audited("reindex", origin="schedule", user=ANN) as line:
        line.outcome = "snapshot 1 is live"
    assert f"The audit lacks a line (reindex, snapshot 1 is live, by {ANN} from schedule)" in caplog.text


def endings(journal) -> list[tuple[int | None, str, str, str]]:
    return [(line.user, line.origin, line.action, line.outcome) for line in journal.audit_entries(9)]


def test_an_act_is_audited_with_its_outcome(journal):
    with audited(journal, "reindex", origin="7", user=ANN) as line:
        line.outcome = "snapshot 1 is live"
    assert endings(journal) == [(ANN, "7", "reindex", "snapshot 1 is live")]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (NoIndex("There is no index yet."), "failed: There is no index yet."),
        (ReindexCancelled("It was cancelled."), "cancelled"),
        (RuntimeError("/a/path"), "failed: RuntimeError"),
        (KeyboardInterrupt(), "interrupted"),
    ],
)
def test_an_act_that_fails_is_audited_and_its_error_raised(journal, error, outcome):
    """Of an error that is not fit to show only the kind is named."""
    with pytest.raises(type(error)), audited(journal, "reindex", origin="schedule"):
        raise error
    assert endings(journal) == [(None, "schedule", "reindex", outcome)]


def test_an_act_without_an_outcome_is_not_audited(journal):
    with audited(journal, "source add a.md", origin="7") as line:
        line.outcome = ""
    assert endings(journal) == []
