"""Running titles and page numbers of a PDF, which stand at the top or bottom of page after page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.parsing._pdf_lines import Segment, rows_of

__all__ = ["running_segments"]

EDGE = 0.1
"""Share of the page's height at its top and bottom that holds running titles and page numbers."""

DIGITS = re.compile(r"\d+")
PAGE_NUMBER = re.compile(
    r"[-–—|·\[(\s]*(?:page|seite|página|p\.)?\s*(?:#|[ivxlc]{1,7})(?:\s*(?:/|of|von|de|sur)\s*#)?[-–—|·\])\s]*",
    re.IGNORECASE,
)

Page = tuple[float, Sequence[Segment]]
"""The height of a page, and its segments."""


def running_segments(pages: Sequence[Page]) -> set[Segment]:
    """Return the segments that are running titles or page numbers.

    A running title stands at the same height on two pages, its digits aside (on every other page, too), or is set apart
    from the text at the same height on most pages, whatever it says.
    """
    edges = [list(_edge_segments(page)) for page in pages]
    patterns = Counter(key for page in edges for key in {_pattern(segment) for segment, _ in page})
    heights = Counter(key for page in edges for key in {_height(segment) for segment, apart in page if apart})
    most = max(3, 0.6 * len(pages))
    return {
        segment
        for (height, _), page in zip(pages, edges, strict=True)
        for segment, apart in page
        if (PAGE_NUMBER.fullmatch(_pattern(segment)[0]) and (apart or _is_at_edge(segment, height)))
        or (patterns[_pattern(segment)] >= (2 if apart else 3) and (_is_at_edge(segment, height) or _is_title(segment)))
        or (apart and heights[_height(segment)] >= most and _is_at_edge(segment, height) and _is_title(segment))
    }


def _edge_segments(page: Page) -> Iterator[tuple[Segment, bool]]:
    """Yield the segments at the edges of a page, with its first and last row, and whether each is set apart."""
    height, segments = page
    rows = rows_of(segments)
    top, bottom = _apart(rows, height), _apart(rows[::-1], height)
    for number, row in enumerate(rows):
        is_apart = number < top or number >= len(rows) - bottom
        if _is_at_edge(row[0], height) or (is_apart and len(row) == 1):
            yield from ((segment, is_apart) for segment in row)


def _apart(rows: Sequence[Sequence[Segment]], height: float) -> int:
    """Return how many rows, from one edge of the page, are set apart from the text by more than rows are usually."""
    gaps = [max(after[0].top - row[0].bottom, row[0].top - after[0].bottom) for row, after in pairwise(rows)]
    edge = next((number for number, row in enumerate(rows) if not _is_at_edge(row[0], height)), len(rows))
    if not gaps or edge == len(rows):
        return edge
    widest = max(range(max(edge, 1)), key=lambda number: gaps[number])
    others = sorted(gaps[:widest] + gaps[widest + 1 :])
    usual = others[len(others) // 4] if len(others) > 1 else 0.0
    return widest + 1 if gaps[widest] > max(0.6 * rows[widest][0].size, 1.3 * usual) else 0


def _is_at_edge(segment: Segment, height: float) -> bool:
    return segment.bottom < EDGE * height or segment.top > (1 - EDGE) * height


def _is_title(segment: Segment) -> bool:
    """Return whether a segment may be a chapter's title: short, no sentence, and no footnote, which all end a page."""
    return len(segment.words) < 12 and segment.text[-1] not in ".!?"


def _pattern(segment: Segment) -> tuple[str, int]:
    """Return what a running title has in common with those of other pages."""
    return DIGITS.sub("#", segment.text), round(segment.base / 4)


def _height(segment: Segment) -> int:
    return round(segment.base)
