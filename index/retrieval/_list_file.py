"""The file of FAISS's lists, written in parts: memory holds one part, whatever the number of rows."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.domain.ports import Vectors

__all__ = ["write_lists"]

LISTS, ALL_SIZES = b"ilar", b"full"
"""FAISS's marks of lists in arrays, and of a table with the size of each list."""

ROWS_AT = 8
"""Where the number of rows stands in an index, after its mark and its dimension."""

ROW_ID = 8
"""Bytes of a row's number."""


def write_lists(path: Path, index: Any, blocks: Iterable[tuple[int, Vectors]], rows_a_part: int) -> None:
    """Write a trained index whose lists hold blocks of rows, each with its first row. Raises OSError.

    The file is the one that FAISS would write. The index is empty afterwards.
    """
    with ExitStack() as stack:
        parts: list[tuple[IO[bytes], NDArray[np.int64]]] = []

        def end_part() -> None:
            if index.ntotal:
                part = path.with_name(f"{path.name}.{len(parts)}")
                stack.callback(part.unlink, missing_ok=True)
                sizes = _dump(index, part)
                parts.append((stack.enter_context(part.open("rb")), sizes))

        for first, block in blocks:
            index.add_with_ids(block, np.arange(first, first + len(block), dtype=np.int64))
            if index.ntotal >= rows_a_part:
                end_part()
        if not parts:  # faiss's own stream loses the last bytes without a word where a disk is full
            with path.open("wb") as stream:
                faiss.write_index(index, faiss.PyCallbackIOWriter(stream.write))  # type: ignore[attr-defined]
            return
        end_part()
        with path.open("wb") as stream:
            _merge(stream, index, parts)


def _dump(index: Any, path: Path) -> NDArray[np.int64]:
    """Write the lists one after the other, the codes of each and then its rows; return their sizes and empty them."""
    lists: Any = index.invlists
    sizes = np.asarray([lists.list_size(number) for number in range(lists.nlist)], np.int64)
    with path.open("wb") as stream:
        for number in np.flatnonzero(sizes).tolist():
            size = int(sizes[number])
            stream.write(faiss.rev_swig_ptr(lists.get_codes(number), size * lists.code_size).tobytes())
            stream.write(faiss.rev_swig_ptr(lists.get_ids(number), size).tobytes())
    index.reset()
    return sizes


def _merge(stream: IO[bytes], index: Any, parts: list[tuple[IO[bytes], NDArray[np.int64]]]) -> None:
    """Write an empty index with the lists of all parts."""
    whole = faiss.serialize_index(index).tobytes()
    head = bytearray(whole[: whole.rindex(LISTS)])
    sizes: NDArray[np.int64] = np.sum([part_sizes for _, part_sizes in parts], axis=0, dtype=np.int64)
    struct.pack_into("<q", head, ROWS_AT, int(sizes.sum()))
    code_size = index.code_size
    stream.write(bytes(head) + LISTS + struct.pack("<QQ", len(sizes), code_size))
    stream.write(ALL_SIZES + struct.pack("<Q", len(sizes)) + sizes.astype("<u8").tobytes())
    for number in np.flatnonzero(sizes).tolist():
        rows = b""
        for part, part_sizes in parts:
            size = int(part_sizes[number])
            stream.write(part.read(size * code_size))
            rows += part.read(size * ROW_ID)
        stream.write(rows)
