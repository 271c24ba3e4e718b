"""Exact search by inner product in NumPy, where FAISS is not installed; it reads and writes FAISS's flat file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index.domain.ports import Deleted, Progress, Vectors, VectorWriter
from index.domain.snapshots import VectorSearch
from index.retrieval._exact import CLOSE, best_of, kept_rows, query_of
from index.retrieval._flat_file import VECTORS, FlatFile, flat_writer
from index.retrieval.vector_search import FLAT, write_search

__all__ = ["NumpyEngine", "NumpyStore"]

BLOCK = 4_096
"""Rows compared at a time."""


class NumpyStore:
    """The rows of a flat file, compared in blocks; cosines are in -1..1, and 1.0 is the same direction."""

    def __init__(self, file: FlatFile) -> None:
        self._file = file

    def __len__(self) -> int:
        return self._file.count

    def search(self, vector: Vectors, k: int, *, deleted: Deleted | None = None) -> list[tuple[int, float]]:
        query = query_of(vector, self._file.dimension)
        k = min(k, kept_rows(len(self), deleted))
        if k <= 0:
            return []
        cosines = np.empty(len(self), np.float32)
        for start in range(0, len(self), BLOCK):
            stop = min(start + BLOCK, len(self))
            cosines[start:stop] = self._file.rows(start, stop) @ query
        if deleted is not None:
            cosines[deleted] = -np.inf
        least = np.partition(cosines, len(cosines) - k)[len(cosines) - k]
        return best_of(query, np.flatnonzero(cosines >= least - CLOSE), self._file.take, k)

    def rows(self, start: int, stop: int) -> Vectors:
        return self._file.rows(start, stop)


class NumpyEngine:
    """Writes and opens flat files."""

    @contextmanager
    def writer(self, folder: Path, dimension: int, *, progress: Progress | None = None) -> Iterator[VectorWriter]:
        with flat_writer(folder / VECTORS, dimension) as writer:
            yield writer
        write_search(folder, VectorSearch(FLAT, writer.count))

    def open(self, folder: Path) -> NumpyStore:
        return NumpyStore(FlatFile(folder / VECTORS))
