"""Average linkage makes the groups that scikit-learn makes, which is no requirement of the bot."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering

from index.journal._linkage import average_linkage


def test_nothing_makes_no_group_and_one_row_makes_one():
    assert average_linkage(np.eye(0), 0.5) == []
    assert average_linkage(np.eye(1), 0.5) == [[0]]


def test_a_chain_of_neighbours_is_no_group_where_its_ends_are_far_apart():
    """The mean over the pairs counts."""
    angles = np.radians([0, 38, 80, 118])
    assert average_linkage(np.cos(angles[:, None] - angles), 0.7) == [[0, 1], [2, 3]]


def test_groups_are_joined_from_the_limit_on():
    likeness = np.array([[1, 0.5], [0.5, 1]])
    assert average_linkage(likeness, 0.5) == [[0, 1]]
    assert average_linkage(likeness, 0.51) == [[0], [1]]


@pytest.mark.parametrize("least", [0.1, 0.35, 0.6, 0.9])
def test_groups_are_those_of_scikit_learn(least):
    chance = np.random.default_rng(7)
    rows = chance.standard_normal((6, 16))[chance.integers(6, size=60)] + 0.5 * chance.standard_normal((60, 16))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    likeness = rows @ rows.T
    model = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=1 - least
    )
    labels = model.fit_predict(1 - likeness)
    wanted = sorted([row for row in range(60) if labels[row] == label] for label in set(labels))
    assert average_linkage(likeness, least) == wanted
