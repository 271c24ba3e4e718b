"""An archive that was damaged or made to harm is refused, and nothing is written."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from index.backup import _archive_reader
from index.backup.contents import CONTENTS, JOURNAL, LIVE
from index.backup.creation import create_backup
from index.backup.restoration import check_backup, restore_backup
from index.domain.errors import BackupUnreadable
from index.snapshots.manifest import to_sealed_json
from tests.support.installation import Installation, new_installation

Members = dict[str, bytes]


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> Members:
    folder = tmp_path_factory.mktemp("whole")
    create_backup(new_installation(folder / "home").places, folder / "whole.zip", program="footnote 1")
    with zipfile.ZipFile(folder / "whole.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Installation]:
    """An empty installation, which is still empty afterwards."""
    installation = Installation(tmp_path / "new")
    yield installation
    assert [path for path in tmp_path.rglob("*") if path.name != "bad.zip" and path != installation.home] == []


def pack(path: Path, members: Members, *, kinds: dict[str, int] | None = None) -> Path:
    """Write an archive of these members as they are."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (kinds or {}).get(name, stat.S_IFREG | 0o600) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return path


def listed(members: Members, change: Callable[[dict[str, Any]], object] = lambda _: None) -> Members:
    """Return members with contents that list all of them and are sealed again, as an attacker would write them."""
    table = json.loads(members[CONTENTS])
    others = {name: data for name, data in members.items() if name != CONTENTS}
    table["members"] = {name: {"sha256": sha256(data).hexdigest(), "bytes": len(data)} for name, data in others.items()}
    change(table)
    return {**others, CONTENTS: to_sealed_json(table).encode()}


@pytest.mark.parametrize(
    "name",
    [
        "sources/../../evil.md",
        "/sources/evil.md",
        "sources//evil.md",
        "sources/./evil.md",
        "../evil.md",
        "sources\\..\\evil.md",
        "index/snapshots/../../evil",
        "index/snapshots/evil/manifest.json",
        "index/reindex.lock",
        "state/sub/evil",
        "secrets/..",
        "bin/evil",
        "sources/" + "x" * 300,
        "sources/line\nbreak.md",
    ],
)
def test_member_that_leads_elsewhere_is_refused(name, members, new, tmp_path):
    bad = pack(tmp_path / "bad.zip", listed({**members, name: b"evil"}))
    with pytest.raises(BackupUnreadable):
        restore_backup(new.places, bad)


@pytest.mark.parametrize("kind", [stat.S_IFLNK | 0o777, stat.S_IFDIR | 0o755, stat.S_IFIFO | 0o600, stat.S_IFCHR])
def test_link_or_device_is_refused(kind, members, new, tmp_path):
    name = "sources/link.md"
    bad = pack(tmp_path / "bad.zip", listed({**members, name: b"/etc/passwd"}), kinds={name: kind})
    with pytest.raises(BackupUnreadable, match="no plain file"):
        restore_backup(new.places, bad)


def test_member_that_is_a_file_and_a_folder_is_refused(members, new, tmp_path):
    bad = pack(tmp_path / "bad.zip", listed({**members, "sources/x": b"1", "sources/x/y": b"2"}))
    with pytest.raises(BackupUnreadable, match="both a file and a folder"):
        restore_backup(new.places, bad)


def test_two_members_of_one_name_are_refused(members, new, tmp_path):
    bad = pack(tmp_path / "bad.zip", members)
    with zipfile.ZipFile(bad, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("sources/a.md", b"evil")
    with pytest.raises(BackupUnreadable, match="same name"):
        restore_backup(new.places, bad)


def test_bomb_is_refused_before_it_is_unpacked(members, new, tmp_path, monkeypatch):
    bad = pack(tmp_path / "bad.zip", listed({**members, "sources/zeros.md": bytes(30_000_000)}))
    monkeypatch.setattr(_archive_reader, "MAX_BYTES", 20_000_000)
    with pytest.raises(BackupUnreadable, match="would unpack"):
        restore_backup(new.places, bad)


def test_bomb_that_lies_about_its_size_is_refused(members, new, tmp_path):
    table = listed({**members, "sources/a.md": bytes(1000)})
    bad = pack(tmp_path / "bad.zip", {**table, "sources/a.md": bytes(5_000_000)})
    with pytest.raises(BackupUnreadable, match="not as large"):
        restore_backup(new.places, bad)


def test_too_many_members_are_refused(members, new, tmp_path, monkeypatch):
    monkeypatch.setattr(_archive_reader, "MAX_MEMBERS", 5)
    with pytest.raises(BackupUnreadable, match="members"):
        restore_backup(new.places, pack(tmp_path / "bad.zip", members))


@pytest.mark.parametrize("name", ["sources/a.md", JOURNAL, LIVE])
def test_changed_byte_is_found(name, members, new, tmp_path):
    data = bytearray(members[name])
    data[-1] ^= 1
    bad = pack(tmp_path / "bad.zip", {**members, name: bytes(data)})
    for use in (check_backup, lambda file: restore_backup(new.places, file)):
        with pytest.raises(BackupUnreadable, match="not as it was written"):
            use(bad)


@pytest.mark.parametrize(
    "change",
    [
        lambda members: {name: data for name, data in members.items() if name != "sources/a.md"},
        lambda members: {**members, "sources/added.md": b"x"},
        lambda members: {name: data for name, data in members.items() if name != CONTENTS},
        lambda members: {**members, CONTENTS: members[CONTENTS].replace(b"footnote 1", b"footnote 2")},
        lambda members: {**members, CONTENTS: b"[]"},
        lambda members: {**members, CONTENTS: b"\xff"},
        lambda members: {**members, CONTENTS: b"[" * 100_000},
        lambda members: listed(members, lambda table: table.update(format=3)),
        lambda members: listed(members, lambda table: table.update(live="../../evil")),
        lambda members: listed(members, lambda table: table.update(members=[])),
        lambda members: listed({name: data for name, data in members.items() if not name.startswith("index/snap")}),
        lambda members: listed({name: data for name, data in members.items() if not name.endswith(".key")}),
        lambda members: listed({**members, JOURNAL: b"no database"}),
        lambda members: listed({**members, f"{JOURNAL}.key": b"short"}),
    ],
)
def test_archive_that_does_not_fit_its_contents_is_refused(change, members, new, tmp_path):
    with pytest.raises(BackupUnreadable):
        restore_backup(new.places, pack(tmp_path / "bad.zip", change(members)))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no archive at all" * 100])
def test_file_that_is_no_archive_is_refused(data, new, tmp_path):
    bad = tmp_path / "bad.zip"
    bad.write_bytes(data)
    with pytest.raises(BackupUnreadable, match="no backup"):
        restore_backup(new.places, bad)


def test_archive_cut_anywhere_is_refused(members, new, tmp_path):
    whole = pack(tmp_path / "bad.zip", members).read_bytes()
    for part in range(1, 10):
        (tmp_path / "bad.zip").write_bytes(whole[: len(whole) * part // 10])
        with pytest.raises(BackupUnreadable):
            restore_backup(new.places, tmp_path / "bad.zip")
