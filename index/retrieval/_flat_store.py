"""What stores of vectors share whose rows are in a flat file, whatever finds them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.domain.ports import Deleted, Vectors
from index.retrieval._exact import best_of, kept_rows, query_of
from index.retrieval._flat_file import FlatFile, FlatWriter

__all__ = ["BatchWriter", "FlatStore"]


class FlatStore(ABC):
    """The rows of a file of vectors; cosines are in -1..1, exact, and 1.0 is the same direction."""

    def __init__(self, file: FlatFile) -> None:
        self._file = file

    def __len__(self) -> int:
        return self._file.count

    def rows(self, start: int, stop: int) -> Vectors:
        return self._file.rows(start, stop)

    def search(self, vector: Vectors, k: int, *, deleted: Deleted | None = None) -> list[tuple[int, float]]:
        query = query_of(vector, self._file.dimension)
        kept = kept_rows(len(self), deleted)
        k = min(k, kept)
        if k <= 0:
            return []
        self._file.check()
        return self._nearest(query, k, kept, deleted)

    @abstractmethod
    def _nearest(self, query: Vectors, k: int, kept: int, deleted: Deleted | None) -> list[tuple[int, float]]:
        """Return the best k of the `kept` rows that are not deleted, where 0 < k <= kept."""

    def _best_of(self, query: Vectors, rows: Sequence[int] | NDArray[np.int64], k: int) -> list[tuple[int, float]]:
        """Return the best k of some rows by cosines from the file, best first and ties by row."""
        return best_of(query, np.asarray(rows, np.int64), self._file.take, k)


class BatchWriter(ABC):
    """Writes rows to a file of vectors at once, and to a search database in batches."""

    def __init__(self, file: FlatWriter, batch: int) -> None:
        self._file = file
        self._batch = batch
        self._waiting: list[Vectors] = []
        self._sent = 0

    def add(self, vectors: Vectors) -> None:
        self._file.add(vectors)
        self._waiting.append(np.asarray(vectors, np.float32))
        if self._file.count - self._sent >= self._batch:
            self._send_waiting()

    def add_queries(self, vectors: Vectors) -> None:  # noqa: B027  # it is a part of the port
        """Do nothing: a search database is not tuned by questions."""

    def finish(self) -> None:
        """Send the rest and build the index."""
        self._send_waiting()
        self._build_index()

    def _send_waiting(self) -> None:
        if not self._waiting:
            return
        rows = np.concatenate(self._waiting)
        for start in range(0, len(rows), self._batch):
            block = rows[start : start + self._batch]
            self._send(self._sent, block)
            self._sent += len(block)
        self._waiting = []

    @abstractmethod
    def _send(self, first: int, block: Vectors) -> None:
        """Send rows that are numbered from `first` on."""

    @abstractmethod
    def _build_index(self) -> None:
        """Build the index once all rows are sent."""
