"""A page of a source for a reader: what stands around a quotation, and what comes before and after."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.domain.answers import Citation, SourceChange, SourcePage
from index.domain.documents import Document
from index.text.normalize import collapse_whitespace, fix_mojibake
from index.viewer._pagination import GAP, Piece, paginate
from index.viewer._text_fragment import text_fragment_url

__all__ = ["source_page"]


def source_page(
    document: Document, citation: Citation, *, snapshot: str, page: int | None = None, current: Document | None = None
) -> SourcePage:
    """A page of `document`, which is from `snapshot`, for who wants to see a quotation where it stands.

    Without a `page` it is the one where the quotation begins; for one that does not exist it is the nearest that does.
    `current` is the source as it is now, None where it is gone.
    """
    every = paginate(document, citation)
    if page is None:
        page = next((number for number, pieces in enumerate(every, 1) if any(at.quoted for at in pieces)), 1)
    page = min(max(page, 1), len(every))
    pieces = every[page - 1]
    shown = collapse_whitespace(citation.shown)
    text = GAP.join(piece.whole for piece in pieces)
    bold = _bold(pieces, shown)
    words = text[slice(*bold)] if bold else ""
    return SourcePage(
        source=document.source,
        title=fix_mojibake(document.title),
        section=next((at.section for at in pieces if at.quoted), pieces[0].section if pieces else ""),
        text=text,
        bold=bold,
        page=page,
        pages=len(every),
        snapshot=snapshot,
        # On the page the words still have their lines, by which a browser finds code.
        link=text_fragment_url(document.url, words if collapse_whitespace(words) == shown else shown),
        since=_since(document, citation, current),
    )


def _since(document: Document, citation: Citation, current: Document | None) -> str:
    """What became of the source; words that were only wrapped otherwise still stand in it."""
    if current is None:
        return SourceChange.REMOVED
    if current.text == document.text:
        return SourceChange.NONE
    quoted = collapse_whitespace(citation.quote) in collapse_whitespace(current.text)
    return SourceChange.CHANGED if quoted else SourceChange.REWORDED


def _bold(pieces: Sequence[Piece], shown: str) -> tuple[int, int] | None:
    """The characters of a page's text that were quoted."""
    found: list[tuple[int, int]] = []
    at = 0
    for piece in pieces:
        if piece.quoted:
            start = at + len(piece.before)
            first, last = _to_the_letter(piece.text, piece.quoted, shown)
            found.append((start + first, start + last))
            if collapse_whitespace(piece.text[first:last]) == shown:
                return found[-1]
        at += len(piece.whole) + len(GAP)
    return (found[0][0], found[-1][1]) if found else None


def _to_the_letter(text: str, place: tuple[int, int], shown: str) -> tuple[int, int]:
    """The words shown, where the place of the quotation is that of more words or of fewer."""
    if not shown or collapse_whitespace(text[slice(*place)]) == shown:
        return place
    starts = [match.start() for match in re.finditer(f"(?={re.escape(shown)})", text)]
    there = [start for start in starts if start < place[1] and place[0] < start + len(shown)]
    start = min(there, key=lambda start: abs(start - place[0]), default=None)
    return place if start is None else (start, start + len(shown))
