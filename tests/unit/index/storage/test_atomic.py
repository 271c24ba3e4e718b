"""A file is written as a whole or not at all, whatever fails, and is on the disk afterwards."""

from __future__ import annotations

import errno
import os
import stat
import threading
import time
from pathlib import Path

import pytest

from index.storage.atomic import fsync_path, remove_leftovers, write_atomically


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "folder" / "file"
    path.parent.mkdir()
    path.write_bytes(b"old")
    return path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files and folders flushed to the disk, by name, in order."""
    names: list[str] = []
    fsync = os.fsync

    def record(handle: int) -> None:
        names.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", record)
    return names


def test_new_file_is_written_and_nothing_stays_beside_it(tmp_path: Path):
    write_atomically(tmp_path / "file", b"new")
    assert content(tmp_path) == {"file": b"new"}


def test_old_file_is_replaced(target: Path):
    write_atomically(target, b"new")
    assert content(target.parent) == {"file": b"new"}


def test_bytes_are_written_as_they_are(target: Path):
    data = bytes(range(256)) + b"\r\n\n"
    write_atomically(target, data)
    assert target.read_bytes() == data


def test_temporary_file_is_flushed_before_the_rename_and_the_folder_after(target: Path, flushed: list[str]):
    write_atomically(target, b"new", temporary=target.with_name("file.new"))
    assert flushed == ["file.new", "folder"]


def test_folder_is_left_to_a_caller_who_flushes_it_itself(target: Path, flushed: list[str]):
    write_atomically(target, b"new", temporary=target.with_name("file.new"), fsync_folder=False)
    assert flushed == ["file.new"]


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("temporary", ["file.new", None])
def test_failure_leaves_the_old_file_and_nothing_beside_it(
    target: Path, monkeypatch: pytest.MonkeyPatch, call: str, temporary: str | None
):
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if call == "fsync" else (Path, "replace")), refuse)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, b"new", temporary=target.with_name(temporary) if temporary else None)
    assert content(target.parent) == {"file": b"old"}


def test_interrupt_leaves_the_old_file_and_nothing_beside_it(target: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(target, b"new")
    assert content(target.parent) == {"file": b"old"}


def test_folder_that_does_not_exist_is_an_error(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "none" / "file", b"new")


def test_temporary_file_of_a_dead_process_is_replaced(target: Path):
    target.with_name("file.new").write_bytes(b"much longer than what is written now")
    target.with_name("file.new").chmod(0o666)
    write_atomically(target, b"new", temporary=target.with_name("file.new"), mode=0o600)
    assert content(target.parent) == {"file": b"new"}
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize(("umask", "mode", "wanted"), [(0o022, 0o666, 0o644), (0o077, 0o666, 0o600), (0, 0o600, 0o600)])
def test_permissions_are_those_asked_for_less_the_umask(target: Path, umask: int, mode: int, wanted: int):
    before = os.umask(umask)
    try:
        write_atomically(target, b"new", mode=mode)
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == wanted


def test_link_is_replaced_and_what_it_leads_to_is_left(target: Path):
    link = target.with_name("link")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert (link.is_symlink(), link.read_bytes(), target.read_bytes()) == (False, b"new", b"old")


def test_reader_sees_one_whole_content_or_the_other(target: Path):
    contents = [bytes([letter]) * 50_000 for letter in b"abcd"]
    write_atomically(target, contents[0])
    done = threading.Event()
    values: set[bytes] = set()

    def read() -> None:
        while not done.is_set():
            values.add(target.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(100):
        write_atomically(target, contents[number % 4])
    done.set()
    reader.join()
    assert values <= set(contents)


def test_writers_that_meet_do_not_disturb_each_other(target: Path):
    contents = [bytes([letter]) * 50_000 for letter in b"abcd"]
    writers = [
        threading.Thread(target=lambda data=data: [write_atomically(target, data) for _ in range(10)])
        for data in contents
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert list(content(target.parent)) == ["file"]
    assert target.read_bytes() in contents


def test_files_and_folders_can_be_flushed(target: Path, flushed: list[str]):
    fsync_path(target)
    fsync_path(target.parent)
    assert flushed == ["file", "folder"]


def test_only_old_temporary_files_are_removed(tmp_path: Path):
    for name, age in ((".00112233445566aa.new", 7200), (".00112233445566bb.new", 0), (".mine.new", 7200)):
        (tmp_path / name).write_bytes(b"x")
        os.utime(tmp_path / name, (time.time() - age,) * 2)
    remove_leftovers(tmp_path, 3600)
    assert set(content(tmp_path)) == {".00112233445566bb.new", ".mine.new"}
