"""What is embedded of a document: short windows of its text, each of which is encoded once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.domain.documents import HEADING as FRONT_MATTER
from index.domain.documents import Document, Passage
from index.domain.ports import WindowText
from index.retrieval.windows import window_rows, window_spans

__all__ = ["window_texts"]

MOST_WORDS = 60
"""Words of the passages that are encoded together: fewer than the reader reads at once, so that a passage's own words
count for more in its vector."""

LEAST_WORDS = 30


def window_texts(document: Document, passages: Sequence[Passage]) -> Iterator[WindowText]:
    """Yield texts that hold a document's passages; their spans, one for each passage, are in the order of the passages.

    A passage that ends one text and begins the next counts in the first, where more stands before it.
    """
    if not passages:
        return
    embedded = 0
    for rows in window_rows(range(len(passages)), passages, most=MOST_WORDS, least=LEAST_WORDS):
        text, spans = window_spans(document, rows, passages)
        title = f"{document.title}\n" if passages[rows.start].section == FRONT_MATTER else ""
        yield WindowText(
            title + text, tuple((len(title) + begin, len(title) + end) for begin, end in spans[embedded - rows.start :])
        )
        embedded = rows.stop
