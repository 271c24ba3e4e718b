"""From the vectors of a text's tokens to those of its spans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from index.domain.ports import Vectors
from index.embedding.vectors import l2_normalize

__all__ = ["pool_spans", "split_ranges"]

OVERLAP = 64
"""Tokens that a piece of a long text has in common with the one before, as context."""


def pool_spans(
    tokens: Vectors, characters: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]], whole: Vectors
) -> Vectors:
    """Return for each span the unit mean of its tokens, or `whole` if it has none.

    `characters` are where each token begins and ends, in ascending order.

    Notes
    -----
    Late chunking: Günther et al. 2024, arXiv 2409.04701.
    """
    places: NDArray[np.int64] = np.asarray(characters, np.int64).reshape(-1, 2)
    means = []
    for begin, end in spans:
        first = int(np.searchsorted(places[:, 1], begin, "right"))
        stop = int(np.searchsorted(places[:, 0], end, "left"))
        means.append(tokens[first:stop].mean(axis=0) if first < stop else whole)
    return l2_normalize(np.stack(means)) if means else np.zeros((0, len(whole)), np.float32)


def split_ranges(count: int, limit: int) -> Iterator[tuple[int, int, int]]:
    """Yield ranges of at most `limit` that cover `count` tokens, as (begin, first, end).

    The tokens from `begin` to `first` were in the range before, where they had more context.
    """
    overlap = min(OVERLAP, limit // 2)
    begin = first = 0
    while True:
        end = min(begin + limit, count)
        yield begin, first, end
        if end == count:
            return
        begin, first = end - overlap, end
