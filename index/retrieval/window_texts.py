"""What is embedded of a document: texts that hold its passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.domain.documents import Document, Passage
from index.domain.ports import WindowText
from index.text.passages import passage_text

__all__ = ["window_texts"]


def window_texts(document: Document, passages: Sequence[Passage]) -> Iterator[WindowText]:
    """Yield the texts of a document's passages; their spans, one for each passage, are in the order of the passages."""
    for passage in passages:
        own = min(len(passage_text(passage)), len(passage.embedded))
        yield WindowText(passage.embedded, ((len(passage.embedded) - own, len(passage.embedded)),))
