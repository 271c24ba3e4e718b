"""A backup holds the collections of servers; a restore puts each back whole, beside those that it does not hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.backup.contents import CONTENTS
from index.backup.creation import create_backup
from index.backup.places import Places
from index.backup.restoration import check_backup, restore_backup
from index.domain.errors import BackupUnreadable, BackupUnwritable, ReindexRunning, RestoreRefused
from index.indexing.build_lock import LOCK_NAME, BuildLock
from index.indexing.progress import ReindexProgress, ReindexRequest
from index.snapshots.manifest import to_sealed_json
from tests.support.corpora_fakes import AMBER, BIRCH, add, corpora, secret_text
from tests.support.paths import ROOT

PROGRAM = "footnote 1"
LIGHT = "What is the light of the harbour called?"
WINDOW = "What is the context window of Scout?"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
CRASH = """
import os, sys
from pathlib import Path
from index.backup.restoration import restore_backup
from tests.unit.index.backup.test_restoration_servers import places
rename, left = Path.rename, int(sys.argv[3])
def dying(path, target):
    global left
    if not left:
        os._exit(9)
    left -= 1
    return rename(path, target)
Path.rename = dying
restore_backup(places(Path(sys.argv[1])), Path(sys.argv[2]), replace=True)
"""


def places(folder: Path) -> Places:
    """Where `corpora` keeps its parts."""
    return Places(
        journal=folder / "journal.sqlite3",
        index=folder / "index",
        sources=folder / "seeds",
        servers=folder / "servers",
    )


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with two servers' collections, of which one has two snapshots."""
    libraries = corpora(tmp_path / "old")
    add(libraries, AMBER, "bell.md", secret_text("Rustmoon", "bell"))
    add(libraries, AMBER, "light.md", secret_text("Quartzblink", "light"))
    add(libraries, BIRCH, "light.md", secret_text("Velvetgong", "light"))
    libraries.journal.set_setting(AMBER, "language", "de")
    libraries.close()
    return tmp_path / "old"


@pytest.fixture
def file(old: Path, tmp_path: Path) -> Path:
    path = tmp_path / "backup.zip"
    create_backup(places(old), path, program=PROGRAM)
    return path


def light_of(folder: Path, server: int) -> str:
    libraries = corpora(folder, build=False)
    answer = libraries.of(server).ask(LIGHT).text
    libraries.close()
    return answer


def test_restored_servers_answer_each_from_its_own(file: Path, tmp_path: Path) -> None:
    restore_backup(places(tmp_path / "new"), file)
    libraries = corpora(tmp_path / "new", build=False)
    assert "Quartzblink" in libraries.of(AMBER).ask(LIGHT).text
    assert "Velvetgong" in libraries.of(BIRCH).ask(LIGHT).text
    assert not libraries.of(AMBER).ask(WINDOW).abstained
    assert libraries.shared.ask(LIGHT).abstained
    assert [each.name for each in libraries.of(AMBER).sources.list_files()] == ["bell.md", "light.md"]
    assert libraries.journal.settings(AMBER) == {"language": "de"}
    libraries.of(AMBER).verify()
    libraries.close()


def test_restored_servers_can_be_rolled_back_and_built_again(file: Path, tmp_path: Path) -> None:
    restore_backup(places(tmp_path / "new"), file)
    libraries = corpora(tmp_path / "new", build=False)
    older = libraries.of(AMBER).snapshots()[-1]
    assert not older.live
    libraries.of(AMBER).rollback(older.id)
    assert libraries.of(AMBER).ask(LIGHT).abstained
    add(libraries, AMBER, "new.md", secret_text("Copperfern", "gate"))
    assert "Copperfern" in libraries.of(AMBER).ask("What is the gate of the harbour called?").text
    libraries.close()


def test_when_the_bot_left_a_server_is_restored(old: Path, tmp_path: Path) -> None:
    corpora(old, build=False).folders.mark_left(BIRCH, NOW)
    create_backup(places(old), tmp_path / "b.zip", program=PROGRAM)
    restore_backup(places(tmp_path / "new"), tmp_path / "b.zip")
    assert corpora(tmp_path / "new", build=False).folders.left_at(BIRCH) == NOW


def test_files_that_snapshots_share_are_in_the_archive_once(file: Path, tmp_path: Path) -> None:
    contents = check_backup(file)
    snapshot_files = [member for name, member in contents.members.items() if "/snapshots/" in name]
    assert len({member.sha256 for member in snapshot_files}) == len(snapshot_files)
    assert contents.copies
    restore_backup(places(tmp_path / "new"), file)
    copy, first = next(iter(contents.copies.items()))
    paths = [tmp_path / "new" / name for name in (copy, first)]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_servers_that_a_backup_does_not_hold_stay(old: Path, file: Path) -> None:
    libraries = corpora(old, build=False)
    add(libraries, 7, "light.md", secret_text("Ivorymist", "light"))
    libraries.of(AMBER).sources.remove("light.md")
    libraries.close()
    report = restore_backup(places(old), file, replace=True)
    assert "Ivorymist" in light_of(old, 7)
    assert "Quartzblink" in light_of(old, AMBER)
    kept = next(path for path in report.kept if path.name.startswith(f"{AMBER}.before-restore-"))
    assert not (kept / "sources" / "light.md").exists()
    assert corpora(old, build=False).folders.servers() == (7, AMBER, BIRCH)


def test_a_server_that_is_there_is_not_replaced_unasked(old: Path, file: Path, tmp_path: Path) -> None:
    new = places(tmp_path / "new")
    (tmp_path / "new" / "servers" / str(AMBER) / "sources").mkdir(parents=True)
    with pytest.raises(RestoreRefused, match=str(AMBER)):
        restore_backup(new, file)
    assert not new.index.exists()


def test_restore_waits_for_no_reindex_of_a_server(old: Path, file: Path) -> None:
    lock = BuildLock(old / "servers" / str(AMBER) / "index" / LOCK_NAME)
    with lock.hold(ReindexProgress([ReindexRequest()])), pytest.raises(ReindexRunning):
        restore_backup(places(old), file, replace=True)


def test_a_damaged_index_of_a_server_is_left_out_and_its_sources_are_kept(old: Path, tmp_path: Path) -> None:
    index = old / "servers" / str(AMBER) / "index"
    live = (index / "LIVE").read_text().split()[0]
    (index / "snapshots" / live / "manifest.json").write_text("{}")
    contents = create_backup(places(old), tmp_path / "b.zip", program=PROGRAM).contents
    assert contents.servers[str(AMBER)] is None
    assert [reason for reason in contents.left_out if f"the index of server {AMBER}" in reason]
    restore_backup(places(tmp_path / "new"), tmp_path / "b.zip")
    libraries = corpora(tmp_path / "new", build=False)
    assert libraries.of(AMBER).ask(LIGHT).abstained
    libraries.of(AMBER).reindex()
    assert "Quartzblink" in libraries.of(AMBER).ask(LIGHT).text
    libraries.close()


def test_a_half_deleted_server_is_in_no_backup(old: Path, tmp_path: Path) -> None:
    (old / "servers" / str(AMBER)).rename(old / "servers" / f".deleted-{AMBER}")
    contents = create_backup(places(old), tmp_path / "b.zip", program=PROGRAM).contents
    assert list(contents.servers) == [str(BIRCH)]
    assert not [name for name in contents.names if str(AMBER) in name]


def test_an_archive_without_servers_leaves_them_alone(old: Path, tmp_path: Path) -> None:
    """So are those that an older program wrote."""
    create_backup(replace(places(old), servers=None), tmp_path / "b.zip", program=PROGRAM)
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    table = {name: value for name, value in json.loads(members[CONTENTS]).items() if name not in ("servers", "copies")}
    table["members"] |= {
        name: table["members"][first] for name, first in json.loads(members[CONTENTS])["copies"].items()
    }
    for name, first in json.loads(members[CONTENTS])["copies"].items():
        members[name] = members[first]
    members[CONTENTS] = to_sealed_json({**table, "format": 1}).encode()
    with zipfile.ZipFile(tmp_path / "older.zip", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)

    restore_backup(places(old), tmp_path / "older.zip", replace=True)

    assert "Quartzblink" in light_of(old, AMBER)


def repacked(file: Path, change) -> Path:  # type: ignore[no-untyped-def]
    """Write an archive whose contents were changed and sealed again, as an attacker would."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    table = json.loads(members[CONTENTS])
    change(table)
    members[CONTENTS] = to_sealed_json(table).encode()
    bad = file.with_name("bad.zip")
    with zipfile.ZipFile(bad, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return bad


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table["servers"].pop(str(AMBER)),
        lambda table: table["servers"].update({"../9": None}),
        lambda table: table["servers"].update({"9": None}),
        lambda table: table["servers"].update({str(AMBER): None}),
        lambda table: table["servers"].update({str(AMBER): "20260101T000000000000Z-00000000"}),
        lambda table: table.update(servers=[]),
        lambda table: table["copies"].update({"sources/evil.md": next(iter(table["copies"].values()))}),
        lambda table: table["copies"].update({next(iter(table["copies"])): "sources/a.md"}),
        lambda table: table["copies"].update({next(iter(table["copies"])): "index/LIVE"}),
        lambda table: table["copies"].update({"servers/../evil": next(iter(table["copies"].values()))}),
        lambda table: table["copies"].update({next(iter(table["copies"].values())): next(iter(table["copies"]))}),
        lambda table: table.update(copies=[]),
    ],
)
def test_an_archive_that_lies_about_servers_is_refused(change, file: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    new = tmp_path / "new"
    with pytest.raises(BackupUnreadable):
        restore_backup(places(new), repacked(file, change))
    assert not new.exists()


def test_a_changed_byte_of_a_server_is_found(file: Path, tmp_path: Path) -> None:
    name = f"servers/{AMBER}/sources/light.md"
    with zipfile.ZipFile(file) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members[name] = members[name].replace(b"Quartzblink", b"Quartzblonk")
    with zipfile.ZipFile(file, "w") as archive:
        for each, data in members.items():
            archive.writestr(each, data)
    with pytest.raises(BackupUnreadable, match="not as it was written"):
        restore_backup(places(tmp_path / "new"), file)


def test_without_a_folder_of_servers_they_are_named_as_not_restored(file: Path, tmp_path: Path) -> None:
    report = restore_backup(replace(places(tmp_path / "new"), servers=None), file)
    assert f"servers/{AMBER}/sources/light.md" in report.left_out


def test_a_restore_that_fails_at_a_server_undoes_everything(
    old: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = corpora(old, build=False)
    add(libraries, BIRCH, "light.md", secret_text("Ivorymist", "light"), replace=True)
    libraries.close()
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if path.name.startswith(f".{BIRCH}.restoring-"):
            raise OSError(5, "Input/output error")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(BackupUnwritable, match="as it was"):
        restore_backup(places(old), file, replace=True)
    assert "Ivorymist" in light_of(old, BIRCH)
    assert "Quartzblink" in light_of(old, AMBER)


def test_copies_are_whole_where_there_are_no_links(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: object, target: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", link)
    restore_backup(places(tmp_path / "new"), file)
    assert "Velvetgong" in light_of(tmp_path / "new", BIRCH)


@pytest.mark.slow
@pytest.mark.parametrize("renames", range(0, 12, 2))
def test_a_restore_that_is_killed_loses_nothing_and_can_be_made_again(old: Path, file: Path, renames: int) -> None:
    libraries = corpora(old, build=False)
    add(libraries, BIRCH, "light.md", secret_text("Ivorymist", "light"), replace=True)
    libraries.close()

    command = [sys.executable, "-c", CRASH, str(old), str(file), str(renames)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9

    files = [path for path in (old / "servers").rglob("light.md") if b"Ivorymist" in path.read_bytes()]
    assert files
    restore_backup(places(old), file, replace=True)
    assert "Velvetgong" in light_of(old, BIRCH)
    assert "Quartzblink" in light_of(old, AMBER)
