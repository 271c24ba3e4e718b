"""The page of a source around a quotation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.domain.answers import Citation, SourceChange, SourcePage
from index.domain.documents import Document
from index.text.normalize import collapse_whitespace, fix_mojibake
from index.text.tables import BAR
from index.viewer._pagination import GAP, Piece, paginate
from index.viewer._text_fragment import text_fragment_url

__all__ = ["source_page"]

CUT = "… "
"""What may stand at the ends of a quotation whose sentence is cut."""


def source_page(
    document: Document, citation: Citation, *, snapshot: str, page: int | None = None, current: Document | None = None
) -> SourcePage:
    """Return a page of `document`, which is from `snapshot`, with the quotation marked.

    Without a `page` it is the one where the quotation begins; for one out of range it is the nearest.
    `current` is the source as it is now, None if it is gone.
    """
    pages = paginate(document, citation)
    if page is None:
        page = next((number for number, pieces in enumerate(pages, 1) if any(piece.quoted for piece in pieces)), 1)
    page = min(max(page, 1), len(pages))
    pieces = pages[page - 1]
    shown = _quoted_words(citation, [piece for pieces in pages for piece in pieces])
    text = GAP.join(piece.whole for piece in pieces)
    highlight = _highlight(pieces, shown)
    words = text[slice(*highlight)] if highlight else ""
    return SourcePage(
        source=document.source,
        title=fix_mojibake(document.title),
        section=next((piece.section for piece in pieces if piece.quoted), pieces[0].section if pieces else ""),
        text=text,
        highlight=highlight,
        page=page,
        pages=len(pages),
        snapshot=snapshot,
        # On the page the words still have their lines, by which a browser finds code.
        link=text_fragment_url(document.url, words if collapse_whitespace(words) == shown else shown),
        change=_change(document, citation, current),
    )


def _quoted_words(citation: Citation, pieces: Sequence[Piece]) -> str:
    """Return the words that a quotation shows, without the ellipses of a cut, which are not in the source.

    Of a row that is shown with the names of its columns, these are the words of the row.
    """
    shown = collapse_whitespace(citation.shown)
    whole = shown.strip(CUT)
    texts = [collapse_whitespace(piece.text) for piece in pieces]
    if any(shown in text for text in texts):
        return shown
    rows = [text[slice(*piece.quoted)] for piece, text in zip(pieces, texts, strict=True) if piece.quoted]
    return rows[0] if len(rows) == 1 and BAR in shown and not any(whole in text for text in texts) else whole


def _change(document: Document, citation: Citation, current: Document | None) -> SourceChange:
    """Return how the source changed; words that are only wrapped differently still stand in it."""
    if current is None:
        return SourceChange.REMOVED
    if current.text == document.text:
        return SourceChange.NONE
    quoted = collapse_whitespace(citation.quote) in collapse_whitespace(current.text)
    return SourceChange.CHANGED if quoted else SourceChange.REWORDED


def _highlight(pieces: Sequence[Piece], shown: str) -> tuple[int, int] | None:
    """Return the range of a page's text that was quoted."""
    ranges: list[tuple[int, int]] = []
    offset = 0
    for piece in pieces:
        if piece.quoted:
            start = offset + len(piece.before)
            first, last = _exact_range(piece.text, piece.quoted, shown)
            ranges.append((start + first, start + last))
            if collapse_whitespace(piece.text[first:last]) == shown:
                return ranges[-1]
        offset += len(piece.whole) + len(GAP)
    return (ranges[0][0], ranges[-1][1]) if ranges else None


def _exact_range(text: str, place: tuple[int, int], shown: str) -> tuple[int, int]:
    """Return the range of exactly the words shown, if a quotation's range covers more or fewer."""
    if not shown or collapse_whitespace(text[slice(*place)]) == shown:
        return place
    starts = [match.start() for match in re.finditer(f"(?={re.escape(shown)})", text)]
    there = [start for start in starts if start < place[1] and place[0] < start + len(shown)]
    start = min(there, key=lambda start: abs(start - place[0]), default=None)
    return place if start is None else (start, start + len(shown))
