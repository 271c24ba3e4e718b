"""The file of vectors: FAISS's format of a flat index by inner product, which FAISS and NumPy both read."""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from index.domain.ports import Vectors

__all__ = ["VECTORS", "FlatFile", "FlatWriter", "flat_writer"]

VECTORS = "vectors.faiss"

HEADER = struct.Struct("<4siqqqBiQ")
"""Kind, dimension, rows, two unused numbers, trained, metric, how many numbers follow."""
KIND, UNUSED, INNER_PRODUCT = b"IxFI", 1 << 20, 0
NUMBER = 4
"""Bytes of a float32."""


class FlatWriter:
    """Appends rows to a file of vectors; they are numbered from 0 in the order added."""

    def __init__(self, stream: IO[bytes], dimension: int) -> None:
        self._stream = stream
        self.dimension = dimension
        self.count = 0
        self.queries: list[Vectors] = []
        stream.write(bytes(HEADER.size))

    def add(self, vectors: Vectors) -> None:
        block = self._block(vectors)
        self._stream.write(block.tobytes())
        self.count += len(block)

    def add_queries(self, vectors: Vectors) -> None:
        self.queries.append(self._block(vectors))

    def finish(self) -> None:
        """Write the header, without which the file is not readable."""
        numbers = self.count * self.dimension
        self._stream.seek(0)
        self._stream.write(HEADER.pack(KIND, self.dimension, self.count, UNUSED, UNUSED, 1, INNER_PRODUCT, numbers))

    def _block(self, vectors: Vectors) -> Vectors:
        block = np.ascontiguousarray(vectors, "<f4")
        if block.ndim != 2 or block.shape[1] != self.dimension:
            raise ValueError(f"vectors of shape {block.shape} do not fit rows of {self.dimension} numbers")
        return block


@contextmanager
def flat_writer(path: Path, dimension: int) -> Iterator[FlatWriter]:
    """Yield what writes a file of vectors row by row, and finish the file. Raises OSError for whatever byte is lost."""
    with path.open("wb") as stream:
        writer = FlatWriter(stream, dimension)
        yield writer
        writer.finish()


class FlatFile:
    """A file of vectors, mapped into memory: opening reads its header, and rows are read when they are used.

    It stays readable after its name is gone.

    Raises
    ------
    ValueError
        It is no file of a flat index by inner product, or not of the length that its header says.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            self.size = os.fstat(stream.fileno()).st_size
            header = stream.read(HEADER.size)
            if len(header) < HEADER.size:
                raise ValueError("it ends in its header")
            self.dimension: int
            self.count: int
            kind, self.dimension, self.count, _, _, trained, metric, numbers = HEADER.unpack(header)
            fits = self.dimension > 0 and self.count >= 0 and numbers == self.dimension * self.count
            if (kind, trained, metric) != (KIND, 1, INNER_PRODUCT) or not fits:
                raise ValueError("it holds no flat index by inner product")
            if self.size != HEADER.size + NUMBER * numbers:
                raise ValueError("it is not as long as its header says")
            self._map = mmap.mmap(stream.fileno(), self.size, access=mmap.ACCESS_READ)
        self.data: NDArray[np.uint8] = np.frombuffer(self._map, np.uint8)
        self._bytes = self.data[HEADER.size :].reshape(self.count, NUMBER * self.dimension)
        self._single_rows = False

    def expect_single_rows(self) -> None:
        """Expect single rows to be taken: those around them are not read, and none stays in this process's memory.

        What was read stays in the system's cache, which other programs may have when they need it.
        """
        if hasattr(mmap, "MADV_RANDOM"):  # Windows knows no such advice
            self._map.madvise(mmap.MADV_RANDOM)
            self._single_rows = True

    def check(self) -> None:
        """Raise ValueError if the file was cut since it was opened: reading what is gone would end the process."""
        if self._map.size() < self.size:
            raise ValueError("it was cut while it was open")

    def rows(self, start: int, stop: int) -> Vectors:
        """Return rows `start` to `stop` (exclusive), read from the disk; IndexError if there are no such rows."""
        if not 0 <= start <= stop <= self.count:
            raise IndexError(f"there are no rows {start} to {stop}")
        self.check()
        return self._bytes[start:stop].copy().view("<f4").astype(np.float32, copy=False)

    def take(self, rows: NDArray[np.int64]) -> Vectors:
        """Return some rows, read from the disk, in the order asked for; IndexError if there is no such row."""
        if len(rows) and not (rows.min() >= 0 and rows.max() < self.count):
            raise IndexError("there is no such row")
        self.check()
        taken = self._bytes[rows].view("<f4").astype(np.float32, copy=False)
        if self._single_rows:
            self._map.madvise(mmap.MADV_DONTNEED)
        return taken
