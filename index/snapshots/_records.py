"""Records of JSON in one file, each read by itself and checked against its own checksum."""

from __future__ import annotations

import json
import os
import threading
import weakref
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.domain.errors import Damaged
from index.domain.messages import REBUILD, with_fix
from index.storage.arrays import save_array

__all__ = ["RecordFile", "RecordWriter", "write_records"]

Places = NDArray[np.int64]
"""Offset, length in bytes and CRC-32 of each record, shape (records, 3)."""


class RecordWriter:
    """Appends records to NAME.jsonl; `close` writes where they are to NAME.npy."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = path.open("wb")
        self._places: list[tuple[int, int, int]] = []
        self._end = 0

    def __len__(self) -> int:
        return len(self._places)

    def add(self, record: Any) -> None:
        """Append a record as one line of JSON."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._stream.write(line)
        self._places.append((self._end, len(line), zlib.crc32(line)))
        self._end += len(line)

    def close(self) -> None:
        self._stream.close()
        save_array(self._path.with_suffix(".npy"), np.array(self._places, np.int64).reshape(-1, 3))

    def abandon(self) -> None:
        """Close the file after an error; what it holds is not used."""
        self._stream.close()


@contextmanager
def write_records(path: Path) -> Iterator[RecordWriter]:
    """Yield what writes records to a file, closed at the end of the block."""
    writer = RecordWriter(path)
    try:
        yield writer
    except BaseException:
        writer.abandon()
        raise
    writer.close()


class RecordFile:
    """The records of a file. Thread-safe; the file may be removed meanwhile."""

    def __init__(self, path: Path) -> None:
        """Open the file, without reading more than where its records are.

        Raises
        ------
        Damaged
            The two files do not fit each other.
        """
        self._path = path
        try:
            self._places: Places = np.load(path.with_suffix(".npy"), allow_pickle=False)
            self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            weakref.finalize(self, os.close, self._file)
            size = os.fstat(self._file).st_size
        except (OSError, ValueError, EOFError) as error:
            raise self._damaged() from error
        end = int(self._places[-1, 0] + self._places[-1, 1]) if len(self._places) else 0
        if self._places.ndim != 2 or self._places.shape[1] != 3 or size != end:
            raise self._damaged()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._places)

    def read(self, number: int) -> Any:
        """Return a record.

        Raises
        ------
        Damaged
            Its bytes are not those that were written.
        """
        offset, length, checksum = map(int, self._places[number])
        try:
            line = self._bytes(offset, length)
            if zlib.crc32(line) == checksum:
                return json.loads(line)
        except (OSError, ValueError) as error:
            raise self._damaged() from error
        raise self._damaged()

    def _bytes(self, offset: int, length: int) -> bytes:
        if hasattr(os, "pread"):
            return os.pread(self._file, length, offset)
        with self._lock:  # Windows has no reads at a place
            os.lseek(self._file, offset, os.SEEK_SET)
            return os.read(self._file, length)

    def _damaged(self) -> Damaged:
        return Damaged(
            with_fix(REBUILD, "{file} of snapshot {id} is damaged", file=self._path.name, id=_snapshot_of(self._path)),
            log_detail=f"It is {self._path}.",
        )


def _snapshot_of(path: Path) -> str:
    """Return the id of the snapshot with a file, as the name of its folder says it."""
    return next((part.name for part in path.parents if part.parent.name == "snapshots"), path.parent.name)
