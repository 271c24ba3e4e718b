"""How many lists must be searched, measured against exact search."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from index.domain.ports import Vectors
from index.retrieval._exact import CLOSE
from index.retrieval._flat_file import FlatFile

__all__ = ["NEAREST", "QUERIES", "TARGET", "choose_queries", "fewest_probes"]

NEAREST = 20
"""Rows that are compared."""

QUERIES = 500

TARGET = 0.98
MARGIN = 0.005
"""The parameters are picked by one half of the queries to reach so much more, and measured by the other."""

SHIFT = 0.6
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


def fewest_probes(
    most: int, search: Callable[[Vectors, int], Sequence[float]], queries: Vectors, least: Vectors
) -> tuple[int, float]:
    """Return how many lists to search, at most `most`, and the recall on the half of the queries not picked by.

    Parameters
    ----------
    search
        Returns the cosines of the NEAREST rows that are found for a query in so many lists.
    least
        The cosine of the last of the NEAREST rows of each query: whatever is as near is as good.
    """
    half = len(queries) // 2

    def recall(probes: int, part: slice) -> float:
        found = [
            sum(cosine >= last - CLOSE for cosine in search(query, probes))
            for query, last in zip(queries[part], least[part], strict=True)
        ]
        return float(np.mean(found)) / NEAREST

    probes = 1
    while True:
        measured = recall(probes, slice(half, None))
        if probes >= most or (measured >= TARGET and recall(probes, slice(half)) >= TARGET + MARGIN):
            return probes, measured
        probes = min(most, max(probes + 1, probes * 5 // 4))
