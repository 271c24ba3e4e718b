"""Whether a source's file is still the one that was indexed."""

from __future__ import annotations

import os

import pytest

from index.domain.documents import Document
from index.domain.sources import SourceFile
from index.parsing.documents import parse
from index.sources.disk import FilesOnDisk
from tests.support.index_fakes import write

TEXT = "The ferry sails at noon.\n"


def document(source: str = "a.md", text: str = TEXT, form: str = "") -> Document:
    return parse(SourceFile(source, text.encode(), form))


@pytest.fixture
def files(tmp_path):
    return FilesOnDisk(write(tmp_path / "seeds", a_md=TEXT), max_bytes=1_000)


def test_a_file_as_it_was_read_is_unchanged_whatever_its_times(files, tmp_path):
    assert files.change(document()) == ""
    os.utime(tmp_path / "seeds" / "a.md", (1_000, 1_000))
    assert files.change(document()) == ""


def test_a_file_of_other_bytes_is_edited_and_none_once_they_are_back(files, tmp_path):
    """Also if the file is as long as before."""
    write(tmp_path / "seeds", a_md=TEXT.replace("noon", "nine"))
    assert files.change(document()) == "edited"
    write(tmp_path / "seeds", a_md=TEXT)
    assert files.change(document()) == ""


def test_a_file_edited_after_a_look_at_it_is_noticed(files, tmp_path):
    assert files.change(document()) == ""
    write(tmp_path / "seeds", a_md=TEXT.replace("noon", "nine"))
    assert files.change(document()) == "edited"


@pytest.mark.parametrize("source", ["b.md", "sub/a.md", "a.md/b.md"])
def test_a_file_that_is_not_there_is_deleted(files, source):
    assert files.change(document(source)) == "deleted"


def test_a_file_whose_folder_of_sources_is_gone_is_deleted(tmp_path):
    assert FilesOnDisk(tmp_path / "none", max_bytes=1_000).change(document()) == "deleted"


@pytest.mark.parametrize("data", [b"", b"a\0b", b"x" * 2_000])
def test_a_file_that_became_unreadable_is_edited(files, tmp_path, data):
    write(tmp_path / "seeds", a_md=data)
    assert files.change(document()) == "edited"


def test_a_page_from_the_web_is_no_file(files):
    assert files.change(document("example.org/a", form="md")) == ""


def test_nothing_out_of_the_folder_is_read(files, tmp_path):
    """Such a name is no source's; whatever is there is another file."""
    write(tmp_path, b_md=TEXT)
    assert files.change(document("../b.md")) == "edited"
