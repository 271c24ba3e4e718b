"""How many candidates must be ranked, measured against exact search."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from index.domain.ports import Vectors
from index.retrieval._exact import CLOSE
from index.retrieval._flat_file import FlatFile

__all__ = ["NEAREST", "QUERIES", "TARGET", "choose_queries", "fewest_ranked"]

NEAREST = 20
"""Rows that are compared."""

QUERIES = 300

TARGET = 0.98
MARGIN = 0.01
"""The number is picked by one half of the queries to reach so much more, and measured by the other."""

FACTORS = (5.0, 8.0, 12.0, 20.0, 30.0)
"""Candidates ranked for each row that is asked for."""

SHIFT = 1.0
"""How far a row is moved towards the difference of two others where it stands in for a question."""


def choose_queries(flat: FlatFile, given: Sequence[Vectors]) -> tuple[Vectors, int]:
    """Return QUERIES unit vectors to search for, and how many of them were handed in."""
    chance = np.random.default_rng(flat.count)
    chosen = np.concatenate([np.empty((0, flat.dimension), np.float32), *given])
    if len(chosen) > QUERIES:
        chosen = chosen[np.sort(chance.choice(len(chosen), QUERIES, replace=False))]
    missing = QUERIES - len(chosen)
    own, towards, away = (flat.take(chance.integers(flat.count, size=missing)) for _ in range(3))
    moved = own + SHIFT * (towards - away)
    moved /= np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12)
    queries = np.concatenate([chosen, moved]).astype(np.float32)
    return chance.permutation(queries), len(chosen)


def fewest_ranked(
    search: Callable[[Vectors, float], Sequence[float]], queries: Vectors, least: Vectors
) -> tuple[float, float]:
    """Return how many candidates to rank, of FACTORS, and the recall on the half of the queries not picked by.

    Parameters
    ----------
    search
        Returns the cosines of the NEAREST rows that are found for a query with a factor.
    least
        The cosine of the last of the NEAREST rows of each query: whatever is as near is as good.
    """
    half = len(queries) // 2

    def recall(factor: float, part: slice) -> float:
        found = [
            sum(cosine >= last - CLOSE for cosine in search(query, factor))
            for query, last in zip(queries[part], least[part], strict=True)
        ]
        return float(np.mean(found)) / NEAREST

    for factor in FACTORS:
        measured = recall(factor, slice(half, None))
        if measured >= TARGET and recall(factor, slice(half)) >= TARGET + MARGIN:
            break
    return factor, measured
