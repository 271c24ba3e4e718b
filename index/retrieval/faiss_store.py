"""Search by FAISS: exact for few rows; of many, approximate search whose candidates are ranked by exact cosines."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.domain.ports import Deleted, Progress, Vectors, VectorWriter
from index.domain.snapshots import VectorSearch
from index.retrieval._codes import FILE, Codes, build_codes, selector_of
from index.retrieval._exact import CLOSE
from index.retrieval._flat_file import VECTORS, FlatFile, flat_writer
from index.retrieval._flat_store import FlatStore
from index.retrieval._recall import NEAREST, TARGET, choose_queries, fewest_ranked
from index.retrieval.vector_search import CODES, FLAT, read_search, write_search

__all__ = ["FaissEngine", "FaissStore"]

MANY_ROWS = 50_000
"""From so many rows on search is approximate; so many take 3 ms to compare one by one."""

SPARE = 16
"""Rows asked for beyond those that are returned, so that a tie at the end is seen."""

MOST_RANKED = 10_000
"""A search that would rank more rows compares all."""

log = logging.getLogger(__name__)


class FaissStore(FlatStore):
    """The rows stay on the disk; with `codes`, a search of at least `many_rows` rows finds candidates by them."""

    def __init__(
        self, file: FlatFile, codes: Codes | None, search: VectorSearch, *, many_rows: int = MANY_ROWS
    ) -> None:
        super().__init__(file)
        self._codes = codes
        self._search = search
        self._many_rows = many_rows
        if codes and file.count >= many_rows:
            file.expect_single_rows()
        reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(file.data), file.size)  # type: ignore[attr-defined]
        self._index: Any = faiss.read_index(reader)

    def _nearest(self, query: Vectors, k: int, kept: int, deleted: Deleted | None) -> list[tuple[int, float]]:
        faiss.omp_set_num_threads(1)  # of this thread alone: its pool would spin between questions
        if self._codes and kept >= self._many_rows:
            found = self._by_codes(self._codes, query, k, self._search.reranked, deleted)
            if found is not None:
                return found
        return self._among_all(query, k, kept, deleted)

    def cosines_by_codes(self, query: Vectors, factor: float) -> list[float]:
        """Return the cosines of the NEAREST rows that are found if so many candidates are ranked."""
        faiss.omp_set_num_threads(1)
        found = self._by_codes(self._codes, query, NEAREST, factor, None) if self._codes else None
        return [cosine for _, cosine in found or []]

    def least_cosines(self, queries: Vectors) -> Vectors:
        """Return the cosine of the last of the NEAREST rows of each query, by comparing all."""
        cosines: Vectors = self._index.search(queries, min(NEAREST, len(self)))[0][:, -1]
        return cosines

    def _by_codes(
        self, codes: Codes, query: Vectors, k: int, factor: float, deleted: Deleted | None
    ) -> list[tuple[int, float]] | None:
        """Return the best k of the rows whose codes are nearest; None if too many would have to be ranked."""
        wanted = math.ceil(k * factor) + SPARE
        count = wanted
        while count <= min(MOST_RANKED, len(self)):
            scores, rows = codes.search(query, count)
            if deleted is not None:
                kept = ~deleted[rows]
                scores, rows = scores[kept], rows[kept]
            if len(rows) >= min(wanted, count):
                found = self._best_of(query, rows, len(rows))
                last = set(rows[scores <= scores[-1] + CLOSE].tolist())
                if not any(row in last for row, cosine in found if cosine >= found[k - 1][1] - CLOSE):
                    return found[:k]
            count *= 4  # many are deleted, or more rows tie with the last one
        return None

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
        return self._best_of(query, found, k)


class FaissEngine:
    """Writes and opens stores; one of at least `many_rows` rows has codes, if they find what exact search finds."""

    def __init__(self, *, many_rows: int = MANY_ROWS) -> None:
        self._many_rows = many_rows

    @contextmanager
    def writer(self, folder: Path, dimension: int, *, progress: Progress | None = None) -> Iterator[VectorWriter]:
        with flat_writer(folder / VECTORS, dimension) as writer:
            yield writer
        search = VectorSearch(FLAT, writer.count)
        if writer.count >= max(1, self._many_rows):
            search = _write_codes(folder, writer.queries, progress)
        write_search(folder, search)

    def open(self, folder: Path) -> FaissStore:
        file = FlatFile(folder / VECTORS)
        search = read_search(folder) or VectorSearch(FLAT, file.count)
        if search.rows != file.count:
            raise ValueError("it does not say how these vectors are searched")
        codes = None
        if search.kind == CODES:
            codes = Codes(folder / FILE, rows=file.count, dimension=file.dimension)
        return FaissStore(file, codes, search, many_rows=self._many_rows)


def _write_codes(folder: Path, queries: Sequence[Vectors], progress: Progress | None) -> VectorSearch:
    """Write the codes of a folder's vectors, and return how they are searched; keep none that find too little."""
    file = FlatFile(folder / VECTORS)
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    build_codes(folder / FILE, file, progress)
    codes = Codes(folder / FILE, rows=file.count, dimension=file.dimension)
    sample, given = choose_queries(file, queries)
    store = FaissStore(file, codes, VectorSearch(CODES, file.count))
    reranked, recall = fewest_ranked(store.cosines_by_codes, sample, store.least_cosines(sample))
    if recall < TARGET:
        log.warning("Vector search stays exact: by codes its recall is %.3f only", recall)
        del store, codes  # Windows removes no file that is mapped
        (folder / FILE).unlink()
        return VectorSearch(FLAT, file.count)
    log.info("Vector search ranks %g candidates for each row: its recall is %.3f", reranked, recall)
    return VectorSearch(CODES, file.count, recall=recall, queries=len(sample), given=given, reranked=reranked)
