"""The journal in PostgreSQL when its server is away, when processes share it, and what its errors say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from index.bootstrap import open_journal
from index.conversation.service import ConversationService
from index.domain.activity import StoredCounts
from index.domain.errors import JournalUnavailable
from index.journal._schema import NEWEST
from index.journal.journal import Journal
from index.journal.postgres import PostgresDatabase
from index.journal.token_counts import EVERYONE
from index.settings import Settings
from tests.support.journals import ANN, BEN, CHANNEL, GUILD, NOON, answer, ask
from tests.support.postgres import PASSWORD, PostgresServer
from tests.support.waiting import wait_until


@pytest.fixture
def journal(postgres_url: str) -> Iterator[Journal]:
    journal = Journal(PostgresDatabase(postgres_url))
    yield journal
    journal.close()


def run_together(*acts) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def works(journal: Journal) -> bool:
    with suppress(JournalUnavailable):
        journal.count_stored(ANN)
        return True
    return False


def test_settings_choose_the_database(postgres_url: str, tmp_path: Path) -> None:
    settings = Settings(_env_file=None, database_url=SecretStr(postgres_url), journal_file=tmp_path / "journal.sqlite3")
    journal = open_journal(settings)
    ask(journal, answer("Who?"))
    journal.close()
    assert list(tmp_path.iterdir()) == []
    with psycopg.connect(postgres_url) as db:
        assert db.execute("SELECT question FROM answers").fetchall() == [("Who?",)]


def test_processes_that_begin_at_once_share_tables_and_key(postgres_url: str) -> None:
    journals = [Journal(PostgresDatabase(postgres_url)) for _ in range(4)]
    run_together(*(lambda journal=journal: ask(journal, answer("Who?")) for journal in journals))
    assert [journal.count_stored(ANN) for journal in journals] == [StoredCounts(4, 0)] * 4
    for journal in journals:
        journal.close()


def test_tokens_of_two_processes_stay_within_one_limit(postgres_url: str) -> None:
    journals = [Journal(PostgresDatabase(postgres_url)) for _ in range(4)]
    got: list[bool] = []

    def reserve(journal: Journal) -> None:
        for _ in range(5):
            got.append(journal.tokens.reserve(NOON.date(), {EVERYONE: 100}, 10))

    run_together(*(lambda journal=journal: reserve(journal) for journal in journals))
    assert (sum(got), len(got)) == (10, 20)
    assert journals[0].tokens.used(NOON.date(), EVERYONE) == 100
    for journal in journals:
        journal.close()


def test_votes_while_the_server_is_away_fail_and_nothing_before_is_lost(
    journal: Journal, postgres_server: PostgresServer
) -> None:
    answer_id = ask(journal, answer("Who?"))
    journal.vote(answer_id, user=ANN, helpful=True)
    conversation = ConversationService(engine=None, journal=journal)  # type: ignore[arg-type]
    postgres_server.stop()
    try:
        with pytest.raises(JournalUnavailable, match="can't be reached: see that it runs"):
            journal.vote(answer_id, user=BEN, helpful=True)
        meanwhile = conversation.record(answer("And what?"), user=ANN, guild=GUILD, channel=CHANNEL)
        assert (meanwhile.answer.question, meanwhile.id) == ("And what?", "")
    finally:
        postgres_server.start()
    wait_until(lambda: works(journal))
    assert journal.count_votes(answer_id).helpful == 1
    journal.vote(answer_id, user=BEN, helpful=True)
    assert journal.count_votes(answer_id).helpful == 2
    assert journal.count_stored(ANN) == StoredCounts(1, 1)


def test_use_fails_at_once_just_after_a_failure_and_goes_on_after_it(
    postgres_url: str, postgres_server: PostgresServer
) -> None:
    journal = Journal(PostgresDatabase(postgres_url))
    postgres_server.stop()
    try:
        for _ in range(50):
            with pytest.raises(JournalUnavailable, match="can't be reached"):
                journal.count_stored(ANN)
    finally:
        postgres_server.start()
    wait_until(lambda: works(journal))
    journal.close()


def test_database_of_another_program_is_refused(postgres_url: str, journal: Journal) -> None:
    with psycopg.connect(postgres_url) as db:
        db.execute("CREATE TABLE answers (name text)")
    with pytest.raises(JournalUnavailable, match="holds another program's tables"):
        ask(journal, answer("Who?"))


def test_database_of_a_newer_version_is_refused(postgres_url: str, journal: Journal) -> None:
    ask(journal, answer("Who?"))
    journal.close()
    with psycopg.connect(postgres_url) as db:
        db.execute("UPDATE journal_version SET version_num = '0099'")
    with pytest.raises(JournalUnavailable, match=f"of version 0099, this program knows {NEWEST:04}: update"):
        ask(journal, answer("Who?"))


def test_audit_cannot_be_changed_in_the_database(postgres_url: str, journal: Journal) -> None:
    journal.add_audit_entry(user=ANN, origin="1", action="reindex", outcome="done")
    for statement in ("UPDATE audit SET what = ''", "DELETE FROM audit", "TRUNCATE audit"):
        with psycopg.connect(postgres_url) as db, pytest.raises(psycopg.Error, match="only added to"):
            db.execute(statement)
    assert [entry.action for entry in journal.audit_entries(9)] == ["reindex"]


def test_character_that_postgres_cannot_hold_is_replaced(journal: Journal) -> None:
    answer_id = ask(journal, answer("Who\0 is it?"))
    entry = journal.entry(answer_id)
    assert entry
    assert entry.question == "Who\ufffd is it?"


def test_forgotten_questions_leave_no_row(
    postgres_url: str, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    ask(journal, answer("My secret?"))
    journal.forget(ANN)
    assert "in the database until the next time" not in caplog.text
    with psycopg.connect(postgres_url) as db:
        assert db.execute("SELECT count(*) FROM answers").fetchone() == (0,)


@pytest.mark.parametrize("change", [(PASSWORD, "another-secret"), ("/test", "/none")])
def test_error_says_what_to_do_and_no_password(postgres_url: str, change: tuple[str, str]) -> None:
    with pytest.raises(JournalUnavailable, match="check DATABASE_URL") as caught:
        Journal(PostgresDatabase(postgres_url.replace(*change))).count_stored(ANN)
    assert not [secret for secret in (PASSWORD, "another-secret") if secret in str(caught.value)]
