"""Several stores are searched as one."""

from __future__ import annotations

import numpy as np
import pytest

from index.domain.ports import Vectors
from index.retrieval.segmented_vectors import SegmentedVectors
from tests.support.index_fakes import MemoryStore

CHANCE = np.random.default_rng(3)
ROWS = CHANCE.standard_normal((60, 8)).astype(np.float32)
ROWS /= np.linalg.norm(ROWS, axis=1, keepdims=True)


def store(rows: Vectors) -> MemoryStore:
    made = MemoryStore(8)
    made.add(rows)
    return made


def test_the_best_of_all_segments_are_found_by_their_global_rows():
    whole = store(ROWS)
    parts = SegmentedVectors([(0, store(ROWS[:20])), (20, store(ROWS[20:21])), (21, store(ROWS[21:]))], 8)
    assert len(parts) == 60
    deleted = np.zeros(60, bool)
    deleted[[5, 20, 33, 34]] = True
    for asked in CHANCE.standard_normal((20, 8)).astype(np.float32):
        assert parts.search(asked, 7) == whole.search(asked, 7)
        assert parts.search(asked, 7, deleted=deleted) == whole.search(asked, 7, deleted=deleted)


def test_ties_between_segments_are_by_row():
    parts = SegmentedVectors([(0, store(ROWS[[1, 0]])), (2, store(ROWS[[0, 2]])), (4, store(ROWS[[0]]))], 8)
    assert [row for row, _ in parts.search(ROWS[0], 3)] == [1, 2, 4]
    assert [row for row, _ in parts.search(ROWS[0], 2)] == [1, 2]


def test_a_search_for_more_rows_than_are_left_finds_what_is_left():
    parts = SegmentedVectors([(0, store(ROWS[:3])), (3, store(ROWS[3:5]))], 8)
    assert sorted(row for row, _ in parts.search(ROWS[0], 50)) == [0, 1, 2, 3, 4]
    deleted = np.asarray([True, True, True, False, True])
    assert [row for row, _ in parts.search(ROWS[0], 50, deleted=deleted)] == [3]
    assert parts.search(ROWS[0], 0) == []


def test_rows_are_read_across_segments_and_are_zeros_where_there_is_none():
    parts = SegmentedVectors([(0, store(ROWS[:3])), (5, store(ROWS[3:9]))], 8)
    assert len(parts) == 11
    assert (parts.rows(1, 7) == np.concatenate([ROWS[1:3], np.zeros((2, 8)), ROWS[3:5]])).all()
    assert {row for row, _ in parts.search(ROWS[0], 50)} == {0, 1, 2, *range(5, 11)}
    with pytest.raises(IndexError):
        parts.rows(5, 12)


def test_rows_deleted_from_the_start_are_found_by_no_search():
    segments = [(0, store(ROWS[:30])), (30, store(ROWS[30:]))]
    gone, more = np.zeros(60, bool), np.zeros(60, bool)
    gone[[3, 40]], more[7] = True, True
    parts = SegmentedVectors(segments, 8, deleted=gone)
    assert parts.search(ROWS[3], 60) == SegmentedVectors(segments, 8).search(ROWS[3], 60, deleted=gone)
    assert {row for row, _ in parts.search(ROWS[3], 60, deleted=more)} == set(range(60)) - {3, 7, 40}
    assert (parts.rows(3, 4) == ROWS[3:4]).all()


def test_no_segments_find_nothing():
    empty = SegmentedVectors([], 8)
    assert (len(empty), empty.search(ROWS[0], 5), empty.rows(0, 0).shape) == (0, [], (0, 8))


def test_segments_that_overlap_are_refused():
    for first in (2, 0):
        with pytest.raises(ValueError, match="overlap"):
            SegmentedVectors([(1, store(ROWS[:3])), (first, store(ROWS[:3]))], 8)


def test_deleted_rows_of_another_count_are_refused():
    with pytest.raises(ValueError, match="are not of 3 rows"):
        SegmentedVectors([(0, store(ROWS[:3]))], 8).search(ROWS[0], 1, deleted=np.zeros(4, bool))
