"""The folders of servers: only digits reach a path, and marks outlast a restart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.storage.server_folders import ServerFolders

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("server", ["../1", "1/2", "", "0", "-1", "１２", "1" * 21, "1\n"])
def test_only_digits_become_a_folder(tmp_path: Path, server: str) -> None:
    with pytest.raises(ValueError, match="positive number"):
        ServerFolders(tmp_path).folder(server)  # type: ignore[arg-type]


def test_other_folders_are_no_servers(tmp_path: Path) -> None:
    for name in ("12", ".deleted-13", "notes", "012"):
        (tmp_path / name).mkdir()
    assert ServerFolders(tmp_path).servers() == (12,)


def test_a_mark_keeps_the_first_time(tmp_path: Path) -> None:
    folders = ServerFolders(tmp_path)
    folders.mark_left(12, NOW)
    folders.mark_left(12, NOW.replace(year=2027))
    assert ServerFolders(tmp_path).left_at(12) == NOW


def test_a_mark_without_a_collection_leaves_no_folder_behind(tmp_path: Path) -> None:
    folders = ServerFolders(tmp_path)
    folders.mark_left(12, NOW)
    assert folders.unmark_left(12)
    assert folders.servers() == ()


def test_deleting_also_removes_what_was_left_half_deleted(tmp_path: Path) -> None:
    (tmp_path / ".deleted-7").mkdir()
    (tmp_path / "12").mkdir()
    assert ServerFolders(tmp_path).delete(12)
    assert list(tmp_path.iterdir()) == []
    assert not ServerFolders(tmp_path).delete(12)
