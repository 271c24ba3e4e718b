"""Texts that mean much the same, in groups, by their vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.domain.ports import Vectors

__all__ = ["NEAR", "clustered"]

NEAR = 0.35
"""The mean cosine of two groups' questions from which on they are one theme.

Of the values at which the development questions of tests/data/themes.jsonl make no mixed group it joins most of them:
rather two groups of one theme than one of two."""


def clustered(vectors: Sequence[Vectors], *, near: float = NEAR) -> list[list[int]]:
    """Rows of unit vectors, each of shape (dimension,), grouped; every row is in one group.

    The two groups that are nearest are joined as long as the mean cosine between their members is at least `near`;
    of equals, those whose rows come first. A group's rows are in order, the groups by their first row. Meant for up
    to 1,000 rows: time grows with the cube of their number.
    """
    if len(vectors) == 0:
        return []
    rows = np.asarray(np.stack(list(vectors)), np.float64)
    groups = {row: [row] for row in range(len(rows))}
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -np.inf)
    while len(groups) > 1:
        one, other = sorted(divmod(int(cosines.argmax()), len(rows)))
        if cosines[one, other] < near:
            break
        share = len(groups[one]) / (len(groups[one]) + len(groups[other]))
        cosines[one] = cosines[:, one] = share * cosines[one] + (1 - share) * cosines[other]
        cosines[one, one] = cosines[other] = cosines[:, other] = -np.inf
        groups[one] += groups.pop(other)
    return [sorted(groups[row]) for row in sorted(groups)]
