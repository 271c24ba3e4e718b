"""Rows that stay on the disk are read to the bit, and a file that is cut off under them fails the question alone."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from index.domain.errors import Damaged, IndexMismatch
from index.storage.arrays import DiskRows
from tests.support.index_fakes import library, write

pytestmark = pytest.mark.skipif(not hasattr(os, "pread"), reason="Windows maps the files, and lets nobody cut them off")


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("shape", [(7, 3), (7,), (0, 3), (0,)])
def test_the_rows_are_those_of_the_array(tmp_path: Path, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape), dtype=np.int32).reshape(shape)
    np.save(tmp_path / "a.npy", array)
    rows = DiskRows(tmp_path / "a.npy")
    assert len(rows) == len(array)
    for part in (slice(0, 2), slice(2, 7), slice(3, 3), slice(5, 99), slice(None)):
        assert rows[part].dtype == array.dtype
        np.testing.assert_array_equal(rows[part], array[part])


def test_an_array_that_is_kept_by_columns_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.asfortranarray(np.ones((3, 2))))
    with pytest.raises(ValueError, match="row by row"):
        DiskRows(tmp_path / "a.npy")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists a process's open files so")
def test_the_file_is_closed_with_the_rows(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((3, 2)))
    gc.collect()  # what tests before this one left
    before = open_files()
    rows = DiskRows(tmp_path / "a.npy")
    assert open_files() == before + 1
    del rows
    gc.collect()
    assert open_files() == before


def test_a_file_cut_off_while_it_serves_fails_the_question_not_the_process(tmp_path: Path) -> None:
    """A memory map would end the process by SIGBUS."""
    made = library(write(tmp_path / "seeds", a_md="Bread is made of flour and water.\n"), tmp_path / "index")
    made.reindex()
    opened = library(tmp_path / "seeds", tmp_path / "index")
    assert not opened.ask("What is bread made of?").abstained
    (tokens,) = (tmp_path / "index" / "snapshots").glob("*/tokens.npy")
    os.truncate(tokens, 0)
    with pytest.raises(IndexMismatch, match=r"tokens\.npy of the snapshot that serves was cut off"):
        opened.ask("What is bread made of?")


def test_nothing_is_used_again_of_a_file_that_was_cut_off_while_it_served(tmp_path: Path) -> None:
    seeds = write(tmp_path / "seeds", a_md="Bread is made of flour and water.\n")
    library(seeds, tmp_path / "index").reindex()
    opened = library(seeds, tmp_path / "index")
    opened.load()
    (tokens,) = (tmp_path / "index" / "snapshots").glob("*/tokens.npy")
    os.truncate(tokens, 0)
    write(seeds, b_md="Tea is made of leaves and time.\n")
    assert (opened.reindex().embedded, opened.ask("What is bread made of?").abstained) == (2, False)


def test_a_file_that_the_disk_does_not_give_back_is_damaged(tmp_path, monkeypatch):
    np.save(tmp_path / "a.npy", np.ones((3, 2)))
    rows = DiskRows(tmp_path / "a.npy")

    def refused(*at):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.pread", refused)
    with pytest.raises(Damaged, match=r"a\.npy of the snapshot that serves cannot be read"):
        rows[0:2]
