"""A backup holds an installation; a restore puts it back whole, or changes nothing."""

from __future__ import annotations

import json
import re
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from index.backup import restoration
from index.backup.contents import CONTENTS
from index.backup.creation import create_backup
from index.backup.restoration import check_backup, restore_backup
from index.domain.errors import (
    BackupUnwritable,
    Damaged,
    InUse,
    JournalUnavailable,
    NoIndex,
    ReindexRunning,
    RestoreRefused,
)
from index.indexing.build_lock import LOCK_NAME, BuildLock
from index.indexing.progress import ReindexProgress, ReindexRequest
from index.journal.journal import Journal
from tests.support.installation import BREAD, Installation, new_installation
from tests.support.journals import ANN, GUILD, answer, ask

PROGRAM = "footnote 1"


@pytest.fixture
def old(tmp_path: Path) -> Installation:
    return new_installation(tmp_path / "old")


@pytest.fixture
def new(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "new")


@pytest.fixture
def file(old: Installation, tmp_path: Path) -> Path:
    path = tmp_path / "backup.zip"
    create_backup(old.places, path, program=PROGRAM)
    return path


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder but locks, and but the journal, whose bytes depend on who has it open."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    paths = (path for path in files if "lock" not in path.name and not re.match(r"journal.sqlite3(-|$)", path.name))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_restored_installation_answers_the_same(old, new, file):
    restore_backup(new.places, file)
    assert new.quotations() == old.quotations() == [BREAD.strip()]
    assert [info.id for info in new.library().snapshots()] == [info.id for info in old.library().snapshots()]
    assert (new.home / "seeds" / "more" / "c.md").read_bytes() == b"Coffee is made of beans.\n"
    assert new.places.state[0].read_bytes() == b"{}"


def test_restored_journal_knows_votes_settings_and_users(old, new, file):
    restore_backup(new.places, file)
    journal = new.journal()
    assert journal.settings(GUILD) == {"language": "de"}
    assert journal.count_stored(ANN) == old.journal().count_stored(ANN)
    assert journal.count_stored(ANN).votes == 1
    journal.close()


def test_restored_index_can_be_rolled_back(new, file):
    restore_backup(new.places, file)
    older = new.library().snapshots()[-1]
    assert not older.live
    new.library().rollback(older.id)
    assert [info.live for info in new.library().snapshots()] == [False, True]


def test_contents_name_every_member_with_its_checksum(old, file):
    contents = check_backup(file)
    with zipfile.ZipFile(file) as archive:
        assert {*contents.members, CONTENTS} == set(archive.namelist())
    assert (contents.program, contents.questions, len(contents.snapshots)) == (PROGRAM, 1, 2)
    assert contents.live == old.library().snapshots()[0].id == contents.snapshots[0]


def test_secrets_are_left_out_and_named(old, file, tmp_path):
    env_file = str(old.places.secrets[0])
    with zipfile.ZipFile(file) as archive:
        assert not any(b"kept-secret" in archive.read(name) for name in archive.namelist())
    assert any(env_file in reason and "--with-secrets" in reason for reason in check_backup(file).left_out)
    create_backup(old.places, tmp_path / "all.zip", program=PROGRAM, with_secrets=True)
    new = Installation(tmp_path / "other")
    restore_backup(new.places, tmp_path / "all.zip")
    assert new.places.secrets[0].read_bytes() == old.places.secrets[0].read_bytes()
    assert stat.S_IMODE(new.places.secrets[0].stat().st_mode) == 0o600


def test_archive_is_private_and_leaves_nothing_beside(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == ["backup.zip", "old"]


def test_backup_is_possible_before_there_is_an_index(tmp_path, old, new):
    bare = Installation(tmp_path / "bare")
    with pytest.raises(NoIndex):
        create_backup(bare.places, tmp_path / "bare.zip", program=PROGRAM)
    bare.places.sources.mkdir(parents=True)
    (bare.places.sources / "a.md").write_text(BREAD, "utf-8")
    assert create_backup(bare.places, tmp_path / "bare.zip", program=PROGRAM).contents.live is None
    restore_backup(new.places, tmp_path / "bare.zip")
    assert tree(new.home) == {"seeds/a.md": BREAD.encode()}


def test_backup_replaces_a_backup_and_nothing_else(old, file):
    before = file.read_bytes()
    create_backup(old.places, file, program="footnote 2")
    assert check_backup(file).program == "footnote 2"
    assert file.read_bytes() != before
    other = file.with_name("notes.txt")
    other.write_text("notes", "utf-8")
    for place in (other, old.places.sources / "x.zip", old.places.index / "x.zip", file.parent, file / "x.zip"):
        with pytest.raises(RestoreRefused):
            create_backup(old.places, place, program=PROGRAM)
    assert other.read_text("utf-8") == "notes"


def test_damaged_live_snapshot_is_no_backup(old, file):
    before = file.read_bytes()
    live = old.places.index / "snapshots" / old.library().snapshots()[0].id
    (live / "segments/0000/passages.jsonl").write_text("[]", "utf-8")
    with pytest.raises(Damaged, match=r"passages\.jsonl"):
        create_backup(old.places, file, program=PROGRAM)
    assert file.read_bytes() == before


def test_damaged_older_snapshot_is_left_out_and_named(old, file):
    older = old.library().snapshots()[1].id
    (old.places.index / "snapshots" / older / "segments/0000/passages.jsonl").unlink()
    contents = create_backup(old.places, file, program=PROGRAM).contents
    assert older not in contents.snapshots
    assert any(older in reason for reason in contents.left_out)


def test_journal_without_its_key_is_no_backup(old, file):
    old.places.journal_key.unlink()
    with pytest.raises(JournalUnavailable, match="key"):
        create_backup(old.places, file, program=PROGRAM)


def test_links_out_of_the_sources_are_left_out_and_named(old, file):
    (old.places.sources / "inside.md").symlink_to("a.md")
    (old.places.sources / "outside.md").symlink_to(old.places.secrets[0])
    (old.places.sources / "folder").symlink_to(old.home)
    contents = create_backup(old.places, file, program=PROGRAM).contents
    assert "sources/inside.md" in contents.members
    assert not {"sources/outside.md", "sources/folder"} & contents.members.keys()
    assert [reason for reason in contents.left_out if "outside.md" in reason or "folder" in reason] != []


def test_restore_refuses_what_is_there_without_replace(old, file):
    before = tree(old.home)
    with pytest.raises(RestoreRefused, match="--replace"):
        restore_backup(old.places, file)
    assert tree(old.home) == before


def test_replace_keeps_the_old_beside(old, file):
    journal = old.journal()
    later = ask(journal, answer("Asked after the backup?"))
    journal.close()
    (old.places.sources / "a.md").write_text("Changed.\n", "utf-8")
    report = restore_backup(old.places, file, replace=True)
    assert (old.places.sources / "a.md").read_text("utf-8") == BREAD
    kept = {path.name.partition(".before-restore-")[0]: path for path in report.kept}
    assert (kept["seeds"] / "a.md").read_text("utf-8") == "Changed.\n"
    assert old.journal().entry(later) is None
    assert Journal(
        next(path for path in report.kept if path.name.startswith("journal") and path.suffix != ".key")
    ).entry(later)


def test_restores_in_the_same_second_keep_what_each_replaced(old, file):
    kept = [path for _ in range(3) for path in restore_backup(old.places, file, replace=True).kept]
    assert len({path.name for path in kept if path.name.startswith("seeds.")}) == 3
    assert all(path.exists() for path in kept)


def test_restore_refuses_while_the_journal_is_open(old, file):
    journal = old.journal()
    journal.settings(GUILD)
    before = tree(old.places.sources)
    with pytest.raises(InUse, match="stop it"):
        restore_backup(old.places, file, replace=True)
    assert tree(old.places.sources) == before
    journal.close()
    restore_backup(old.places, file, replace=True)


def test_restore_refuses_while_a_bot_holds_its_lock(old, new, file):
    lock = old.home / "bot-1.lock"
    places = replace(new.places, locks=(lock,))
    with FileLock(lock), pytest.raises(InUse, match="stop it"):
        restore_backup(places, file)
    restore_backup(places, file)


def test_restore_refuses_while_a_reindex_runs(old, file):
    request = ReindexProgress([ReindexRequest()])
    with BuildLock(old.places.index / LOCK_NAME).hold(request), pytest.raises(ReindexRunning):
        restore_backup(old.places, file, replace=True)


def test_damaged_journal_can_be_replaced(old, file):
    old.places.journal.write_bytes(b"no database at all" * 1000)
    report = restore_backup(old.places, file, replace=True)
    assert old.journal().settings(GUILD) == {"language": "de"}
    assert any(path.name.startswith("journal.sqlite3.before-restore-") for path in report.kept)


def test_restore_that_fails_half_way_undoes_everything(old, file, monkeypatch):
    before = tree(old.home)
    rename, calls = Path.rename, []

    def failing(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == 9:
            raise OSError(5, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(BackupUnwritable, match="as it was"):
        restore_backup(old.places, file, replace=True)
    assert len(calls) > 9
    assert tree(old.home) == before
    assert old.journal().settings(GUILD) == {"language": "de"}


def test_restore_says_if_a_disk_is_too_small(new, file, monkeypatch):
    monkeypatch.setattr(restoration, "SPARE_BYTES", 1 << 60)
    with pytest.raises(BackupUnwritable, match="make room"):
        restore_backup(new.places, file)
    assert tree(new.home) == {}


def test_index_of_another_format_is_restored_and_said(old, file, new, monkeypatch):
    monkeypatch.setattr("index.snapshots.manifest.FORMAT", 999)
    report = restore_backup(new.places, file)
    assert "reindex" in report.mismatch
    assert json.loads((new.places.index / "snapshots" / report.contents.snapshots[0] / "manifest.json").read_text())


def test_journal_in_a_database_is_left_to_its_own_tools(old: Installation, new: Installation, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    report = create_backup(replace(old.places, database=True), file, program=PROGRAM)
    assert report.contents.left_out[0] == "the journal: it is in PostgreSQL, so back it up with pg_dump"
    assert not [name for name in report.contents.members if name.startswith("journal/")]
    restore_backup(replace(new.places, database=True), file)
    assert not new.places.journal.exists()
    assert new.quotations() == old.quotations()


def test_journal_of_an_archive_is_not_restored_beside_a_database(file: Path, new: Installation) -> None:
    report = restore_backup(replace(new.places, database=True), file)
    assert report.left_out == ("journal/journal.sqlite3", "journal/journal.sqlite3.key")
    assert not new.places.journal.exists()
