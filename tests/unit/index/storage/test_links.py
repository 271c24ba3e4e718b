"""Files that are taken over: the same file, or a copy of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from index.storage.links import link_or_copy


def test_a_file_is_linked(tmp_path):
    (tmp_path / "a").write_bytes(b"data")
    link_or_copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").samefile(tmp_path / "a")


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EINVAL])
def test_it_is_copied_where_there_are_no_links(tmp_path, monkeypatch, number):
    def refuse(source: Path, target: Path) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.link", refuse)
    (tmp_path / "a").write_bytes(b"data")
    link_or_copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"data"
    assert not (tmp_path / "b").samefile(tmp_path / "a")


def test_what_is_missing_or_in_the_way_is_an_error(tmp_path):
    (tmp_path / "a").write_bytes(b"data")
    with pytest.raises(FileNotFoundError):
        link_or_copy(tmp_path / "missing", tmp_path / "b")
    with pytest.raises(FileExistsError):
        link_or_copy(tmp_path / "a", tmp_path / "a")
