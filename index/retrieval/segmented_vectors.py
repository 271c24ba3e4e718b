"""One vector store over the stores of several segments."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.domain.ports import Deleted, Vectors, VectorStore
from index.retrieval._exact import kept_rows

__all__ = ["SegmentedVectors"]


class SegmentedVectors:
    """The rows of several stores, each numbered on from its first row.

    Parameters
    ----------
    segments
        The first row of each store, and the store, in the order of rows. Between two there may be rows of no store:
        they are never found, and their vectors are zeros.
    deleted
        Rows that no search finds, besides those that it names itself.
    """

    def __init__(
        self, segments: Sequence[tuple[int, VectorStore]], dimension: int, *, deleted: Deleted | None = None
    ) -> None:
        ends = [first + len(store) for first, store in segments]
        if any(end > first for end, (first, _) in zip(ends, segments[1:], strict=False)):
            raise ValueError("the segments of the vectors overlap")
        self._segments = tuple(segments)
        self._dimension = dimension
        self._count = max(ends, default=0)
        kept_rows(self._count, deleted)
        self._deleted = deleted

    def __len__(self) -> int:
        return self._count

    def search(self, vector: Vectors, k: int, *, deleted: Deleted | None = None) -> list[tuple[int, float]]:
        kept_rows(len(self), deleted)
        if deleted is None or self._deleted is None:
            deleted = self._deleted if deleted is None else deleted
        else:
            deleted = self._deleted | deleted
        found: list[tuple[int, float]] = []
        for first, store in self._segments:
            gone = None if deleted is None else deleted[first : first + len(store)]
            if gone is not None and not gone.any():
                gone = None
            found += [(first + row, cosine) for row, cosine in store.search(vector, k, deleted=gone)]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[: max(0, k)]

    def rows(self, start: int, stop: int) -> Vectors:
        if not 0 <= start <= stop <= len(self):
            raise IndexError(f"there are no rows {start} to {stop}")
        vectors = np.zeros((stop - start, self._dimension), np.float32)
        for first, store in self._segments:
            begin, end = max(start, first), min(stop, first + len(store))
            if begin < end:
                vectors[begin - start : end - start] = store.rows(begin - first, end - first)
        return vectors
