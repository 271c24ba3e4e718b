"""A segment: documents with their passages and windows in one folder that never changes.

documents.jsonl, passages.jsonl   a record each, with .npy beside, which says where each is
entries.json                      what is known of each document without reading it
windows.npy                       first row and row behind the last of each window, counted from 0
vectors.faiss                     the passages' vectors, and perhaps files for approximate search
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from index.domain.documents import Document, DocumentEntry, Passage
from index.domain.errors import Damaged
from index.domain.messages import REBUILD, with_fix
from index.retrieval.texts import WindowRows, entry_of, rows_array
from index.retrieval.windows import window_rows
from index.snapshots._records import RecordFile, RecordWriter, write_records
from index.snapshots.serialization import (
    document_from_record,
    document_record,
    entry_from_record,
    entry_record,
    passage_from_record,
    passage_record,
)
from index.storage.arrays import save_array

__all__ = ["DOCUMENTS", "ENTRIES", "PASSAGES", "WINDOWS", "Segment", "SegmentWriter", "write_segment"]

DOCUMENTS = "documents.jsonl"
PASSAGES = "passages.jsonl"
ENTRIES = "entries.json"
WINDOWS = "windows.npy"


class SegmentWriter:
    """Writes documents with their passages; only their entries and windows are held in memory."""

    def __init__(self, documents: RecordWriter, passages: RecordWriter) -> None:
        self._documents = documents
        self._passages = passages
        self.entries: list[DocumentEntry] = []
        self.windows: list[range] = []

    @property
    def rows(self) -> int:
        """How many passages were written."""
        return len(self._passages)

    def add(self, document: Document, passages: Sequence[Passage]) -> None:
        """Write a document and its passages, in the order of its text."""
        entry = entry_of(document, passages, len(self._passages))
        self._documents.add(document_record(document))
        for passage in passages:
            self._passages.add(passage_record(passage, len(self.entries)))
        first = entry.rows.start
        if passages:
            own = window_rows(range(len(passages)), passages)
            self.windows += (range(first + rows.start, first + rows.stop) for rows in own)
        self.entries.append(entry)


@contextmanager
def write_segment(folder: Path) -> Iterator[SegmentWriter]:
    """Yield what writes the texts of a segment into an empty folder."""
    with write_records(folder / DOCUMENTS) as documents, write_records(folder / PASSAGES) as passages:
        writer = SegmentWriter(documents, passages)
        yield writer
    save_array(folder / WINDOWS, rows_array(writer.windows))
    records = [entry_record(entry) for entry in writer.entries]
    (folder / ENTRIES).write_text(json.dumps(records, ensure_ascii=False, indent=0), "utf-8", newline="\n")


class Segment:
    """The texts of a segment, read when they are asked for; its rows begin at `first`. Thread-safe.

    Raises
    ------
    Damaged
        Its files are not as they were written; also when a text is read.
    """

    def __init__(self, folder: Path, first: int) -> None:
        self.first = first
        self.folder = folder
        self._documents = RecordFile(folder / DOCUMENTS)
        self._passages = RecordFile(folder / PASSAGES)
        try:
            records = json.loads((folder / ENTRIES).read_bytes())
            self.entries = tuple(entry_from_record(record, first) for record in records)
            self._windows: WindowRows = np.load(folder / WINDOWS, allow_pickle=False) + first
        except (OSError, ValueError, TypeError, EOFError, RecursionError) as error:
            fault = with_fix(REBUILD, "The index is damaged: {file} cannot be read", file=ENTRIES)
            raise Damaged(fault, log_detail=f"It is in {folder}.") from error

    def __len__(self) -> int:
        """Return how many rows it has, those of removed documents included."""
        return len(self._passages)

    @property
    def rows(self) -> range:
        return range(self.first, self.first + len(self))

    def document(self, number: int) -> Document:
        return document_from_record(self._documents.read(number))

    def passage(self, row: int) -> Passage:
        record = self._passages.read(row - self.first)
        return passage_from_record(record, self.entries[record["document"]].id)

    def window_rows(self, removed: Sequence[int]) -> WindowRows:
        """Return the rows of the windows, without those of removed documents."""
        kept = np.ones(len(self._windows), np.bool_)
        for number in removed:
            rows = self.entries[number].rows
            kept &= (self._windows[:, 0] < rows.start) | (self._windows[:, 0] >= rows.stop)
        return self._windows[kept]
