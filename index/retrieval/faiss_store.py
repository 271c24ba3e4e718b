"""Search by FAISS: exact for few rows; of many, approximate search whose candidates are ranked by exact cosines."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.domain.ports import Deleted, Progress, Vectors, VectorWriter
from index.domain.snapshots import VectorSearch
from index.retrieval._exact import CLOSE, best_of, kept_rows, query_of
from index.retrieval._flat_file import VECTORS, FlatFile, flat_writer
from index.retrieval._inverted_lists import FILE, InvertedLists, build_lists, selector_of
from index.retrieval._recall import NEAREST, TARGET, choose_queries, fewest_probes
from index.retrieval.vector_search import FLAT, LISTS, read_search, write_search

__all__ = ["FaissEngine", "FaissStore"]

MANY_ROWS = 50_000
"""From so many rows on search is approximate; so many take 3 ms to compare one by one."""

SPARE = 16
"""Rows asked for beyond those that are returned, so that a tie at the end is seen."""

RERANKED = 2.0
"""Rows ranked by exact cosines, of each that is asked for."""

MOST_RANKED = 10_000
"""A search that would rank more rows compares all."""

MOST_PROBED = 0.25
"""Share of the lists; search of more is hardly faster than exact search."""

log = logging.getLogger(__name__)


class FaissStore:
    """The rows of a flat file, which stay on the disk; cosines are in -1..1, and 1.0 is the same direction.

    With `lists`, a search of at least `many_rows` rows looks into those only that are nearest.
    """

    def __init__(
        self, file: FlatFile, lists: InvertedLists | None, search: VectorSearch, *, many_rows: int = MANY_ROWS
    ) -> None:
        self._file = file
        self._lists = lists
        self._search = search
        self._many_rows = many_rows
        reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(file.data), file.size)  # type: ignore[attr-defined]
        self._index: Any = faiss.read_index(reader)

    def __len__(self) -> int:
        return self._file.count

    def search(self, vector: Vectors, k: int, *, deleted: Deleted | None = None) -> list[tuple[int, float]]:
        query = query_of(vector, self._file.dimension)
        kept = kept_rows(len(self), deleted)
        k = min(k, kept)
        if k <= 0:
            return []
        self._file.check()
        faiss.omp_set_num_threads(1)  # of this thread alone: its pool would spin between questions
        reranked = math.ceil(k * self._search.reranked) + SPARE
        if self._lists and kept >= self._many_rows and reranked <= MOST_RANKED:
            probes = min(self._search.lists, math.ceil(self._search.probes * len(self) / kept))
            found = self._in_lists(self._lists, query, k, reranked, probes, deleted)
            if len(found) == k:
                return found
        return self._among_all(query, k, kept, deleted)

    def rows(self, start: int, stop: int) -> Vectors:
        return self._file.rows(start, stop)

    def cosines_in_lists(self, query: Vectors, probes: int) -> list[float]:
        """Return the cosines of the NEAREST rows that so many lists hold."""
        if self._lists is None:
            raise ValueError("there are no lists")
        faiss.omp_set_num_threads(1)
        reranked = math.ceil(NEAREST * self._search.reranked) + SPARE
        return [cosine for _, cosine in self._in_lists(self._lists, query, NEAREST, reranked, probes, None)]

    def least_cosines(self, queries: Vectors) -> Vectors:
        """Return the cosine of the last of the NEAREST rows of each query, by comparing all."""
        cosines: Vectors = self._index.search(queries, min(NEAREST, len(self)))[0][:, -1]
        return cosines

    def _in_lists(
        self, lists: InvertedLists, query: Vectors, k: int, reranked: int, probes: int, deleted: Deleted | None
    ) -> list[tuple[int, float]]:
        """Return the best k rows of some lists, or fewer if they hold fewer."""
        scores, rows = lists.search(query, reranked, probes, deleted)
        found = best_of(query, rows, self._file.take, len(rows))
        if len(rows) == reranked:
            last = set(rows[scores <= scores[-1] + CLOSE].tolist())
            if len(found) > k and any(row in last for row, cosine in found if cosine >= found[k - 1][1] - CLOSE):
                rows = lists.at_least(query, float(scores[-1] - CLOSE), probes, deleted)
                found = best_of(query, rows, self._file.take, k)
        return found[:k]

    def _among_all(self, query: Vectors, k: int, kept: int, deleted: Deleted | None) -> list[tuple[int, float]]:
        """Return the best k rows by comparing all."""
        selector = selector_of(len(self), deleted)
        options = {"params": faiss.SearchParameters(sel=selector)} if selector else {}  # type: ignore[call-arg]
        many = min(k + SPARE, kept)
        cosines, rows = self._index.search(query[np.newaxis], many, **options)
        found = rows[0]
        least = cosines[0, k - 1] - CLOSE
        if many < kept and cosines[0, -1] >= least:
            found = self._index.range_search(query[np.newaxis], float(least), **options)[2]
        return best_of(query, found, self._file.take, k)


class FaissEngine:
    """Writes and opens stores; one of at least `many_rows` rows has lists, if they find what exact search finds."""

    def __init__(self, *, many_rows: int = MANY_ROWS) -> None:
        self._many_rows = many_rows

    @contextmanager
    def writer(self, folder: Path, dimension: int, *, progress: Progress | None = None) -> Iterator[VectorWriter]:
        with flat_writer(folder / VECTORS, dimension) as writer:
            yield writer
        search = VectorSearch(FLAT, writer.count)
        if writer.count >= max(1, self._many_rows):
            search = _write_lists(folder, writer.queries, progress)
        write_search(folder, search)

    def open(self, folder: Path) -> FaissStore:
        file = FlatFile(folder / VECTORS)
        search = read_search(folder) or VectorSearch(FLAT, file.count)
        if search.rows != file.count:
            raise ValueError("it does not say how these vectors are searched")
        lists = None
        if search.kind == LISTS:
            lists = InvertedLists(folder / FILE, rows=file.count, dimension=file.dimension, lists=search.lists)
        return FaissStore(file, lists, search, many_rows=self._many_rows)


def _write_lists(folder: Path, queries: Sequence[Vectors], progress: Progress | None) -> VectorSearch:
    """Write the lists of a folder's vectors, and return how they are searched; keep none that find too little."""
    file = FlatFile(folder / VECTORS)
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    count = build_lists(folder / FILE, file, progress)
    lists = InvertedLists(folder / FILE, rows=file.count, dimension=file.dimension, lists=count)
    search = VectorSearch(LISTS, file.count, lists=count, probes=1, reranked=RERANKED)
    sample, given = choose_queries(file, queries)
    store = FaissStore(file, lists, search)
    probes, recall = fewest_probes(
        math.ceil(count * MOST_PROBED), store.cosines_in_lists, sample, store.least_cosines(sample)
    )
    if recall < TARGET:
        log.warning("Vector search stays exact: in %d of %d lists its recall is %.3f only", probes, count, recall)
        del store, lists  # Windows removes no file that is mapped
        (folder / FILE).unlink()
        return VectorSearch(FLAT, file.count)
    log.info("Vector search looks into %d of %d lists: its recall is %.3f", probes, count, recall)
    return replace(search, probes=probes, recall=recall, queries=len(sample), given=given)
