"""One suite over every engine behind `VectorEngine`. A new engine is one more line in ENGINES."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.domain.ports import VectorEngine, Vectors, VectorStore
from index.retrieval.faiss_store import FaissEngine
from index.retrieval.numpy_store import NumpyEngine
from tests.support.index_fakes import MemoryEngine
from tests.support.milvus import lite_vector_engine
from tests.support.pgvector import pgvector_engine, pgvector_graph_engine


class FaissCodesEngine(FaissEngine):
    """Searches few rows by codes too."""

    def __init__(self) -> None:
        super().__init__(many_rows=200)


MILVUS = pytest.param(lite_vector_engine, marks=pytest.mark.slow)
PGVECTOR = [pytest.param(make, marks=pytest.mark.slow) for make in (pgvector_engine, pgvector_graph_engine)]
ENGINES: tuple[Any, ...] = (FaissEngine, FaissCodesEngine, NumpyEngine, MemoryEngine, MILVUS, *PGVECTOR)
EXACT = (FaissEngine, NumpyEngine, MemoryEngine)
ON_DISK = (FaissEngine, FaissCodesEngine, NumpyEngine)
ROWS = np.asarray([[0.0, 1.0], [0.6, 0.8], [1.0, 0.0]], np.float32)
ASKED = np.asarray([1.0, 0.0], np.float32)


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__)
def engine(request: pytest.FixtureRequest) -> Any:
    return request.param()


def made(engine: VectorEngine, folder: Path, *blocks: Vectors) -> VectorStore:
    """Return an engine's store of these blocks of rows."""
    with engine.writer(folder, blocks[0].shape[1]) as writer:
        for block in blocks:
            writer.add(block)
    return engine.open(folder)


def unit_vectors(count: int, dimension: int = 16, seed: int = 7) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def deleting(count: int, *rows: int) -> Any:
    deleted = np.zeros(count, bool)
    deleted[list(rows)] = True
    return deleted


@pytest.fixture
def store(engine: Any, tmp_path: Path) -> Any:
    return made(engine, tmp_path, ROWS)


def test_score_is_the_cosine_best_first(store):
    assert [row for row, _ in store.search(ASKED, 3)] == [2, 1, 0]
    assert [cosine for _, cosine in store.search(ASKED, 3)] == pytest.approx([1.0, 0.6, 0.0], abs=1e-6)


def test_an_opposite_vector_scores_minus_1(store):
    assert store.search(-ASKED, 3)[-1] == (2, pytest.approx(-1.0, abs=1e-6))


def test_k_is_how_many_are_found(store):
    assert [row for row, _ in store.search(ASKED, 1)] == [2]
    assert store.search(ASKED, 0) == []


def test_fewer_rows_than_k_are_all_found_and_nothing_else(store):
    assert sorted(row for row, _ in store.search(ASKED, 50)) == [0, 1, 2]


def test_an_empty_store_finds_nothing(engine, tmp_path):
    empty = made(engine, tmp_path, ROWS[:0])
    assert len(empty) == 0
    assert empty.search(ASKED, 5) == []
    assert empty.search(ASKED, 5, deleted=np.zeros(0, bool)) == []
    assert empty.rows(0, 0).shape == (0, 2)


def test_a_store_of_one_row_finds_it_unless_it_is_deleted(engine, tmp_path):
    store = made(engine, tmp_path, ROWS[1:2])
    assert store.search(ASKED, 5) == [(0, pytest.approx(0.6))]
    assert store.search(ASKED, 5, deleted=deleting(1)) == [(0, pytest.approx(0.6))]
    assert store.search(ASKED, 5, deleted=deleting(1, 0)) == []


def test_rows_are_numbered_in_the_order_they_were_added(engine, tmp_path):
    store = made(engine, tmp_path, ROWS[:1], ROWS[1:1], ROWS[1:])
    assert len(store) == 3
    assert dict(store.search(ASKED, 3)) == pytest.approx({0: 0.0, 1: 0.6, 2: 1.0}, abs=1e-6)


def test_rows_are_given_back_as_they_were_added(store):
    assert (store.rows(1, 3) == ROWS[1:3]).all()
    assert store.rows(1, 1).shape == (0, 2)


def test_deleted_rows_are_never_found(store):
    assert [row for row, _ in store.search(ASKED, 3, deleted=deleting(3, 2))] == [1, 0]
    assert [row for row, _ in store.search(ASKED, 1, deleted=deleting(3, 2))] == [1]
    assert store.search(ASKED, 3, deleted=deleting(3, 0, 1, 2)) == []


@pytest.mark.parametrize("kept", [0, 1, 3, 50, 150])
def test_what_is_left_of_many_deleted_rows_is_found(engine, tmp_path, kept):
    rows = unit_vectors(1_000)
    store = made(engine, tmp_path, rows)
    left = np.random.default_rng(kept).permutation(1_000)[:kept]
    deleted = np.ones(1_000, bool)
    deleted[left] = False
    best = left[np.argsort(-(rows[left] @ rows[5]))].tolist()
    assert [row for row, _ in store.search(rows[5], 20, deleted=deleted)] == best[:20]


def test_ties_are_by_row_also_where_k_cuts_them(engine, tmp_path):
    rows = unit_vectors(900)
    rows[100:700] = rows[100]
    store = made(engine, tmp_path, rows)
    found = store.search(rows[100], 40)
    assert [row for row, _ in found] == list(range(100, 140))
    assert len({cosine for _, cosine in found}) == 1
    found = store.search(rows[100], 40, deleted=deleting(900, *range(90, 110)))
    assert [row for row, _ in found] == list(range(110, 150))


def test_an_empty_store_is_written_and_opened(engine, tmp_path):
    with engine.writer(tmp_path, 2):
        pass
    assert engine.open(tmp_path).search(ASKED, 5) == []


def test_queries_handed_in_are_no_rows(engine, tmp_path):
    with engine.writer(tmp_path, 2) as writer:
        writer.add(ROWS)
        writer.add_queries(ROWS[:2])
    assert len(engine.open(tmp_path)) == 3


def test_search_finds_what_comparing_one_by_one_finds(engine, tmp_path):
    """Approximate search nearly always."""
    rows = unit_vectors(5_000)
    store = made(engine, tmp_path, rows[:77], rows[77:])
    deleted = np.random.default_rng(1).random(5_000) < 0.8
    found = []
    for asked in unit_vectors(40, seed=8):
        cosines = rows @ asked
        for gone in (None, deleted):
            best = np.argsort(-(cosines if gone is None else np.where(gone, -2, cosines)))[:10].tolist()
            hits = store.search(asked, 10, deleted=gone)
            assert dict(hits) == pytest.approx({row: cosines[row] for row, _ in hits}, abs=1e-6)
            assert hits == sorted(hits, key=lambda hit: (-hit[1], hit[0]))
            found.append(len({row for row, _ in hits} & set(best)) / 10)
    assert np.mean(found) >= (1 if type(engine) in EXACT else 0.97)


def test_a_store_opened_before_its_folder_was_removed_serves_on(engine, tmp_path):
    store = made(engine, tmp_path, ROWS)
    (tmp_path / "vectors.faiss").unlink()
    assert [row for row, _ in store.search(ASKED, 3)] == [2, 1, 0]
    assert (store.rows(0, 3) == ROWS).all()


@pytest.mark.parametrize("engine_type", ON_DISK)
def test_vectors_that_do_not_fit_are_refused(engine_type, tmp_path):
    with pytest.raises(ValueError, match="do not fit rows of 2 numbers"), engine_type().writer(tmp_path, 2) as writer:
        writer.add(np.zeros((3, 4), np.float32))
    store = made(engine_type(), tmp_path, ROWS)
    with pytest.raises(ValueError, match="a vector of 3 numbers is not of 2"):
        store.search(np.zeros(3, np.float32), 1)
    with pytest.raises(ValueError, match="are not of 3 rows"):
        store.search(ASKED, 1, deleted=deleting(2))


@pytest.mark.parametrize("rows", [ROWS, ROWS[:0]])
def test_numpy_and_faiss_write_the_same_bytes_and_read_each_others(rows, tmp_path):
    """A snapshot serves whichever of the two is installed."""
    files = []
    for engine, other in ((FaissEngine(), NumpyEngine()), (NumpyEngine(), FaissEngine())):
        store = made(engine, tmp_path, rows)
        assert other.open(tmp_path).search(ASKED, 3) == store.search(ASKED, 3)
        files.append((tmp_path / "vectors.faiss").read_bytes())
    assert files[0] == files[1]


def _header(data: bytes, place: int, number: int, size: int = 8) -> bytes:
    return data[:place] + number.to_bytes(size, "little", signed=True) + data[place + size :]


DAMAGES = {
    "empty": lambda data: b"",
    "half a header": lambda data: data[:20],
    "a byte less": lambda data: data[:-1],
    "a byte more": lambda data: data + b"\0",
    "another kind": lambda data: b"IxF2" + data[4:],
    "another metric": lambda data: _header(data, 33, 1, 4),
    "not trained": lambda data: _header(data, 32, 0, 1),
    "more rows": lambda data: _header(data, 8, 4),
    "a huge number of rows": lambda data: _header(data, 8, 1 << 61),
    "fewer than no rows": lambda data: _header(_header(data, 8, -3), 4, -2, 4),
    "another dimension": lambda data: _header(data, 4, 3, 4),
    "no dimension": lambda data: _header(data, 4, 0, 4),
    "a header that was never finished": lambda data: bytes(45) + data[45:],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("engine_type", ON_DISK)
def test_a_damaged_file_is_refused_with_a_sentence(engine_type, tmp_path, damage):
    made(engine_type(), tmp_path, ROWS)
    place = tmp_path / "vectors.faiss"
    place.write_bytes(damage(place.read_bytes()))
    with pytest.raises(ValueError, match="it "):
        engine_type().open(tmp_path)


@pytest.mark.parametrize("engine_type", ON_DISK)
def test_a_file_that_is_cut_while_it_is_open_is_told(engine_type, tmp_path):
    """Reading beyond the end of a mapped file would end the process."""
    store = made(engine_type(), tmp_path, unit_vectors(5_000))
    with (tmp_path / "vectors.faiss").open("r+b") as stream:
        stream.truncate(1_000)
    for use in (lambda: store.search(unit_vectors(1)[0], 3), lambda: store.rows(4_000, 4_010)):
        with pytest.raises(ValueError, match="it was cut while it was open"):
            use()
