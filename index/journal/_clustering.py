"""Clustering of questions that mean much the same, by their vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.domain.ports import Vectors

__all__ = ["LEAST_COSINE", "cluster"]

LEAST_COSINE = 0.35
"""The mean cosine of two groups' questions from which on they are one theme.

Of the values at which the development questions of tests/data/themes.jsonl make no mixed group it joins most of them:
rather two groups of one theme than one of two."""


def cluster(vectors: Sequence[Vectors], *, least_cosine: float = LEAST_COSINE) -> list[list[int]]:
    """Group unit vectors by average linkage.

    Parameters
    ----------
    vectors
        Unit vectors, each of shape (dimension,).
    least_cosine
        Groups are joined as long as the mean cosine between their members is at least this.

    Returns
    -------
    list of list of int
        The groups' rows in order, the groups by their first row; every row is in one group.
    """
    if len(vectors) < 2:
        return [[row] for row in range(len(vectors))]
    from sklearn.cluster import AgglomerativeClustering  # takes a second to import, and only moderators need it

    model = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=1 - least_cosine
    )
    groups: dict[int, list[int]] = {}
    for row, label in enumerate(model.fit_predict(np.asarray(np.stack(list(vectors)), np.float64))):
        groups.setdefault(int(label), []).append(row)
    return list(groups.values())
