"""Exact cosines of the rows that a search may return."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from index.domain.ports import Deleted, Vectors

__all__ = ["CLOSE", "best_of", "kept_rows", "query_of"]

CLOSE = 1e-5
"""Cosines by different arithmetic of one vector differ by less."""

BLOCK = 4_096
"""Rows read at a time."""


def query_of(vector: Vectors, dimension: int) -> Vectors:
    """Return a vector that is searched for as one row of float32; ValueError if it is of another dimension."""
    query = np.ascontiguousarray(vector, np.float32).reshape(-1)
    if len(query) != dimension:
        raise ValueError(f"a vector of {len(query)} numbers is not of {dimension}")
    return query


def kept_rows(count: int, deleted: Deleted | None) -> int:
    """Return how many rows are not deleted; ValueError if `deleted` is not of `count` rows."""
    if deleted is None:
        return count
    if deleted.shape != (count,):
        raise ValueError(f"deleted rows of shape {deleted.shape} are not of {count} rows")
    return count - int(np.count_nonzero(deleted))


def best_of(
    query: Vectors, rows: NDArray[np.int64], take: Callable[[NDArray[np.int64]], Vectors], k: int
) -> list[tuple[int, float]]:
    """Return the k best of some rows as (row, cosine), best first and ties by row.

    Sums are of float64, so that equal vectors have equal cosines wherever they are.
    """
    rows = np.sort(rows)
    cosines = np.empty(len(rows), np.float32)
    double = query.astype(np.float64)
    for start in range(0, len(rows), BLOCK):
        part = rows[start : start + BLOCK]
        cosines[start : start + len(part)] = take(part).astype(np.float64) @ double
    order = np.argsort(-cosines, kind="stable")[:k]
    return [(int(rows[place]), float(cosines[place])) for place in order]
