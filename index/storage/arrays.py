"""Rows of an array in a file, read when they are wanted not mapped: one that is mapped, and cut off while it serves,
ends the process (SIGBUS), one that is read only fails the question."""

from __future__ import annotations

import os
import weakref
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from index.domain.errors import Damaged
from index.domain.messages import REBUILD, with_fix

__all__ = ["DiskRows", "open_rows", "save_array"]

READ_LIMIT = 1 << 30
"""Bytes that are read at a time; macOS refuses to read 2 GiB at once."""


class DiskRows:
    """Rows of an array of NumPy's file format; the file stays open as long as this lives. Thread-safe."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            version = npy.read_magic(stream)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            self.shape, in_columns, self._type = read(stream)
            self._start = stream.tell()
            if in_columns or self._type.hasobject:
                raise ValueError(f"{path.name} does not hold its array row by row")
            self._file = os.dup(stream.fileno())
        weakref.finalize(self, os.close, self._file)
        self.filename = str(path)
        """Which file it is, as NumPy names that of an array that is mapped."""
        self._row = self._type.itemsize * int(np.prod(self.shape[1:], dtype=np.int64))

    def __len__(self) -> int:
        return int(self.shape[0])

    def __getitem__(self, rows: slice) -> NDArray[Any]:
        """The rows of a slice without a step. Raises Damaged where the file has become too short for them."""
        first, last, _ = rows.indices(len(self))
        wanted = max(0, last - first) * self._row
        data, name = b"", Path(self.filename).name
        while len(data) < wanted:  # once, but for very many bytes
            try:
                more = os.pread(
                    self._file, min(READ_LIMIT, wanted - len(data)), self._start + first * self._row + len(data)
                )
            except OSError as error:
                raise Damaged(
                    with_fix(REBUILD, "{file} of the snapshot that serves cannot be read", file=name)
                ) from error
            if not more:
                raise Damaged(with_fix(REBUILD, "{file} of the snapshot that serves was cut off", file=name))
            data = data + more if data else more
        return np.frombuffer(data, self._type).reshape(-1, *self.shape[1:])


def open_rows(path: Path) -> Any:
    """The rows of an array in a file. Windows, which lets nobody cut off a file that is mapped, maps it."""
    if hasattr(os, "pread"):
        return DiskRows(path)
    return np.load(path, mmap_mode="r", allow_pickle=False)


class _Through:
    """A file that NumPy does not know for one: it would write through a stream of C's, whose last bytes are lost
    without a word where the disk fills up."""

    def __init__(self, write: Any) -> None:
        self.write = write


def save_array(path: Path, array: NDArray[Any]) -> None:
    """As `numpy.save`, but that an OSError is raised whatever byte could not be written."""
    with path.open("wb") as stream:
        np.lib.format.write_array(_Through(stream.write), np.ascontiguousarray(array), allow_pickle=False)
