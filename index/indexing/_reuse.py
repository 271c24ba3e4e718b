"""What of the index before can be used again: documents whose bytes are the same, and what was made of texts that are
embedded as before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from index.domain.documents import Document, Passage
from index.domain.ports import Encoding
from index.domain.sources import SourceFile
from index.retrieval.search_index import SearchIndex
from index.snapshots.manifest import Manifest
from index.text.passages import passage_text

__all__ = ["PreviousBuild", "Run", "in_order", "runs"]

SETTLED = 1_000
"""Passages from which on an index knows well enough what tokens are like: how they are kept as bytes is learned from
its first texts, and a smaller one learns it anew when it grows to twice its size."""


@dataclass(frozen=True, slots=True)
class Run:
    """Passages that follow one another here, `count` of them: rows `start` on of the index before, or new where `start`
    is None."""

    start: int | None
    count: int


class PreviousBuild:
    """The index before, of the same model and format."""

    def __init__(self, manifest: Manifest, shelf: SearchIndex) -> None:
        self.shelf = shelf
        self._hashes = manifest.snapshot.hashes

    def read(self, file: SourceFile) -> tuple[Document, list[Passage]] | None:
        """The document of a file whose bytes are as before, and its passages; None for any other file."""
        if self._hashes.get(file.source) != file.sha256 or file.source not in self._documents:
            return None
        document = self._documents[file.source]
        start, stop = self._ranges.get(document.id, (0, 0))
        return document, list(self.shelf.passages[start:stop])

    def rows(self, passages: Sequence[Passage]) -> list[int | None]:
        """For each passage the row of the index before that was made of the same text; None where there is none."""
        if len(self.shelf.passages) < SETTLED and len(passages) > 2 * len(self.shelf.passages):
            return [None] * len(passages)
        return [self._made_of.get(_text(passage)) for passage in passages]

    @cached_property
    def _documents(self) -> dict[str, Document]:
        return {document.source: document for document in self.shelf.documents.values()}

    @cached_property
    def _ranges(self) -> dict[str, tuple[int, int]]:
        """Where each document's passages are: together, in the order of its text."""
        found: dict[str, tuple[int, int]] = {}
        for row, passage in enumerate(self.shelf.passages):
            start, _ = found.get(passage.document_id, (row, row))
            found[passage.document_id] = start, row + 1
        return found

    @cached_property
    def _made_of(self) -> dict[tuple[str, str], int]:
        return {_text(passage): row for row, passage in enumerate(self.shelf.passages)}


def runs(rows: Sequence[int | None]) -> list[Run]:
    """Rows that follow one another joined, and new passages that do."""
    found: list[Run] = []
    for row in rows:
        last = found[-1] if found else None
        if last is not None and row == (None if last.start is None else last.start + last.count):
            found[-1] = Run(last.start, last.count + 1)
        else:
            found.append(Run(row, 1))
    return found


def in_order(found: Sequence[Run], blocks: Iterator[list[Encoding]]) -> Iterator[Run | list[Encoding]]:
    """The runs that are taken over, and in the place of each new one its encodings, which come in `blocks`."""
    waiting: list[Encoding] = []
    for run in found:
        if run.start is not None:
            yield run
            continue
        left = run.count
        while left:
            waiting = waiting or next(blocks)
            part, waiting = waiting[:left], waiting[left:]
            left -= len(part)
            yield part
    if waiting or any(blocks):  # asked once more: an embedder may say only then that it failed, or is done
        raise ValueError("there are more encodings than texts")


def _text(passage: Passage) -> tuple[str, str]:
    """All that an embedding depends on, besides the model."""
    return passage.embedded, passage_text(passage)
