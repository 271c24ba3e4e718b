"""One suite over every engine behind `VectorStore`. A new engine is one more line in STORES."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from index.retrieval.faiss_store import FaissStore
from index.retrieval.numpy_store import NumpyStore
from tests.support.index_fakes import MemoryStore

STORES = (FaissStore, NumpyStore, MemoryStore)
ROWS = np.asarray([[0.0, 1.0], [0.6, 0.8], [1.0, 0.0]], np.float32)
ASKED = np.asarray([1.0, 0.0], np.float32)


@pytest.fixture(params=STORES, ids=lambda engine: engine.__name__)
def engine(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def store(engine: Any) -> Any:
    made = engine(2)
    made.add(ROWS)
    return made


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


def test_an_empty_store_finds_nothing(engine):
    empty = engine(2)
    assert len(empty) == 0
    assert empty.search(ASKED, 5) == []


def test_rows_are_numbered_in_the_order_they_were_added(engine):
    made = engine(2)
    for row in ROWS:
        made.add(row[np.newaxis])
    assert len(made) == 3
    assert dict(made.search(ASKED, 3)) == pytest.approx({0: 0.0, 1: 0.6, 2: 1.0}, abs=1e-6)


def test_rows_are_given_back_as_they_were_added(store):
    assert store.rows(1, 3) == pytest.approx(ROWS[1:3])
    assert store.rows(1, 1).shape == (0, 2)


def test_what_is_saved_is_one_file_that_loads_to_the_same(engine, store, tmp_path):
    place = tmp_path / "vectors.bin"
    store.save(place)
    assert [path.name for path in tmp_path.iterdir()] == ["vectors.bin"]
    loaded = engine.load(place)
    assert len(loaded) == 3
    assert loaded.search(ASKED, 3) == store.search(ASKED, 3)


def test_an_empty_store_is_saved_and_loaded(engine, tmp_path):
    engine(2).save(tmp_path / "vectors.bin")
    assert engine.load(tmp_path / "vectors.bin").search(ASKED, 5) == []


def test_search_finds_what_comparing_one_by_one_finds(engine):
    chance = np.random.default_rng(7)
    rows = chance.standard_normal((200, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    made = engine(16)
    made.add(rows)
    for asked in rows[:20] + 0.1:
        best = np.argsort(-(rows @ asked))[:10].tolist()
        assert [row for row, _ in made.search(asked, 10)] == best


@pytest.mark.parametrize("rows", [ROWS, ROWS[:0]])
def test_numpy_and_faiss_write_the_same_bytes_and_read_each_others(rows, tmp_path):
    """A snapshot serves whichever of the two is installed."""
    files = []
    for engine, other in ((FaissStore, NumpyStore), (NumpyStore, FaissStore)):
        made = engine(2)
        made.add(rows)
        made.save(tmp_path / engine.__name__)
        loaded = other.load(tmp_path / engine.__name__)
        assert loaded.search(ASKED, 3) == [(row, pytest.approx(cosine)) for row, cosine in made.search(ASKED, 3)]
        files.append((tmp_path / engine.__name__).read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize("damage", [lambda data: data[:20], lambda data: data[:-1], lambda data: b"IxF2" + data[4:]])
def test_numpy_refuses_a_file_that_is_no_flat_index(tmp_path, damage):
    place = tmp_path / "vectors.bin"
    store = NumpyStore(2)
    store.add(ROWS)
    store.save(place)
    place.write_bytes(damage(place.read_bytes()))
    with pytest.raises(ValueError, match="it "):
        NumpyStore.load(place)
