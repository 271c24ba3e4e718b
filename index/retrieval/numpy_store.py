"""Exact search by inner product in NumPy, where FAISS is not installed; it reads and writes FAISS's files."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from index.domain.ports import Vectors

__all__ = ["NumpyStore"]

HEADER = struct.Struct("<4siqqqBiQ")
"""Of a file of FAISS's IndexFlatIP: kind, dimension, rows, two unused numbers, trained, metric, numbers that follow."""
KIND, UNUSED, INNER_PRODUCT = b"IxFI", 1 << 20, 0


class NumpyStore:
    """Flat, exact index of unit vectors; cosines are in -1..1, and 1.0 is the same direction."""

    def __init__(self, dimension: int) -> None:
        self._vectors: Vectors = np.empty((0, dimension), np.float32)

    def __len__(self) -> int:
        return len(self._vectors)

    def add(self, vectors: Vectors) -> None:
        self._vectors = np.concatenate([self._vectors, np.asarray(vectors, np.float32)])

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        k = min(k, len(self))
        if k == 0:
            return []
        cosines = self._vectors @ np.asarray(vector, np.float32).reshape(-1)
        best = np.argpartition(-cosines, k - 1)[:k]
        return [(int(row), float(cosines[row])) for row in best[np.lexsort((best, -cosines[best]))]]

    def rows(self, start: int, stop: int) -> Vectors:
        return self._vectors[start:stop].copy()

    def save(self, path: Path) -> None:
        rows, dimension = self._vectors.shape
        with path.open("wb") as stream:
            stream.write(HEADER.pack(KIND, dimension, rows, UNUSED, UNUSED, 1, INNER_PRODUCT, self._vectors.size))
            stream.write(self._vectors.astype("<f4").tobytes())

    @classmethod
    def load(cls, path: Path) -> NumpyStore:
        """Return the vectors of a file.

        Raises
        ------
        ValueError
            It is no file of a flat index by inner product.
        """
        data = path.read_bytes()
        if len(data) < HEADER.size:
            raise ValueError("it ends in its header")
        kind, dimension, rows, _, _, _, metric, size = HEADER.unpack_from(data)
        if (kind, metric, size) != (KIND, INNER_PRODUCT, dimension * rows) or len(data) != HEADER.size + 4 * size:
            raise ValueError("it holds no flat index by inner product")
        store = cls(dimension)
        store._vectors = np.frombuffer(data, "<f4", offset=HEADER.size).astype(np.float32).reshape(rows, dimension)
        return store
