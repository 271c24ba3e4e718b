"""Questions that mean much the same are one group; the distance for that was chosen on questions of their own."""

from __future__ import annotations

import json
import math
from collections import Counter

import numpy as np
import pytest

from index.journal._clustering import cluster
from tests.support.paths import DATA

THEMES = [json.loads(line) for line in (DATA / "themes.jsonl").read_text("utf-8").splitlines()]


def at(*degrees):
    """Unit vectors in the plane, at these angles."""
    return [np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))], np.float32) for angle in degrees]


def test_nothing_makes_no_group_and_one_row_makes_one():
    assert cluster([]) == []
    assert cluster(at(30)) == [[0]]


def test_near_rows_are_one_group_and_groups_come_by_their_first_row():
    assert cluster(at(0, 90, 5, 95, 180), least_cosine=0.9) == [[0, 2], [1, 3], [4]]


def test_groups_are_joined_from_the_limit_on():
    assert cluster(at(0, 60), least_cosine=0.49) == [[0, 1]]
    assert cluster(at(0, 60), least_cosine=0.51) == [[0], [1]]


def test_a_chain_of_neighbours_is_no_group_where_its_ends_are_far_apart():
    """From one to the next it is about 40 degrees, a cosine of 0.74 and more; the mean over the pairs counts."""
    assert cluster(at(0, 38, 80, 118), least_cosine=0.7) == [[0, 1], [2, 3]]


@pytest.mark.parametrize(("part", "agreement"), [("dev", 0.4), ("held", 0.75)])
def test_real_questions_make_no_mixed_theme_and_few_split_ones(part, agreement, real_embedder):
    """The limit was chosen on the first part alone; agreement is the adjusted Rand index, 1.0 the same groups."""
    from sklearn.metrics import adjusted_rand_score

    rows = [row for row in THEMES if row["set"] == part]
    groups = cluster([real_embedder.question(row["question"]) for row in rows])
    themes = [[rows[row]["theme"] for row in group] for group in groups]
    assert sum(max(Counter(theme).values()) for theme in themes) == len(rows) == 20
    place = {row: number for number, group in enumerate(groups) for row in group}
    assert adjusted_rand_score([row["theme"] for row in rows], [place[row] for row in range(20)]) >= agreement
