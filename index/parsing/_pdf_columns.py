"""The reading order of a PDF page: columns of text one after the other, between what takes the page's whole width.

The page is cut at the tallest gutter, a strip of white space with lines of text on both sides; what is above it comes
first, then the left side, the right side, and what is below. Each of the four is cut in the same way (a recursive X-Y
cut: Nagy, Seth, Viswanathan 1992). The columns of a table are no columns of text: its rows are read.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from index.parsing._pdf_lines import Segment, rows_of

__all__ = ["reading_order"]

NARROWEST = 0.6
"""White space of a gutter, in heights of a letter, at least."""

HEAD_GAP = 2.0
HEAD_LINES = 9
"""Names over the columns have at most so many lines, and a gap below them of so many heights of a letter."""

MOST_CANDIDATES = 60
MOST_DEPTH = 6

FIGURES = re.compile(r"[\W_]*\d[\d.,:/%\s]*\D{0,3}")
LABELLED = re.compile(r"[^\W\d_][^:]{0,30}:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class _Cut:
    """Segments on the left and right of a gutter, and those above and below both."""

    above: list[Segment]
    left: list[Segment]
    right: list[Segment]
    below: list[Segment]
    width: float

    @property
    def weight(self) -> float:
        """How tall the shorter side is, in points."""
        return min(_height(self.left), _height(self.right)) if self.left and self.right else 0.0


def reading_order(segments: Sequence[Segment], depth: int = 0) -> list[list[Segment]]:
    """Return the columns of a page in reading order, each as its segments from top to bottom."""
    if not segments:
        return []
    cut = _best_cut(segments) if depth < MOST_DEPTH and len(segments) > 3 else None
    if cut is not None and (head := _head(cut)):
        rest = [segment for segment in segments if segment not in head]
        return [*reading_order(head, depth + 1), *reading_order(rest, depth + 1)]
    if cut is None:
        return [sorted(segments, key=attrgetter("top", "x0"))]
    return [column for part in (cut.above, cut.left, cut.right, cut.below) for column in reading_order(part, depth + 1)]


def _best_cut(segments: Sequence[Segment]) -> _Cut | None:
    least = NARROWEST * statistics.median(segment.size for segment in segments)
    ordered = sorted(segments, key=attrgetter("top", "x0"))
    cuts = [_extend(ordered, gap, least) for gap in _gaps(ordered, least)]
    cuts.sort(key=attrgetter("weight"), reverse=True)
    return next((cut for cut in cuts[:12] if _holds_columns(cut)), None)


def _gaps(ordered: Sequence[Segment], least: float) -> Iterator[tuple[int, float, float]]:
    """Yield gaps between neighbours, as the left one's number and the gap's sides, each strip of the page once."""
    seen: set[tuple[int, int]] = set()
    for number, segment in enumerate(ordered):
        best: Segment | None = None
        for other in _around(ordered, number, 1.5 * segment.size):
            if other.x0 >= segment.x1 + least and (best is None or other.x0 < best.x0):
                best = other
        if best is not None:
            key = (round(segment.x1 / 12), round(best.x0 / 12))
            if key not in seen and len(seen) < MOST_CANDIDATES:
                seen.add(key)
                yield number, segment.x1, best.x0


def _around(ordered: Sequence[Segment], number: int, near: float) -> Iterator[Segment]:
    """Yield the segments whose tops are near that of one."""
    top = ordered[number].top
    for step in (-1, 1):
        other = number + step
        while 0 <= other < len(ordered) and abs(ordered[other].top - top) <= near:
            yield ordered[other]
            other += step


def _extend(ordered: Sequence[Segment], gap: tuple[int, float, float], least: float) -> _Cut:
    """Return the cut along a gap, as far up and down as white space at least so wide goes on."""
    number, left, right = gap
    first, last = number, number
    for step in (1, -1):
        other = number
        while 0 <= other < len(ordered):
            segment = ordered[other]
            if left < segment.x1 and segment.x0 < right:
                if segment.x0 < left and right - segment.x1 >= least:
                    left = segment.x1
                elif segment.x1 > right and segment.x0 - left >= least:
                    right = segment.x0
                else:
                    break
            first, last = min(first, other), max(last, other)
            other += step
    band = ordered[first : last + 1]
    left_side = [segment for segment in band if segment.x1 <= left]
    right_side = [segment for segment in band if segment.x1 > left]
    below = list(ordered[last + 1 :])
    left_side, loose = _split_off(left_side, right_side)
    return _Cut(list(ordered[:first]), left_side, right_side, loose + below, right - left)


def _split_off(left: list[Segment], right: Sequence[Segment]) -> tuple[list[Segment], list[Segment]]:
    """Return the left side, and what stands below both sides behind a wide gap."""
    if not right:
        return left, []
    end = max(segment.bottom for segment in right)
    for number in range(1, len(left)):
        before, segment = left[number - 1], left[number]
        if segment.top > end and segment.top - before.bottom > 1.5 * segment.size:
            return left[:number], left[number:]
    return left, []


def _head(cut: _Cut) -> list[Segment]:
    """Return what stands above a wide gap through both sides, such as the names of authors; empty if that is text."""
    both = sorted((*cut.left, *cut.right), key=attrgetter("top"))
    bottom = both[0].bottom
    for number, segment in enumerate(both):
        if segment.top - bottom > HEAD_GAP * segment.size:
            upper = both[:number]
            sides = [[one for one in upper if any(one is other for other in side)] for side in (cut.left, cut.right)]
            is_short = all(len(rows_of(side)) <= HEAD_LINES and not _is_prose(rows_of(side)) for side in sides)
            return [*cut.above, *upper] if is_short else []
        bottom = max(bottom, segment.bottom)
    return []


def _height(segments: Sequence[Segment]) -> float:
    return max(segment.bottom for segment in segments) - min(segment.top for segment in segments)


def _holds_columns(cut: _Cut) -> bool:
    """Return whether both sides are text by themselves rather than the columns of one table or form."""
    if not cut.left or not cut.right:
        return False
    sides = [rows_of(side) for side in (cut.left, cut.right)]
    fewest = min(map(len, sides))
    if fewest < 2:
        return False
    is_wide = fewest > 5 or cut.width > 0.9 * cut.left[0].size
    if fewest > 2 and is_wide and all(_is_prose(rows) for rows in sides):
        return True
    is_columnwise = max(_orders(cut.left)) < min(_orders(cut.right)) or max(_orders(cut.right)) < min(_orders(cut.left))
    if not is_columnwise or any(_is_tabular(side) for side in (cut.left, cut.right)):
        return False
    return not _is_aligned(sides) or all(_is_centred(rows) for rows in sides)


def _orders(segments: Sequence[Segment]) -> list[int]:
    return [word.order for segment in segments for word in segment.words] or [0]


def _is_prose(rows: Sequence[Sequence[Segment]]) -> bool:
    """Return whether rows are lines of text: several words each, most of them as wide as the column."""
    lines = [row for row in rows if not row[0].content]
    if not lines:
        return True
    width = max(row[-1].x1 for row in lines) - min(row[0].x0 for row in lines)
    words = sum(len(segment.words) for row in lines for segment in row)
    filled = sum(row[-1].x1 - row[0].x0 for row in lines) / len(lines)
    texts = [segment.text for row in lines for segment in row]
    labelled = sum(bool(LABELLED.match(text)) for text in texts)
    return (
        words >= 3.5 * len(lines)
        and filled > 0.55 * width
        and labelled < 0.5 * len(texts)
        and not _is_tabular([segment for row in lines for segment in row])
    )


def _is_tabular(segments: Sequence[Segment]) -> bool:
    """Return whether many segments are numbers by themselves."""
    texts = [segment.text for segment in segments if segment.words]
    return 3 * sum(bool(FIGURES.fullmatch(text)) for text in texts) > len(texts)


def _is_aligned(sides: Sequence[Sequence[Sequence[Segment]]]) -> bool:
    """Return whether the lines of both sides stand at the same heights, as the rows of a table do."""
    shorter, longer = sorted(sides, key=len)
    bases = [row[0].base for row in longer]
    matched = sum(any(abs(row[0].base - base) < 1.0 for base in bases) for row in shorter)
    return matched >= 0.9 * len(shorter) and len(longer) - len(shorter) <= 1


def _is_centred(rows: Sequence[Sequence[Segment]]) -> bool:
    """Return whether lines of different widths stand on one middle, as names over their addresses do."""
    middles = [(row[0].x0 + row[-1].x1) / 2 for row in rows]
    lefts = [row[0].x0 for row in rows]
    return max(middles) - min(middles) < 2.0 < max(lefts) - min(lefts)
