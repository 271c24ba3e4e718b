"""The texts of a snapshot: those of its segments, without the documents that were removed since."""

from __future__ import annotations

import json
import re
import threading
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import overload

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from index.domain.documents import NO_PASSAGE, Document, DocumentEntry, Passage
from index.domain.errors import Damaged
from index.domain.messages import REBUILD, with_fix
from index.retrieval.texts import WindowRows
from index.snapshots.segment import Segment

__all__ = ["SEGMENTS", "SEGMENT_LIST", "KeptSegment", "SnapshotTexts", "read_segment_list", "write_segment_list"]

SEGMENTS = "segments"
"""The folder of the segments in a snapshot's folder."""

SEGMENT_LIST = "segments.json"

NAME = re.compile("[0-9]{4,12}")

CACHED_CHARACTERS = 32_000_000
"""Characters of documents that stay in memory."""

MOST_PASSAGES = 4_096
"""Passages that stay in memory."""


@dataclass(frozen=True, slots=True)
class KeptSegment:
    """A segment of a snapshot: its folder's name, its first row, and the numbers of its removed documents."""

    name: str
    first: int
    removed: tuple[int, ...] = ()


class SnapshotTexts:
    """The texts of a snapshot on disk, by row. Thread-safe; the folder may be removed meanwhile."""

    def __init__(self, folder: Path) -> None:
        """Open the segments; no text is read yet. Raises Damaged."""
        self.kept = read_segment_list(folder)
        self.segments = [Segment(folder / SEGMENTS / kept.name, kept.first) for kept in self.kept]
        self._places: dict[str, tuple[int, int]] = {}
        entries = []
        for place, (segment, kept) in enumerate(zip(self.segments, self.kept, strict=True)):
            removed = set(kept.removed)
            for number, entry in enumerate(segment.entries):
                if number not in removed:
                    entries.append(entry)
                    self._places[entry.id] = place, number
        self.entries: Sequence[DocumentEntry] = tuple(entries)
        self.documents: Mapping[str, Document] = _Documents(self.segments, self._places)
        self.passages: Sequence[Passage] = _Passages(self.segments)

    @cached_property
    def window_rows(self) -> WindowRows:
        pairs = zip(self.segments, self.kept, strict=True)
        return np.concatenate([segment.window_rows(kept.removed) for segment, kept in pairs])

    def segment_of(self, document_id: str) -> int:
        """Return the place in `segments` of the one with a document."""
        return self._places[document_id][0]

    @cached_property
    def deleted(self) -> NDArray[np.bool_] | None:
        """Which rows hold no passage any more; None if all do."""
        if len(self.passages) == sum(len(entry.rows) for entry in self.entries):
            return None
        rows = np.ones(len(self.passages), np.bool_)
        for entry in self.entries:
            rows[entry.rows.start : entry.rows.stop] = False
        return rows


class _Documents(Mapping[str, Document]):
    def __init__(self, segments: Sequence[Segment], places: Mapping[str, tuple[int, int]]) -> None:
        self._segments = segments
        self._places = places
        self._lock = threading.Lock()
        self._cache: LRUCache[str, Document] = LRUCache(
            CACHED_CHARACTERS, getsizeof=lambda document: min(len(document.text), CACHED_CHARACTERS)
        )

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __contains__(self, document_id: object) -> bool:
        return document_id in self._places

    def __getitem__(self, document_id: str) -> Document:
        with self._lock:
            if (known := self._cache.get(document_id)) is not None:
                return known
        place, number = self._places[document_id]
        document = self._segments[place].document(number)
        with self._lock:
            self._cache[document_id] = document
        return document


class _Passages(Sequence[Passage]):
    """Passages by row; those of removed documents are read, too, but nothing leads to them."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._firsts = [segment.first for segment in segments]
        self._lock = threading.Lock()
        self._cache: LRUCache[int, Passage] = LRUCache(MOST_PASSAGES)

    def __len__(self) -> int:
        """Return the row behind the last."""
        return self._segments[-1].rows.stop if self._segments else 0

    @overload
    def __getitem__(self, row: int) -> Passage: ...
    @overload
    def __getitem__(self, row: slice) -> list[Passage]: ...
    def __getitem__(self, row: int | slice) -> Passage | list[Passage]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        if not 0 <= row < len(self):
            raise IndexError(row)
        with self._lock:
            if (known := self._cache.get(row)) is not None:
                return known
        place = bisect_right(self._firsts, row) - 1
        segment = self._segments[place] if place >= 0 else None
        passage = segment.passage(row) if segment and row in segment.rows else NO_PASSAGE
        with self._lock:
            self._cache[row] = passage
        return passage


def write_segment_list(folder: Path, kept: Sequence[KeptSegment]) -> None:
    """Write which segments a snapshot has to its folder."""
    rows = [{"name": each.name, "first": each.first, "removed": list(each.removed)} for each in kept]
    (folder / SEGMENT_LIST).write_text(json.dumps(rows, indent=1) + "\n", "utf-8", newline="\n")


def read_segment_list(folder: Path) -> list[KeptSegment]:
    """Return what `write_segment_list` wrote. Raises Damaged."""
    try:
        rows = json.loads((folder / SEGMENT_LIST).read_bytes())
        return [KeptSegment(_name(row["name"]), int(row["first"]), tuple(map(int, row["removed"]))) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        fault = with_fix(REBUILD, "The index is damaged: {file} cannot be read", file=SEGMENT_LIST)
        raise Damaged(fault, log_detail=f"It is in {folder}.") from error


def _name(name: str) -> str:
    """Return the name of a segment, which becomes part of a path. Raises ValueError."""
    if not NAME.fullmatch(name):
        raise ValueError(name)
    return name
