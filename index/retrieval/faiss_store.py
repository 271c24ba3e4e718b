"""A `VectorStore` on FAISS: exact search by inner product, which is the cosine of unit vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.domain.ports import Vectors

__all__ = ["FaissStore"]


class FaissStore:
    """Flat, exact index of unit vectors; cosines are in -1..1, and 1.0 is the same direction."""

    def __init__(self, dimension: int) -> None:
        self._index: Any = faiss.IndexFlatIP(dimension)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, vectors: Vectors) -> None:
        self._index.add(np.ascontiguousarray(vectors, np.float32))

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        k = min(k, len(self))
        if k == 0:
            return []
        cosines, rows = self._index.search(np.ascontiguousarray(vector, np.float32).reshape(1, -1), k)
        return [(int(row), float(cosine)) for row, cosine in zip(rows[0], cosines[0], strict=True)]

    def rows(self, start: int, stop: int) -> Vectors:
        vectors: Vectors = self._index.reconstruct_n(start, stop - start)
        return vectors

    def save(self, path: Path) -> None:
        with path.open("wb") as stream:  # faiss's own stream loses the last bytes without a word where a disk is full
            faiss.write_index(self._index, faiss.PyCallbackIOWriter(stream.write))  # type: ignore[attr-defined]

    @classmethod
    def load(cls, path: Path) -> FaissStore:
        store = cls.__new__(cls)
        store._index = faiss.read_index(str(path))
        return store
