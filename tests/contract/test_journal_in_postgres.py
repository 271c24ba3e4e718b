"""The journal's own suites over PostgreSQL: every test that looks at no file of SQLite."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

import pytest

from index.journal.journal import Journal
from index.journal.postgres import PostgresDatabase
from tests.support.journals import Clock
from tests.unit.index.journal import (
    test_journal,
    test_journal_audit,
    test_journal_forgetting,
    test_journal_questions_before,
    test_queries,
    test_server_journal,
)

SUITES = (
    test_journal,
    test_journal_audit,
    test_journal_forgetting,
    test_journal_questions_before,
    test_queries,
    test_server_journal,
)
OF_SQLITE = {"tmp_path", "file", "lasting", "library", "monkeypatch"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(postgres_url: str, clock: Clock) -> Iterator[Journal]:
    journal = Journal(PostgresDatabase(postgres_url), keep_days=30, clock=clock)
    yield journal
    journal.close()


def portable(test: object) -> bool:
    if not inspect.isfunction(test) or not test.__name__.startswith("test_"):
        return False
    names = inspect.signature(test).parameters.keys()
    return "journal" in names and not names & OF_SQLITE


TESTS: dict[str, Callable[..., None]] = {
    f"{name}_in_{suite.__name__.rpartition('.test_')[2]}": test
    for suite in SUITES
    for name, test in vars(suite).items()
    if portable(test)
}
globals().update(TESTS)


def test_most_of_the_suites_is_run():
    assert len(TESTS) >= 60
