"""An installation of an earlier release goes on without a step by hand: it answers, and keeps votes and settings.

In a checkout of a release, `python -m tests.support.release_fixture` makes its folder tests/data/release-VERSION.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from index import Library, Settings, open_library
from index.backup.creation import create_backup
from index.backup.places import Places
from index.backup.restoration import restore_backup
from index.domain.errors import IndexMismatch
from index.journal._schema import NEWEST
from tests.support.article import WINDOW, WINDOW_EVIDENCE
from tests.support.paths import DATA, SEEDS

RELEASES = sorted(path for path in DATA.glob("release-*") if path.is_dir())


@pytest.fixture(params=RELEASES, ids=lambda path: path.name)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of what a release left behind, with its sources."""
    folder = tmp_path / "home"
    shutil.copytree(request.param, folder)
    shutil.copytree(SEEDS, folder / "seeds")
    return folder


def expected(release: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((release / "expected.json").read_text("utf-8"))
    return table


def opened(release: Path) -> Library:
    return open_library(
        Settings(
            _env_file=None,  # type: ignore[call-arg]
            seeds_dir=release / "seeds",
            index_dir=release / "index",
            journal_file=release / "journal.sqlite3",
            keep_questions_days=3650,
        )
    )


def journal_version(release: Path) -> int:
    with closing(sqlite3.connect(release / "journal.sqlite3")) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def check_journal(library: Library, facts: dict[str, Any]) -> None:
    journal, guild = library.journal, facts["guild"]
    for row in facts["answers"]:
        entry, votes = journal.entry(row["id"]), journal.count_votes(row["id"])
        assert entry
        assert (entry.question, entry.abstained) == (row["question"], row["abstained"])
        assert (votes.helpful, votes.unhelpful) == (int(row["helpful"] is True), int(row["helpful"] is False))
    assert journal.settings(guild) == facts["settings"]
    assert journal.count_stored(facts["users"]["ben"]).votes == facts["votes_of_ben"]
    assert journal.count_stored(facts["users"]["ann"]).questions == len(facts["answers"])
    assert [entry.outcome for entry in journal.audit_entries(10)] == ["done"]


def test_there_is_a_fixture_of_a_release():
    assert RELEASES


def test_journal_of_a_release_is_upgraded_when_it_is_opened(release):
    facts, library = expected(release), opened(release)
    assert journal_version(release) == facts["journal_version"]
    check_journal(library, facts)
    assert journal_version(release) == NEWEST
    library.reindex()
    again = library.conversation.record(library.ask(WINDOW), user=1, guild=facts["guild"], channel=2)
    assert library.journal.entry(again.id)
    library.journal.close()


def test_index_of_a_release_answers_or_is_rebuilt_from_the_sources(release):
    """If the format of the index has changed since, `make run` and the bot build it anew: `reindex --if-stale`."""
    library = opened(release)
    try:
        library.load()
    except IndexMismatch:
        assert library.status().stale
        library.reindex()
    else:
        assert library.snapshots()[0].id == expected(release)["snapshot"]
    answer = library.ask(WINDOW)
    assert not answer.abstained
    assert WINDOW_EVIDENCE in answer.citations[0].quote
    library.journal.close()


def test_backup_of_a_release_is_restored(release, tmp_path):
    old = Places(release / "journal.sqlite3", release / "index", release / "seeds")
    create_backup(old, tmp_path / "backup.zip", program="footnote 0.1.0")
    home = tmp_path / "new"
    restore_backup(Places(home / "journal.sqlite3", home / "index", home / "seeds"), tmp_path / "backup.zip")
    check_journal(opened(home), expected(release))
    assert opened(home).snapshots()[0].id == expected(release)["snapshot"]
