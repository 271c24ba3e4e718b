"""Reuse of the previous build: documents whose bytes are the same, and the encodings of unchanged texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from index.domain.documents import Document, Passage
from index.domain.ports import Vectors
from index.domain.sources import SourceFile
from index.snapshots.manifest import Manifest
from index.text.passages import passage_text

if TYPE_CHECKING:
    from index.retrieval.search_index import SearchIndex

__all__ = ["PreviousBuild", "Run", "merge_vectors", "to_runs"]


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive passages, `count` of them: rows `start` on of the previous index, or new if `start` is None."""

    start: int | None
    count: int


class PreviousBuild:
    """The previous index, of the same model and format."""

    def __init__(self, manifest: Manifest, search_index: SearchIndex) -> None:
        self.search_index = search_index
        self._hashes = manifest.snapshot.hashes

    def read(self, file: SourceFile) -> tuple[Document, list[Passage]] | None:
        """Return the document and passages of an unchanged file; None for any other file."""
        if self._hashes.get(file.source) != file.sha256 or file.source not in self._documents:
            return None
        document = self._documents[file.source]
        start, stop = self._ranges.get(document.id, (0, 0))
        return document, list(self.search_index.passages[start:stop])

    def rows(self, passages: Sequence[Passage]) -> list[int | None]:
        """Return for each passage the previous index's row that was made of the same text; None if there is none."""
        return [self._row_of_text.get(_text(passage)) for passage in passages]

    @cached_property
    def _documents(self) -> dict[str, Document]:
        return {document.source: document for document in self.search_index.documents.values()}

    @cached_property
    def _ranges(self) -> dict[str, tuple[int, int]]:
        """The rows of each document's passages: they stand together, in the order of its text."""
        ranges: dict[str, tuple[int, int]] = {}
        for row, passage in enumerate(self.search_index.passages):
            start, _ = ranges.get(passage.document_id, (row, row))
            ranges[passage.document_id] = start, row + 1
        return ranges

    @cached_property
    def _row_of_text(self) -> dict[tuple[str, str], int]:
        return {_text(passage): row for row, passage in enumerate(self.search_index.passages)}


def to_runs(rows: Sequence[int | None]) -> list[Run]:
    """Return rows joined into runs of consecutive ones, and runs of new passages."""
    joined: list[Run] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last is not None and row == (None if last.start is None else last.start + last.count):
            joined[-1] = Run(last.start, last.count + 1)
        else:
            joined.append(Run(row, 1))
    return joined


def merge_vectors(parts: Sequence[Run], blocks: Iterator[Vectors]) -> Iterator[Run | Vectors]:
    """Yield the runs that are taken over, and in place of each new one its vectors, from blocks of any size.

    Raises ValueError if there are more vectors than new passages.
    """
    waiting: Vectors | None = None
    for run in parts:
        if run.start is not None:
            yield run
            continue
        remaining = run.count
        while remaining:
            waiting = next(blocks) if waiting is None or not len(waiting) else waiting
            part, waiting = waiting[:remaining], waiting[remaining:]
            remaining -= len(part)
            yield part
    # asked once more: an embedder may say only then that it failed, or is done
    if (waiting is not None and len(waiting)) or any(len(block) for block in blocks):
        raise ValueError("there are more vectors than texts")


def _text(passage: Passage) -> tuple[str, str]:
    """Return the texts that the encoding depends on."""
    return passage.embedded, passage_text(passage)
