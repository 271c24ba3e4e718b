"""A journal moves from its file to PostgreSQL whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from index.cli.app import main
from index.domain.activity import EVERYWHERE, StoredCounts
from index.domain.errors import InUse, MoveRefused
from index.journal import moving
from index.journal.journal import Journal
from index.journal.moving import move_journal
from index.journal.postgres import PostgresDatabase
from index.journal.token_counts import EVERYONE, user
from tests.support.journals import ANN, BEN, CHANNEL, GUILD, NOON, abstention, answer, ask
from tests.support.paths import DATA


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A journal with rows in every table, one of them with a character that PostgreSQL cannot hold."""
    journal = Journal(tmp_path / "journal.sqlite3", keep_days=3650)
    ids = [ask(journal, answer(f"Question {number}\0?", 'A "quotation" ü')) for number in range(1200)]
    ids.append(ask(journal, abstention("Why?"), user=BEN, guild=None))
    journal.vote(ids[0], user=ANN, helpful=False)
    journal.explain(ids[0], user=ANN, reason="wrong")
    journal.vote(ids[1], user=BEN, helpful=True)
    journal.report(ids[2], user=BEN)
    journal.solve(ids[3:5], user=ANN)
    journal.begin_thread(CHANNEL + 1, ids[5])
    journal.set_setting(GUILD, "threads", "no")
    journal.add_audit_entry(user=ANN, origin="1", action="reindex", outcome="done")
    journal.tokens.reserve(NOON.date(), {EVERYONE: 100, user(ANN): 100}, 7)
    journal.close()
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def database(postgres_url: str) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(postgres_url)
    yield database
    database.close()


def rows(url: str) -> int:
    with psycopg.connect(url) as db:
        row = db.execute("SELECT (SELECT count(*) FROM answers) + (SELECT count(*) FROM audit)").fetchone()
    assert row
    return int(row[0])


def test_everything_is_found_in_the_database_as_it_was_in_the_file(file: Path, database: PostgresDatabase) -> None:
    report = move_journal(file, database)
    assert dict(report.rows) == {
        "answers": 1201,
        "votes": 2,
        "reports": 1,
        "solved": 2,
        "threads": 1,
        "settings": 1,
        "audit": 1,
        "token_counts": 2,
    }
    old, new = Journal(file, keep_days=3650), Journal(database, keep_days=3650)
    assert new.count_stored(ANN) == old.count_stored(ANN) == StoredCounts(1200, 1)
    assert [gap.ids for gap in new.gaps(EVERYWHERE)] == [gap.ids for gap in old.gaps(EVERYWHERE)]
    assert new.turns_before(BEN, CHANNEL + 1) == tuple(
        turn.__class__(**{**{name: getattr(turn, name) for name in turn.__slots__}, "question": "Question 5\ufffd?"})
        for turn in old.turns_before(BEN, CHANNEL + 1)
    )
    assert new.tokens.used(NOON.date(), user(ANN)) == 7
    assert new.audit_entries(9) == old.audit_entries(9)
    ask(new, answer("And now?"))
    new.add_audit_entry(user=None, origin="1", action="reindex", outcome="done")
    assert [entry.number for entry in new.audit_entries(9)] == [2, 1]
    old.close()


def test_journal_of_an_earlier_version_is_moved(tmp_path: Path, database: PostgresDatabase) -> None:
    old = DATA / "journal" / "journal-version-3.sqlite3"
    for suffix in ("", ".key"):
        shutil.copy(f"{old}{suffix}", tmp_path / f"journal.sqlite3{suffix}")
    assert move_journal(tmp_path / "journal.sqlite3", database).rows["answers"] == 2
    assert Journal(database).count_stored(BEN) == StoredCounts(1, 1)


def test_move_that_was_interrupted_leaves_nothing_and_can_be_done_again(
    file: Path, database: PostgresDatabase, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        copied = moving._copy

        def interrupted(old, new, table) -> None:
            if table.name == "settings":
                raise KeyboardInterrupt
            copied(old, new, table)

        patched.setattr(moving, "_copy", interrupted)
        with pytest.raises(KeyboardInterrupt):
            move_journal(file, database)
    assert rows(postgres_url) == 0
    assert not move_journal(file, database).already
    assert move_journal(file, database).already


def test_row_that_does_not_arrive_as_it_was_undoes_the_move(
    file: Path, database: PostgresDatabase, postgres_url: str
) -> None:
    Journal(database).count_stored(ANN)
    with psycopg.connect(postgres_url) as db:
        db.execute(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.reason := ''; RETURN NEW; END $$"
        )
        db.execute("CREATE TRIGGER spoil BEFORE INSERT ON votes FOR EACH ROW EXECUTE FUNCTION spoil()")
    with pytest.raises(MoveRefused, match="Rows of votes did not arrive as they were: nothing was changed"):
        move_journal(file, database)
    assert rows(postgres_url) == 0


def test_database_with_another_journal_is_refused(file: Path, database: PostgresDatabase, postgres_url: str) -> None:
    ask(Journal(database), answer("Who?"))
    with pytest.raises(MoveRefused, match="holds a journal already: name an empty one"):
        move_journal(file, database)
    assert rows(postgres_url) == 1


def test_journal_or_database_in_use_is_refused(file: Path, database: PostgresDatabase, postgres_url: str) -> None:
    running = Journal(file)
    running.count_stored(ANN)
    with pytest.raises(InUse, match="stop it, then move"):
        move_journal(file, database)
    running.close()
    bot = Journal(PostgresDatabase(postgres_url))
    bot.count_stored(ANN)
    with pytest.raises(InUse, match="connected to the database: stop it"):
        move_journal(file, database)
    bot.close()
    assert rows(postgres_url) == 0


def test_command_moves_and_says_what_to_do_next(
    file: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOURNAL_FILE", str(file))
    assert main(["move-journal"]) == 2
    assert "DATABASE_URL names no database" in capsys.readouterr().err
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    assert main(["move-journal"]) == 0
    told = capsys.readouterr().out
    assert "answers: 1201" in told
    assert "is as it was: once the bot runs with DATABASE_URL, delete it" in told
    monkeypatch.setenv("JOURNAL_FILE", str(file.with_name("none")))
    assert main(["move-journal"]) == 1
    assert "There is no journal" in capsys.readouterr().err
