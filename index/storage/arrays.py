"""Rows of an array in a file, read when they are wanted.

They are not memory-mapped: a mapped file that is cut off while it serves ends the process (SIGBUS); one that is read
only fails the question.
"""

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
"""Bytes read at a time; macOS refuses to read 2 GiB at once."""


class DiskRows:
    """Rows of an array in NumPy's file format; the file stays open as long as the object lives. Thread-safe."""

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
        """Return the rows of a slice without a step. Raises Damaged if the file has become too short for them."""
        first, last, _ = rows.indices(len(self))
        size = max(0, last - first) * self._row
        data, name = b"", Path(self.filename).name
        while len(data) < size:  # once, but for very many bytes
            try:
                chunk = os.pread(
                    self._file, min(READ_LIMIT, size - len(data)), self._start + first * self._row + len(data)
                )
            except OSError as error:
                raise Damaged(
                    with_fix(REBUILD, "{file} of the snapshot that serves cannot be read", file=name)
                ) from error
            if not chunk:
                raise Damaged(with_fix(REBUILD, "{file} of the snapshot that serves was cut off", file=name))
            data = data + chunk if data else chunk
        return np.frombuffer(data, self._type).reshape(-1, *self.shape[1:])


def open_rows(path: Path) -> Any:
    """Return the rows of an array in a file. Windows, which does not let anyone cut off a mapped file, maps it."""
    if hasattr(os, "pread"):
        return DiskRows(path)
    return np.load(path, mmap_mode="r", allow_pickle=False)


class _PythonFile:
    """A file that NumPy does not recognise as one.

    NumPy would write a real file through a C stream, whose last bytes are lost silently if the disk is full.
    """

    def __init__(self, write: Any) -> None:
        self.write = write


def save_array(path: Path, array: NDArray[Any]) -> None:
    """Write an array like `numpy.save`, but raise OSError whichever byte could not be written."""
    with path.open("wb") as stream:
        np.lib.format.write_array(_PythonFile(stream.write), np.ascontiguousarray(array), allow_pickle=False)
