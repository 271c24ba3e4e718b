"""Search by FAISS: exact, by inner product, which is the cosine of unit vectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.domain.ports import Deleted, Progress, Vectors, VectorWriter
from index.retrieval._exact import CLOSE, best_of, kept_rows, query_of
from index.retrieval._flat_file import VECTORS, FlatFile, flat_writer

__all__ = ["FaissEngine", "FaissStore"]

SPARE = 16
"""Rows asked for beyond k, so that a tie at the end is seen."""


class FaissStore:
    """The rows of a flat file, which stay on the disk; cosines are in -1..1, and 1.0 is the same direction."""

    def __init__(self, file: FlatFile) -> None:
        self._file = file
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
        options: dict[str, Any] = {}
        if kept < len(self) and deleted is not None:
            bits = np.packbits(~deleted, bitorder="little")
            selector = faiss.IDSelectorBitmap(len(self), faiss.swig_ptr(bits))
            options = {"params": faiss.SearchParameters(sel=selector)}  # type: ignore[call-arg]
        many = min(k + SPARE, kept)
        cosines, rows = self._index.search(query[np.newaxis], many, **options)
        found = rows[0]
        least = cosines[0, k - 1] - CLOSE
        if many < kept and cosines[0, -1] >= least:
            found = self._index.range_search(query[np.newaxis], float(least), **options)[2]
        return best_of(query, found, self._file.take, k)

    def rows(self, start: int, stop: int) -> Vectors:
        return self._file.rows(start, stop)


class FaissEngine:
    """Writes and opens flat files."""

    @contextmanager
    def writer(self, folder: Path, dimension: int, *, progress: Progress | None = None) -> Iterator[VectorWriter]:
        with flat_writer(folder / VECTORS, dimension) as writer:
            yield writer

    def open(self, folder: Path) -> FaissStore:
        return FaissStore(FlatFile(folder / VECTORS))
