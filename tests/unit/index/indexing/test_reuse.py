"""What of the index before is used again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from index.domain.ports import Vectors
from index.indexing._reuse import Run, merge_vectors, to_runs


def test_rows_that_follow_one_another_are_one_run_and_new_passages_too():
    assert to_runs([3, 4, None, None, 5, 9, 9, None]) == [
        Run(3, 2),
        Run(None, 2),
        Run(5, 1),
        Run(9, 1),
        Run(9, 1),
        Run(None, 1),
    ]
    assert to_runs([]) == []


def vectors(*numbers: float) -> Vectors:
    return np.array([[number] for number in numbers], np.float32)


def blocks(*parts: Vectors) -> Iterator[Vectors]:
    yield from parts


def test_new_vectors_come_where_their_passages_are_however_the_blocks_are_cut():
    merged = merge_vectors([Run(None, 2), Run(7, 5), Run(None, 2)], blocks(vectors(1, 2, 3), vectors(), vectors(4)))
    parts = [
        part if isinstance(part, Run) else part[:, 0].tolist() for part in merged if isinstance(part, Run) or len(part)
    ]
    assert parts == [[1.0, 2.0], Run(7, 5), [3.0], [4.0]]


def test_more_vectors_than_new_passages_are_an_error():
    for left in (blocks(vectors(1, 2)), blocks(vectors(1), vectors(2))):
        with pytest.raises(ValueError, match="more vectors than texts"):
            list(merge_vectors([Run(None, 1)], left))


def test_an_embedder_that_fails_at_its_end_fails_the_build():
    def failing() -> Iterator[Vectors]:
        yield vectors(1)
        raise RuntimeError("out of paper")

    with pytest.raises(RuntimeError, match="out of paper"):
        list(merge_vectors([Run(None, 1)], failing()))
