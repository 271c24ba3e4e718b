"""Exact search by inner product in NumPy, where FAISS is not installed; it reads and writes FAISS's flat file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index.domain.ports import Deleted, Progress, Vectors, VectorWriter
from index.domain.snapshots import VectorSearch
from index.retrieval._exact import CLOSE
from index.retrieval._flat_file import VECTORS, FlatFile, flat_writer
from index.retrieval._flat_store import FlatStore
from index.retrieval.vector_search import FLAT, write_search

__all__ = ["NumpyEngine", "NumpyStore"]

BLOCK = 4_096
"""Rows compared at a time."""


class NumpyStore(FlatStore):
    """Compares all rows, in blocks."""

    def _nearest(self, query: Vectors, k: int, kept: int, deleted: Deleted | None) -> list[tuple[int, float]]:
        cosines = np.empty(len(self), np.float32)
        for start in range(0, len(self), BLOCK):
            stop = min(start + BLOCK, len(self))
            cosines[start:stop] = self._file.rows(start, stop) @ query
        if deleted is not None:
            cosines[deleted] = -np.inf
        least = np.partition(cosines, len(cosines) - k)[len(cosines) - k]
        return self._best_of(query, np.flatnonzero(cosines >= least - CLOSE), k)


class NumpyEngine:
    """Writes and opens flat files."""

    @contextmanager
    def writer(self, folder: Path, dimension: int, *, progress: Progress | None = None) -> Iterator[VectorWriter]:
        with flat_writer(folder / VECTORS, dimension) as writer:
            yield writer
        write_search(folder, VectorSearch(FLAT, writer.count))

    def open(self, folder: Path) -> NumpyStore:
        return NumpyStore(FlatFile(folder / VECTORS))
