"""The texts of a search index: documents, passages by row, and the windows over them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Protocol, overload

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from index.domain.documents import Document, DocumentEntry, Passage
from index.domain.reading import Window
from index.retrieval.windows import make_window, window_rows
from index.text.dates import heading_date

__all__ = [
    "DATES",
    "DocumentsBySource",
    "IndexTexts",
    "MemoryTexts",
    "WindowRows",
    "WindowTable",
    "entry_of",
    "rows_array",
]

DATES = ("updated", "date", "published")
"""Metadata that may date a document."""

MOST_CACHED = 1_024
"""Windows that stay in memory once they are made."""

WindowRows = NDArray[np.int64]
"""First row and row behind the last of each window, in the order of the rows, shape (windows, 2)."""


class IndexTexts(Protocol):
    """The texts of one snapshot. What is asked for may be read from disk at that moment; that may raise Damaged."""

    @property
    def entries(self) -> Sequence[DocumentEntry]:
        """The documents without their texts, in the order of their rows."""

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents by id."""

    @property
    def passages(self) -> Sequence[Passage]:
        """The passages by row; NO_PASSAGE in rows that hold none any more."""

    @property
    def window_rows(self) -> WindowRows:
        """The rows of the windows."""


class MemoryTexts:
    """Texts in memory; the passages of a document stand together, in the order of its text."""

    def __init__(self, documents: Mapping[str, Document], passages: Sequence[Passage]) -> None:
        self.documents = documents
        self.passages = passages
        found: list[DocumentEntry] = []
        for document_id, group in groupby(range(len(passages)), key=lambda row: passages[row].document_id):
            rows = list(group)
            found.append(entry_of(documents[document_id], passages[rows[0] : rows[-1] + 1], rows[0]))
        with_passages = {entry.id for entry in found}
        empty = (document for id_, document in documents.items() if id_ not in with_passages)
        self.entries = (*found, *(entry_of(document, (), len(passages)) for document in empty))
        self.window_rows = rows_array(rows for entry in found for rows in window_rows(entry.rows, passages))


class DocumentsBySource(Mapping[str, Document]):
    """The documents of texts by source, read when they are asked for."""

    def __init__(self, texts: IndexTexts) -> None:
        self._ids = {entry.source: entry.id for entry in texts.entries}
        self._documents = texts.documents

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __getitem__(self, source: str) -> Document:
        return self._documents[self._ids[source]]


class WindowTable(Sequence[Window]):
    """Windows in the order of their rows, each made when it is asked for. Thread-safe."""

    def __init__(self, texts: IndexTexts) -> None:
        self._texts = texts
        self._starts, self._stops = texts.window_rows.T
        self._lock = threading.Lock()
        self._cache: LRUCache[int, Window] = LRUCache(MOST_CACHED)

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> Window: ...
    @overload
    def __getitem__(self, place: slice) -> list[Window]: ...
    def __getitem__(self, place: int | slice) -> Window | list[Window]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        with self._lock:
            if (known := self._cache.get(place)) is not None:
                return known
        rows = range(int(self._starts[place]), int(self._stops[place]))
        passages = self._texts.passages
        window = make_window(self._texts.documents[passages[rows[0]].document_id], rows, passages)
        with self._lock:
            self._cache[place] = window
        return window

    def places(self, rows: range) -> range:
        """Return the places of the windows with a passage of `rows`."""
        if not rows:
            return range(0)
        first = np.searchsorted(self._stops, rows.start, side="right")
        last = np.searchsorted(self._starts, rows.stop, side="left")
        return range(int(first), int(last))


def entry_of(document: Document, passages: Sequence[Passage], first: int) -> DocumentEntry:
    """Return a document's entry; its passages are in rows `first` on."""
    dated: list[tuple[int, int, str]] = []
    row = first
    for section, group in groupby(passages, key=lambda passage: passage.section):
        stop = row + sum(1 for _ in group)
        if found := heading_date(section):
            dated.append((row, stop, found.isoformat()))
        row = stop
    dates = {name: document.metadata[name] for name in DATES if name in document.metadata}
    return DocumentEntry(
        document.id, document.source, document.title, document.url, range(first, row), dates, tuple(dated)
    )


def rows_array(rows: Iterable[Any]) -> WindowRows:
    """Return ranges of rows as an array."""
    return np.array([(each.start, each.stop) for each in rows], np.int64).reshape(-1, 2)
