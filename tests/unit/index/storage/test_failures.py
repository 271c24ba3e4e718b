"""What the disk refuses is told, to the last byte, and leaves the index as it was."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import faiss
import numpy as np
import pytest

from index.domain.errors import IndexUnwritable
from index.retrieval.faiss_store import FaissEngine
from index.retrieval.tantivy_keywords import TantivyEngine
from index.snapshots.store import SnapshotStore
from index.storage.arrays import save_array
from index.storage.failures import explain_write_errors
from tests.support.index_fakes import library, search_index, write

ARRAY = np.arange(40_000, dtype=np.float32).reshape(100, 400)


@contextmanager
def no_file_longer_than(count: int) -> Iterator[None]:
    """Writing more fails, as it does on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def write_vectors(folder: Path) -> None:
    with FaissEngine().writer(folder, 400) as writer:
        writer.add(ARRAY)


def test_an_array_is_written_as_numpy_does(tmp_path):
    for array in (ARRAY, ARRAY.T, np.zeros((0, 3), np.int8), np.arange(3)):
        save_array(tmp_path / "ours.npy", array)
        assert (np.load(tmp_path / "ours.npy", allow_pickle=False) == array).all()
    np.save(tmp_path / "numpys.npy", ARRAY)
    save_array(tmp_path / "ours.npy", ARRAY)
    assert (tmp_path / "ours.npy").read_bytes() == (tmp_path / "numpys.npy").read_bytes()


@pytest.mark.parametrize("short", [1, 127, 4_096, 159_999])
def test_whatever_byte_of_an_array_or_of_vectors_does_not_fit_it_is_told(tmp_path, short):
    write_vectors(tmp_path)
    save_array(tmp_path / "whole.npy", ARRAY)
    for save, whole in (
        (lambda folder: save_array(folder / "short.npy", ARRAY), tmp_path / "whole.npy"),
        (write_vectors, tmp_path / "vectors.faiss"),
    ):
        with no_file_longer_than(whole.stat().st_size - short), pytest.raises(OSError, match="too large"):
            save(tmp_path)


def test_the_file_of_vectors_is_the_one_that_faiss_writes(tmp_path):
    write_vectors(tmp_path)
    flat = faiss.IndexFlatIP(400)
    flat.add(ARRAY)
    faiss.write_index(flat, str(tmp_path / "theirs"))
    assert (tmp_path / "vectors.faiss").read_bytes() == (tmp_path / "theirs").read_bytes()


def test_whatever_byte_of_the_keyword_index_does_not_fit_it_is_told(tmp_path):
    passages = search_index(a_md="\n\n".join(f"Word{number} is here." for number in range(400))).passages
    TantivyEngine().build(tmp_path / "whole", enumerate(passages))
    sizes = {path.stat().st_size for path in (tmp_path / "whole").iterdir()}
    assert len(sizes) > 6
    for size in sorted(sizes - {0}):
        with no_file_longer_than(size - 1), pytest.raises(OSError, match=r"too large") as refused:
            TantivyEngine().build(tmp_path / str(size), enumerate(passages))
        assert refused.value.errno == errno.EFBIG


@pytest.mark.parametrize("most", [0, 10, 500])
def test_a_keyword_index_that_cannot_grow_leaves_the_one_before(tmp_path, most):
    passages = search_index(a_md="\n\n".join(f"Word{number} is here." for number in range(400))).passages
    TantivyEngine().build(tmp_path / "0", enumerate(passages[:200]))
    found = TantivyEngine().open(tmp_path / "0").search(["word"], 9)
    with no_file_longer_than(most), pytest.raises(OSError, match="too large") as refused:
        TantivyEngine().build(tmp_path / "1", enumerate(passages[200:], 200), previous=tmp_path / "0")
    assert refused.value.errno == errno.EFBIG
    assert TantivyEngine().open(tmp_path / "0").search(["word"], 9) == found


def test_segments_that_find_no_room_to_be_merged_are_searched_as_they_are(tmp_path):
    passages = search_index(a_md="\n\n".join(f"Word{number} is here." for number in range(800))).passages
    engine, last = TantivyEngine(), None
    for number in range(7):
        engine.build(tmp_path / str(number), enumerate(passages[:100], 100 * number), previous=last)
        last = tmp_path / str(number)
    longest = max(path.stat().st_size for path in last.iterdir())
    with no_file_longer_than(longest + 500):
        engine.build(tmp_path / "7", enumerate(passages[:100], 700), previous=last)
    assert sum(path.suffix == ".term" for path in (tmp_path / "7").iterdir()) == 8
    assert len(list((tmp_path / "7").iterdir())) == len(list(last.iterdir())) + 6
    assert len(engine.open(tmp_path / "7").search(["word"], 1_000)) == 800


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full: make room there, then reindex"),
        (errno.EROFS, "this program may not write there"),
        (errno.EACCES, "this program may not write there"),
        (errno.EIO, "Input/output error: see to the disk, then reindex"),
    ],
)
def test_what_the_disk_refuses_is_reported_with_what_to_do(tmp_path, number, said):
    """The folder is named in the log only."""
    with pytest.raises(IndexUnwritable) as refused, explain_write_errors(tmp_path):
        raise OSError(number, os.strerror(number), str(tmp_path / "LIVE.new"))
    assert said in str(refused.value)
    assert str(refused.value).endswith("The index is as it was before.")
    assert str(tmp_path) not in str(refused.value)
    assert refused.value.log_detail == f"It is {tmp_path}."


def test_an_error_about_a_file_elsewhere_is_left_as_it_is(tmp_path):
    with pytest.raises(FileNotFoundError), explain_write_errors(tmp_path / "index"):
        (tmp_path / "questions.jsonl").read_text()


@pytest.mark.parametrize("room", range(0, 20_000, 2_500))
def test_a_rebuild_that_runs_out_of_room_leaves_the_old_snapshot_and_no_litter(tmp_path, room):
    """However much room there was."""
    seeds, index = write(tmp_path / "seeds", a_md="Bread is made of flour.\n"), tmp_path / "index"
    made = library(seeds, index)
    old = made.reindex().snapshot.id
    write(seeds, b_md="\n\n".join(f"Coffee number {number} is made of beans." for number in range(100)))
    with no_file_longer_than(room), pytest.raises(IndexUnwritable, match="The index is as it was before"):
        made.reindex()
    assert library(seeds, index).ask("bread flour").snapshot == old
    assert [path.name for path in (index / "snapshots").iterdir()] == [old]
    new = made.reindex().snapshot.id
    assert SnapshotStore(index).live().snapshot.id == new


def test_a_folder_of_the_index_that_is_a_file_is_told(tmp_path):
    seeds = write(tmp_path / "seeds", a_md="Bread is made of flour.\n")
    (tmp_path / "index").write_text("no folder")
    with pytest.raises(IndexUnwritable, match="it is no folder: set INDEX_DIR to one"):
        library(seeds, tmp_path / "index").reindex()


def test_a_switch_that_could_not_be_synced_is_live_and_logged(tmp_path, monkeypatch, caplog):
    """The new snapshot is live if the pointer was renamed, though its folder could not be synced."""
    seeds, index = write(tmp_path / "seeds", a_md="Bread is made of flour.\n"), tmp_path / "index"
    made = library(seeds, index)
    made.reindex()

    def sync(path: Path) -> None:
        if path == index:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("index.snapshots.store.fsync_path", sync)
    write(seeds, a_md="Bread is made of rye.\n")
    new = made.reindex().snapshot.id
    assert library(seeds, index).ask("bread rye").snapshot == new
    assert "may not outlast a power cut (Input/output error)" in caplog.text
