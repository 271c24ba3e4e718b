"""Hybrid retrieval: passages by dense and keyword search, fused by reciprocal rank, and the windows that hold them."""

from __future__ import annotations

from collections.abc import Sequence

from index.domain.errors import Damaged
from index.domain.messages import REBUILD, with_fix
from index.domain.ports import Vectors
from index.domain.reading import Window
from index.retrieval.search_index import SearchIndex
from index.text.tokens import content_stems

__all__ = ["FEW_WINDOWS", "Retriever", "fuse"]

RANK_OFFSET = 10
"""The k of reciprocal rank fusion, smaller than the usual 60 since the lists are short."""

FEW_WINDOWS = 12
"""An index of at most so many windows is read whole."""


class Retriever:
    """Finds the windows of a search index that are worth reading.

    `candidates` is how many passages each of the two searches contributes, `windows` how many windows are returned.
    """

    def __init__(self, *, candidates: int = 50, windows: int = 5) -> None:
        self._candidates = candidates
        self._windows = windows

    def retrieve(self, search_index: SearchIndex, question: str, vector: Vectors) -> list[Window]:
        """Return windows, best first: `windows` of them, or all of an index with few."""
        most = len(search_index.windows) if len(search_index.windows) <= FEW_WINDOWS else self._windows
        places: dict[int, None] = {}
        for row in self.rows(search_index, question, vector):
            places |= dict.fromkeys(search_index.windows_of(row))
            if len(places) >= most:
                break
        if most == len(search_index.windows):
            places |= dict.fromkeys(range(most))
        return [search_index.windows[place] for place in list(places)[:most]]

    def rows(self, search_index: SearchIndex, question: str, vector: Vectors) -> list[int]:
        """Return the rows of passages, best first. Raises Damaged if a file of the engines is not as it was written."""
        try:
            dense = search_index.vectors.search(vector, self._candidates)
            keyword = search_index.keyword.search(content_stems(question), self._candidates)
        except ValueError as error:
            fault = with_fix(REBUILD, "The files of snapshot {id} are damaged", id=search_index.id)
            raise Damaged(fault, log_detail=str(error)) from error
        return fuse([row for row, _ in dense], [row for row, _ in keyword])


def fuse(*rankings: Sequence[int]) -> list[int]:
    """Fuse rankings by reciprocal rank: rows by the sum of 1 / (RANK_OFFSET + rank), best first, ties by row.

    Notes
    -----
    Cormack, Clarke and Büttcher 2009, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
    methods". The sum only orders: it means nothing by itself and is never compared with a threshold.
    """
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking):
            fused[row] = fused.get(row, 0.0) + 1 / (RANK_OFFSET + rank)
    return sorted(fused, key=lambda row: (-fused[row], row))
