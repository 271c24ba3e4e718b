"""Fixtures of the index's suites: a journal with a clock that a test moves, and the services over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.journal.journal import Journal
from tests.support.journals import Clock
from tests.support.services_alone import TEXT, Services, Sources, services_over


@pytest.fixture
def clock() -> Clock:
    """The journal's clock, which the test moves."""
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    """A real journal that keeps questions for 30 days."""
    journal = Journal(tmp_path / "journal.sqlite3", keep_days=30, clock=clock)
    yield journal
    journal.close()


@pytest.fixture
def sources() -> Sources:
    """One snapshot."""
    return Sources(one=TEXT)


@pytest.fixture
def services(sources: Sources, clock: Clock, tmp_path: Path) -> Services:
    """The services over them and a real journal."""
    return services_over(sources, Journal(tmp_path / "journal.sqlite3", clock=clock))


@pytest.fixture
def broken(sources: Sources, tmp_path: Path) -> Services:
    """The services over a journal file that is no database."""
    path = tmp_path / "broken.sqlite3"
    path.write_bytes(b"no database at all" * 100)
    return services_over(sources, Journal(path))
