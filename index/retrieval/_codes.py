"""Approximate search by FAISS: each row as a code of two bits a number; all are compared by tables in registers."""

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

__all__ = ["FILE", "Codes", "build_codes", "selector_of"]

FILE = "vectors.pq.faiss"

SAMPLE = 32_768
"""Rows that the codes are learnt from."""
BLOCK = 16_384
"""Rows added at a time."""
BITS = 4
"""Of a code for two numbers."""
AT_A_TIME = 32
"""Rows that FAISS compares together."""

_READING = threading.Lock()
"""Held while FAISS's limits, which are the process's, are those of one file."""


class Codes:
    """The codes of a file, read when first searched.

    Raises
    ------
    ValueError
        Here or when first searched: it is no file of codes of `rows` rows of `dimension` numbers.
    """

    def __init__(self, path: Path, *, rows: int, dimension: int) -> None:
        with path.open("rb") as stream:
            self._size = os.fstat(stream.fileno()).st_size
            if self._size < rows * _code_bytes(dimension):
                raise ValueError("it is shorter than its codes")
            self._map = mmap.mmap(stream.fileno(), self._size, access=mmap.ACCESS_READ)
        self._rows = rows
        self._dimension = dimension
        self._loading = threading.Lock()
        self._index: Any = None

    def search(self, query: Vectors, count: int) -> tuple[Vectors, NDArray[np.int64]]:
        """Return about `count` rows that may be nearest, with scores that are nearly cosines, best first."""
        with self._loading:
            if self._index is None:
                self._index = self._read()
        scores, rows = self._index.search(query[np.newaxis], count)
        found = rows[0] >= 0
        rows = rows[0][found]
        if len(rows) and rows.max() >= self._rows:
            raise ValueError("the codes of vectors name rows that are not there")
        return scores[0][found], rows

    def _read(self) -> Any:
        if self._map.size() < self._size:
            raise ValueError("the codes of vectors were cut while they were open")
        data = np.frombuffer(self._map, np.uint8)
        try:
            with _limited_to(self._size):
                reader = faiss.ZeroCopyIOReader(faiss.swig_ptr(data), self._size)  # type: ignore[attr-defined]
                index: Any = faiss.read_index(reader)
        except (RuntimeError, MemoryError) as error:
            raise ValueError("it holds no codes of vectors") from error
        if not _fits(index, self._rows, self._dimension):
            raise ValueError("it holds codes of other vectors")
        if hasattr(mmap, "MADV_DONTNEED"):  # Windows knows no such advice
            self._map.madvise(mmap.MADV_DONTNEED)  # FAISS has copied the codes
        return index


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


def build_codes(path: Path, flat: FlatFile, progress: Progress | None) -> None:
    """Write the codes of a file of vectors. Raises OSError for whatever byte is lost."""
    count, dimension = flat.count, flat.dimension
    blocks = range(0, count, BLOCK)

    def tick(done: int) -> None:
        if progress:
            progress(Stage.WRITING_SNAPSHOT, done, 1 + len(blocks))

    tick(0)
    index: Any = faiss.IndexPQFastScan(dimension, _parts(dimension), BITS, faiss.METRIC_INNER_PRODUCT)
    index.pq.cp.min_points_per_centroid = 1
    chosen = np.random.default_rng(count).choice(count, min(count, SAMPLE), replace=False)
    sample = flat.take(np.sort(chosen))
    index.train(sample if len(sample) >= 1 << BITS else np.resize(sample, (1 << BITS, dimension)))
    for done, start in enumerate(blocks, 1):
        tick(done)
        index.add(flat.rows(start, min(start + BLOCK, count)))
    with path.open("wb") as stream:  # faiss's own stream loses the last bytes without a word where a disk is full
        faiss.write_index(index, faiss.PyCallbackIOWriter(stream.write))  # type: ignore[attr-defined]


def _parts(dimension: int) -> int:
    """Return in how many parts a vector is coded: of two numbers each, or one if they are odd."""
    return dimension // 2 if dimension % 2 == 0 else dimension


def _code_bytes(dimension: int) -> int:
    return _parts(dimension) * BITS // 8


def _fits(index: Any, rows: int, dimension: int) -> bool:
    """Return whether an index that was read is one of `build_codes`, of one size in all its parts."""
    if not isinstance(index, faiss.IndexPQFastScan):
        return False
    whole: Any = index
    parts, coder = _parts(dimension), whole.pq
    return (
        (whole.d, whole.ntotal, whole.M, whole.nbits, whole.ksub) == (dimension, rows, parts, BITS, 1 << BITS)
        and whole.is_trained
        and whole.metric_type == faiss.METRIC_INNER_PRODUCT
        and (whole.bbs, whole.implem, whole.qbs, whole.skip, whole.M2, whole.code_size)
        == (AT_A_TIME, 0, 0, 0, parts + parts % 2, (parts + 1) // 2)
        and whole.ntotal2 == -(-rows // AT_A_TIME) * AT_A_TIME
        and whole.codes.size() == whole.ntotal2 * whole.M2 // 2
        and (coder.d, coder.M, coder.nbits, coder.ksub) == (dimension, parts, BITS, 1 << BITS)
        and coder.dsub * parts == dimension
        and coder.centroids.size() == dimension << BITS
    )
