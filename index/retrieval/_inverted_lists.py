"""Approximate search by FAISS: rows in lists by their nearest centre, each number in one byte, on disk."""

from __future__ import annotations

import mmap
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.domain.ports import Deleted, Progress, Vectors
from index.domain.stages import Stage
from index.retrieval._flat_file import FlatFile
from index.retrieval._list_file import write_lists

__all__ = ["FILE", "InvertedLists", "build_lists", "selector_of"]

FILE = "vectors.ivf.faiss"

ROUNDS = 6
"""Of k-means."""
SAMPLE_A_LIST = 32
"""Rows that the centre of a list is learnt from."""
BLOCK = 16_384
"""Rows added at a time."""
ROWS_A_PART = 1_000_000
"""Rows whose codes are in memory at a time."""
MOST_LISTS = 16_384
"""More centres would take longer to find than their lists to search."""

_READING = threading.Lock()
"""Held while FAISS's limits, which are the process's, are those of one file."""

BYTE_QUANTISER = faiss.ScalarQuantizer.QT_8bit


class InvertedLists:
    """Lists of rows, mapped into memory.

    Raises
    ------
    ValueError
        It is no file of lists of `rows` rows of `dimension` numbers.
    """

    def __init__(self, path: Path, *, rows: int, dimension: int, lists: int) -> None:
        with path.open("rb") as stream:
            self._size = os.fstat(stream.fileno()).st_size
            if self._size == 0:
                raise ValueError("it is empty")
            self._map = mmap.mmap(stream.fileno(), self._size, access=mmap.ACCESS_READ)
        self._data = np.frombuffer(self._map, np.uint8)
        reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(self._data), self._size)  # type: ignore[attr-defined]
        try:
            with _limited_to(self._size):
                self._index: Any = faiss.read_index(reader)
        except (RuntimeError, MemoryError) as error:
            raise ValueError("it holds no lists of vectors") from error
        self._rows = rows
        if not _fits(self._index, rows, dimension, lists):
            raise ValueError("it holds lists of other vectors")

    def search(
        self, query: Vectors, count: int, probes: int, deleted: Deleted | None
    ) -> tuple[Vectors, NDArray[np.int64]]:
        """Return about `count` rows that may be nearest, with scores that are nearly cosines, best first."""
        self._check()
        options = self._options(probes, deleted)
        scores, rows = self._index.search(query[np.newaxis], count, params=options)
        found = rows[0] >= 0
        return scores[0][found], self._known(rows[0][found])

    def at_least(self, query: Vectors, score: float, probes: int, deleted: Deleted | None) -> NDArray[np.int64]:
        """Return all rows of the lists searched with such a score or a better one, in any order."""
        self._check()
        options = self._options(probes, deleted)
        return self._known(self._index.range_search(query[np.newaxis], score, params=options)[2])

    def _options(self, probes: int, deleted: Deleted | None) -> Any:
        options: Any = faiss.SearchParametersIVF
        return options(nprobe=probes, sel=selector_of(self._rows, deleted))

    def _check(self) -> None:
        if self._map.size() < self._size:
            raise ValueError("the lists of vectors were cut while they were open")

    def _known(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        if len(rows) and not (rows.min() >= 0 and rows.max() < self._rows):
            raise ValueError("the lists of vectors name rows that are not there")
        return rows


@contextmanager
def _limited_to(size: int) -> Iterator[None]:
    """Let FAISS make no array larger than a file that it reads, whatever sizes the file names."""
    with _READING:
        before = faiss.get_deserialization_vector_byte_limit(), faiss.get_deserialization_loop_limit()
        faiss.set_deserialization_vector_byte_limit(size)
        faiss.set_deserialization_loop_limit(size)
        try:
            yield
        finally:
            faiss.set_deserialization_vector_byte_limit(before[0])
            faiss.set_deserialization_loop_limit(before[1])


def selector_of(rows: int, deleted: Deleted | None) -> Any:
    """Return what lets FAISS pass over deleted rows; None if there are none."""
    if deleted is None or not deleted.any():
        return None
    bits = np.packbits(~deleted, bitorder="little")
    selector: Any = faiss.IDSelectorBitmap(rows, faiss.swig_ptr(bits))
    selector.bits = bits  # FAISS keeps their address only
    return selector


def build_lists(path: Path, flat: FlatFile, progress: Progress | None) -> int:
    """Write the lists of a file of vectors, and return how many there are. Raises OSError for whatever byte is lost."""
    count, dimension = flat.count, flat.dimension
    lists = min(count, int(4 * count**0.5), MOST_LISTS)
    blocks = range(0, count, BLOCK)
    total = ROUNDS + len(blocks)

    def tick(done: int) -> None:
        if progress:
            progress(Stage.WRITING_SNAPSHOT, done, total)

    chosen = np.random.default_rng(count).choice(count, min(count, SAMPLE_A_LIST * lists), replace=False)
    sample = flat.take(np.sort(chosen))
    centres = faiss.IndexFlatIP(dimension)
    learning: Any = faiss.Clustering(dimension, lists)
    learning.niter, learning.spherical = 1, True
    learning.min_points_per_centroid, learning.max_points_per_centroid = 1, SAMPLE_A_LIST
    for done in range(ROUNDS):  # one by one, so that a reindex can be cancelled between two
        tick(done)
        centres.reset()
        learning.train(sample, centres)
    index: Any = faiss.IndexIVFScalarQuantizer(centres, dimension, lists, BYTE_QUANTISER, faiss.METRIC_INNER_PRODUCT)
    index.train(sample)
    del sample

    def rows() -> Iterator[tuple[int, Vectors]]:
        for done, start in enumerate(blocks, ROUNDS):
            tick(done)
            yield start, flat.rows(start, min(start + BLOCK, count))

    write_lists(path, index, rows(), ROWS_A_PART)
    return lists


def _fits(index: Any, rows: int, dimension: int, lists: int) -> bool:
    """Return whether an index that was read is one of `build_lists`, of one size in all its parts."""
    if not isinstance(index, faiss.IndexIVFScalarQuantizer):
        return False
    centres, quantiser = faiss.downcast_index(index.quantizer), index.sq
    stored: Any = index.invlists
    return (
        (index.d, index.ntotal, index.nlist, index.code_size) == (dimension, rows, lists, dimension)
        and index.is_trained
        and index.metric_type == faiss.METRIC_INNER_PRODUCT
        and isinstance(centres, faiss.IndexFlatIP)
        and (centres.d, centres.ntotal) == (dimension, lists)
        and (quantiser.d, quantiser.qtype, quantiser.code_size) == (dimension, BYTE_QUANTISER, dimension)
        and quantiser.trained.size() == 2 * dimension
        and (stored.nlist, stored.code_size) == (lists, dimension)
        and stored.compute_ntotal() == rows
    )
