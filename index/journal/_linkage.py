"""Average linkage: groups of rows by the mean likeness of their members."""

from __future__ import annotations

import numpy as np

__all__ = ["average_linkage"]


def average_linkage(likeness: np.ndarray, least: float) -> list[list[int]]:
    """Return the rows in groups, joined as long as the mean likeness of two groups' members is at least this."""
    rows = len(likeness)
    groups = [[row] for row in range(rows)]
    sums = np.array(likeness, np.float64)  # of the likeness of two groups' members
    sizes = np.ones(rows)
    means = sums.copy()  # -inf for a group that was joined, and for a group with itself
    np.fill_diagonal(means, -np.inf)
    for _ in range(rows - 1):
        kept, joined = sorted(map(int, np.unravel_index(np.argmax(means), means.shape)))
        if means[kept, joined] < least:
            break
        groups[kept] += groups[joined]
        groups[joined] = []
        sizes[kept] += sizes[joined]
        sums[kept] += sums[joined]
        sums[:, kept] = sums[kept]
        mean = sums[kept] / (sizes[kept] * sizes)
        mean[~np.isfinite(means[kept])] = -np.inf
        means[kept] = means[:, kept] = mean
        means[joined] = means[:, joined] = -np.inf
    return [sorted(group) for group in groups if group]
