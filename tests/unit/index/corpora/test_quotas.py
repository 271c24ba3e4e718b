"""Quotas of servers: what would exceed them is refused before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.corpora.quotas import Quotas, ServerUploads
from index.domain.errors import QuotaExceeded

TEXT = b"# Light\n\nThe light is called Quartzblink.\n"


def uploads(folder: Path, *, files: int = 2, size: int = 1_000) -> ServerUploads:
    return ServerUploads(folder, quotas=Quotas(files, size, 100), max_bytes=1_000_000)


def test_a_file_too_many_is_refused_and_nothing_written(tmp_path: Path) -> None:
    sources = uploads(tmp_path, files=1)
    sources.add("a.md", TEXT)
    with pytest.raises(QuotaExceeded, match=r"b\.md was not added: this server has 1 of 1 files"):
        sources.add("b.md", TEXT + b"More.\n")
    assert sources.names() == ("a.md",)


def test_a_file_too_large_for_what_is_left_is_refused(tmp_path: Path) -> None:
    sources = uploads(tmp_path, size=30_000)
    sources.add("a.md", TEXT * 500)
    with pytest.raises(QuotaExceeded, match=r"it has 0\.02 MB, and 0\.01 of this server's 0\.03 MB are left"):
        sources.add("b.md", TEXT * 499)
    assert sources.names() == ("a.md",)


def test_a_replaced_file_does_not_count_twice(tmp_path: Path) -> None:
    sources = uploads(tmp_path, files=1, size=len(TEXT) + 10)
    sources.add("a.md", TEXT)
    sources.add("a.md", TEXT + b"More.\n", replace=True)
    assert (tmp_path / "a.md").read_bytes().endswith(b"More.\n")


def test_the_check_before_a_download_refuses_too(tmp_path: Path) -> None:
    with pytest.raises(QuotaExceeded):
        uploads(tmp_path, size=100).check("a.md", 101)
