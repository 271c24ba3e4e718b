"""A whole source as one page, with quoted characters found again by a digest of them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from index.domain.answers import SourceChange
from index.domain.documents import Document
from index.domain.evidence import EvidencePage, quote_digest
from index.text.normalize import collapse_whitespace, fix_mojibake
from index.viewer._difference import difference
from index.viewer._readable_parts import readable_parts

__all__ = ["evidence_page"]

MOST_COMPARED = 50_000_000
"""Characters that are compared when a quotation is looked for elsewhere than where it was."""

WORD_START = re.compile(r"(?<!\w)\S|(?<=_)\w")


def evidence_page(
    source: str,
    place: tuple[int, int],
    digest: str,
    *,
    snapshot: str,
    documents: Mapping[str, Document] | None,
    live: str,
    live_documents: Mapping[str, Document],
) -> EvidencePage | None:
    """Return the page of a source; None if neither its snapshot nor the live one has it.

    Parameters
    ----------
    place, digest
        The quoted characters, and what `quote_digest` gives for them; without a digest they are not compared.
    documents
        Those of `snapshot`; None if it is gone: then the live source is shown, the words where they stand there now.
    live_documents
        Those of the live snapshot, which says how the source changed since.
    """
    current = live_documents.get(source)
    kept = documents is not None
    document = documents.get(source) if documents is not None else current
    if document is None:
        return None
    quoted = _find(document.text, place, digest)
    quote = document.text[slice(*quoted)]
    change = _change(document, quote, current)
    return EvidencePage(
        source=source,
        title=fix_mojibake(document.title),
        url=document.url,
        parts=readable_parts(document, quoted),
        snapshot=snapshot if kept else live,
        kept=kept,
        live=live,
        quote=quote,
        metadata=document.metadata,
        change=change,
        difference=difference(document.text, current.text) if current and change else (),
    )


def _change(document: Document, quote: str, current: Document | None) -> SourceChange:
    if current is None:
        return SourceChange.REMOVED
    if current.text == document.text:
        return SourceChange.NONE
    stands = collapse_whitespace(quote) in collapse_whitespace(current.text)
    return SourceChange.CHANGED if stands else SourceChange.REWORDED


def _find(text: str, place: tuple[int, int], digest: str) -> tuple[int, int]:
    """Return where the quoted characters stand, the nearest to their place; an empty range if nowhere."""
    start, end = place
    inside = 0 <= start < end <= len(text)
    if inside and (not digest or quote_digest(text[start:end]) == digest):
        return place
    length = end - start
    if not digest or not 0 < length <= len(text):
        return 0, 0
    starts = sorted(
        (match.start() for match in WORD_START.finditer(text, 0, len(text) - length + 1)),
        key=lambda begin: abs(begin - start),
    )
    for begin in starts[: MOST_COMPARED // length]:
        if quote_digest(text[begin : begin + length]) == digest:
            return begin, begin + length
    return 0, 0
