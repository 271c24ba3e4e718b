"""The journal's file is made when first needed, opened by several at once, and left as it is when it is not ours."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock

from index.domain.activity import StoredCounts
from index.domain.errors import JournalUnavailable
from index.journal._database import JournalDatabase
from index.journal._schema import NEWEST
from index.journal.journal import Journal
from tests.support.journals import ANN, BEN, Clock, answer, ask, kept_bytes
from tests.support.paths import ROOT

WRITER = """
import sys
from pathlib import Path
from index.journal.journal import Journal
from tests.support.journals import answer, ask

journal = Journal(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(25):
    ask(journal, answer(f"Question {number}?"), user=int(sys.argv[2]))
print(journal.count_stored(7).questions)
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "journal.sqlite3"


@pytest.fixture
def journal(file):
    journal = Journal(file)
    yield journal
    journal.close()


def filled(file: Path) -> None:
    journal = Journal(file)
    for number in range(200):
        ask(journal, answer(f"Question {number}?", "A quotation. " * 20))
    journal.close()


def delete_answers(opened: JournalDatabase, then: Callable[[], object] = bool) -> None:
    with opened.writing() as db:
        db.execute("DELETE FROM answers")
        then()


def refused(file: Path) -> str:
    """What is said of a file that is not opened, and left as it was."""
    before = file.read_bytes()
    journal = Journal(file)
    with pytest.raises(JournalUnavailable) as caught:
        ask(journal, answer("Who?"))
    with pytest.raises(JournalUnavailable, match=r"."):
        journal.count_stored(ANN)
    assert file.read_bytes() == before
    assert sorted(path.suffix for path in file.parent.glob("*wal")) == []
    return str(caught.value)


def test_nothing_is_touched_before_the_journal_is_used(tmp_path):
    journal = Journal(tmp_path / "deep" / "folder" / "journal.sqlite3")
    assert list(tmp_path.iterdir()) == []
    journal.close()
    assert list(tmp_path.iterdir()) == []
    assert journal.count_stored(ANN) == StoredCounts(0, 0)
    assert (tmp_path / "deep" / "folder" / "journal.sqlite3").is_file()
    journal.close()


def test_every_file_is_for_its_owner_alone(file, journal):
    ask(journal, answer("Who?"))
    modes = {path.name: path.stat().st_mode & 0o777 for path in file.parent.iterdir()}
    assert modes.keys() >= {"journal.sqlite3", "journal.sqlite3.key", "journal.sqlite3-wal"}
    assert set(modes.values()) == {0o600}


def test_the_key_is_32_bytes_and_stays_the_same(file, journal):
    ask(journal, answer("Who?"))
    journal.close()
    key = (file.parent / "journal.sqlite3.key").read_bytes()
    assert len(key) == 32
    again = Journal(file)
    assert again.count_stored(ANN) == StoredCounts(1, 0)
    again.close()
    assert (file.parent / "journal.sqlite3.key").read_bytes() == key


def test_deleted_content_is_overwritten_and_writes_do_not_hold_up_reads(file):
    with closing(JournalDatabase(file)) as opened, opened.reading() as db:
        pragmas = {
            name: db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "secure_delete", "temp_store")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 1,
        "busy_timeout": 5000,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
    }


def test_processes_that_open_a_fresh_file_at_once_share_it(file):
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(file), str(user)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for user in (7, 7, 7)
    ]
    assert [writer.stdout.readline() for writer in writers] == ["ready\n"] * 3
    assert not file.exists()
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    outputs = [writer.communicate(timeout=120) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], outputs
    assert max(int(out) for out, _ in outputs) == 75
    journal = Journal(file)
    assert (journal.count_stored(7), journal.count_stored(8)) == (StoredCounts(75, 0), StoredCounts(0, 0))
    journal.close()


def test_threads_that_open_a_fresh_file_at_once_share_a_key(file):
    gate = threading.Barrier(6)
    journals = [Journal(file) for _ in range(6)]

    def write(journal: Journal) -> None:
        gate.wait()
        ask(journal, answer("Who?"))

    threads = [threading.Thread(target=write, args=(journal,)) for journal in journals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [journal.count_stored(ANN) for journal in journals] == [StoredCounts(6, 0)] * 6
    for journal in journals:
        journal.close()


def test_what_another_process_writes_is_seen_at_once(file, journal):
    other = Journal(file)
    answer_id = ask(journal, answer("Who?"))
    assert other.entry(answer_id).question == "Who?"
    other.vote(answer_id, user=BEN, helpful=True)
    assert journal.count_votes(answer_id).helpful == 1
    other.close()


def test_a_file_of_a_newer_version_is_refused_and_left_as_it_is(file):
    filled(file)
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA user_version = 99")
    message = refused(file)
    assert f"is of version 99, this program knows {NEWEST}" in message
    assert message.endswith("update the program, or move the file away.")


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(file):
    file.write_bytes(b"This is a letter, not a database. " * 100)
    assert refused(file).endswith(
        "is no database: move it away, with the -wal and -shm files beside it, and a new one is begun."
    )


@pytest.mark.parametrize("damage", ["cut short", "overwritten"])
def test_a_damaged_file_is_refused_and_left_as_it_is(file, damage):
    filled(file)
    whole = file.read_bytes()
    half = len(whole) // 2 // 4096 * 4096
    file.write_bytes(whole[:half] + (b"" if damage == "cut short" else b"\xff" * (len(whole) - half)))
    assert refused(file).endswith(
        "is damaged: move it away, with the -wal and -shm files beside it, and a new one is begun."
    )


def test_another_programs_database_is_refused_and_left_as_it_is(file):
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")
    assert refused(file).endswith("is another program's database: choose another JOURNAL_FILE.")


def test_once_the_damaged_file_is_moved_away_the_same_journal_goes_on(file):
    file.write_bytes(b"not a database" * 1000)
    journal = Journal(file)
    with pytest.raises(JournalUnavailable):
        journal.count_stored(ANN)
    file.rename(file.with_name("away"))
    assert journal.count_stored(ANN) == StoredCounts(0, 0)
    journal.close()


def test_without_its_key_a_journal_is_refused_for_users_could_not_be_forgotten(file):
    filled(file)
    key = file.with_name("journal.sqlite3.key")
    moved = key.rename(file.with_name("moved"))
    mend = f"put back the one it was made with, or move both it and {file} away."
    assert refused(file) == f"The journal's key {key} is missing: {mend}"
    assert not key.exists()
    moved.rename(key)
    key.write_bytes(key.read_bytes()[:31])
    assert refused(file) == f"The journal's key {key} is damaged: {mend}"


def test_a_key_without_its_journal_serves_the_next(file):
    filled(file)
    key = file.with_name("journal.sqlite3.key").read_bytes()
    file.unlink()
    filled(file)
    assert file.with_name("journal.sqlite3.key").read_bytes() == key


def test_a_folder_that_cannot_be_made_is_told_as_a_journal_that_is_not_to_be_had(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(JournalUnavailable, match="see that the file and its folder are this program's to write"):
        Journal(tmp_path / "taken" / "journal.sqlite3").count_stored(ANN)


def test_a_file_that_another_program_holds_is_told_as_in_use(file, journal):
    ask(journal, answer("Who?"))
    waiting = JournalDatabase(file, wait=0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as other, closing(waiting):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalUnavailable, match="is in use by another program: try again"):
            delete_answers(waiting)
        with waiting.reading() as db:  # reading goes on
            assert db.execute("SELECT count(*) FROM answers").fetchone() == (1,)
        other.execute("COMMIT")
        delete_answers(waiting)
    assert journal.count_stored(ANN) == StoredCounts(0, 0)


def test_a_process_that_never_ends_opening_is_told_as_in_use(file):
    with FileLock(file.with_name("journal.sqlite3.lock")):
        with pytest.raises(JournalUnavailable, match="is in use by another program: try again"):
            JournalDatabase(file, wait=0.05).hash_id("user", ANN)
        assert not file.exists()


def test_what_could_not_be_scrubbed_for_a_reader_is_scrubbed_the_next_time(file, caplog):
    filled(file)
    with closing(JournalDatabase(file, wait=0.05)) as opened:
        with closing(sqlite3.connect(file, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM answers").fetchone()
            delete_answers(opened)
            opened.scrub(whole=True)
            assert "is on the disk until the next time" in caplog.text
            assert b"Question 7?" in kept_bytes(file.parent)
            reader.execute("COMMIT")
        opened.scrub()
        assert b"Question 7?" not in kept_bytes(file.parent)
        assert file.stat().st_size < 100_000  # the room is given back too


def test_room_that_a_writer_kept_from_being_given_back_is_given_back_later(file, caplog):
    """Unused pages are returned to the disk the next time if another writer prevented it."""
    filled(file)
    with closing(JournalDatabase(file, wait=0.05)) as opened:
        delete_answers(opened)
        with closing(sqlite3.connect(file, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            opened.scrub(whole=True)
            assert "is on the disk until the next time" in caplog.text
            writer.execute("COMMIT")
        opened.scrub()
        assert file.stat().st_size < 100_000


def test_a_change_that_fails_half_way_is_undone(file, journal):
    answer_id = ask(journal, answer("Who?"))
    with closing(JournalDatabase(file)) as opened, pytest.raises(ZeroDivisionError):
        delete_answers(opened, lambda: 1 / 0)
    assert journal.entry(answer_id).question == "Who?"


def test_a_full_disk_is_told_and_what_was_kept_is_kept(file, journal):
    answer_id = ask(journal, answer("Who?"))
    with closing(JournalDatabase(file)) as opened:
        with opened.reading() as db:
            db.execute(f"PRAGMA max_page_count = {db.execute('PRAGMA page_count').fetchone()[0]}")
        with pytest.raises(JournalUnavailable, match="the disk is full: make room"), opened.writing() as db:
            db.execute("UPDATE answers SET question = ?", ("x" * 100_000,))
    assert journal.entry(answer_id).question == "Who?"


def test_an_answer_that_cannot_be_read_is_told_without_its_words(file, journal):
    answer_id = ask(journal, answer("My secret?"))
    journal.close()
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE answers SET citations = '[{'")
    with pytest.raises(JournalUnavailable, match="an answer that is damaged: move the journal away") as caught:
        journal.entry(answer_id)
    assert "secret" not in str(caught.value)


def test_a_text_that_is_no_utf8_any_more_is_read_as_far_as_it_can_be(file, journal):
    answer_id = ask(journal, answer("Who?"))
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE answers SET question = CAST(x'57ff6f' AS TEXT)")
    assert journal.entry(answer_id).question == "W\ufffdo"


def test_an_answer_is_written_down_though_old_ones_cannot_be_deleted(file, caplog):
    clock = Clock()
    journal = Journal(file, keep_days=1, clock=clock)
    old = ask(journal, answer("My secret?"))
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TRIGGER keep BEFORE DELETE ON answers BEGIN SELECT raise(ABORT, 'My secret?'); END")
    clock.pass_by(days=2)
    answer_id = ask(journal, answer("Who?"))
    assert (journal.entry(answer_id).question, journal.entry(old).question) == ("Who?", "My secret?")
    assert "Old questions are not deleted from the journal" in caplog.text
    assert "secret" not in caplog.text
    journal.close()
