"""A journal of the version before counts tokens too, and loses nothing."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

from index.domain.activity import GapReason, Scope, StoredCounts
from index.journal._schema import NEWEST, version
from index.journal.journal import Journal
from index.journal.token_counts import EVERYONE
from tests.support.journals import ANN, BEN, CHANNEL, GUILD, NOON, Clock
from tests.support.paths import DATA


def test_a_journal_of_version_3_keeps_all_and_counts_tokens(tmp_path):
    """The file was written by the last version that counted none."""
    file, old = tmp_path / "journal.sqlite3", DATA / "journal" / "journal-version-3.sqlite3"
    shutil.copy(old, file)
    shutil.copy(old.with_name(f"{old.name}.key"), file.with_name(f"{file.name}.key"))
    with closing(sqlite3.connect(file)) as db:
        assert version(db) == 3
    journal = Journal(file, clock=Clock())
    assert (journal.count_stored(ANN), journal.count_stored(BEN)) == (StoredCounts(1, 0), StoredCounts(1, 1))
    assert [turn.question for turn in journal.turns_before(BEN, CHANNEL)] == ["Who made it?"]
    assert journal.settings(GUILD) == {"threads": "no"}
    assert [entry.action for entry in journal.audit_entries(9)] == ["reindex"]
    (reported,) = (gap for gap in journal.gaps(Scope(GUILD)) if gap.why == GapReason.REPORTED)
    assert (reported.question, reported.reasons) == ("How many tokens?", ("too short",))
    assert journal.tokens.reserve(NOON.date(), {EVERYONE: 10}, 10)
    assert not journal.tokens.reserve(NOON.date(), {EVERYONE: 10}, 1)
    journal.close()
    with closing(sqlite3.connect(file)) as db:
        assert version(db) == NEWEST
