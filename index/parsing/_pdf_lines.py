"""Lines of a PDF page: words in the same row, and the cells that wide gaps separate."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from index.parsing._pdf_text import SMALL, is_raised, join_words, main_base, main_size, without_leaders
from index.parsing._pdf_words import Word
from index.parsing.layout import clean_text

__all__ = ["Line", "Segment", "make_line", "note_marks", "read_segments", "rows_of"]

COLUMN_GAP = 1.0
"""White space between two cells, in heights of a letter, at least; more in a line whose words stand far apart."""

SEGMENT_GAP = 0.65
"""White space that may be the gutter between two columns of text, in heights of a letter, at least."""


LARGEST_HOST = 40.0
BAND = 12.0
"""In points: the largest letters beside which small ones are looked for, and the height of a band of the page."""

JUSTIFIED_GAPS = 3
"""Gaps between words of a justified line, at least; in shorter lines wide ones part cells."""

BULLETS = frozenset("•◦▪‣●○■□➢➤✓")
NUMBER_MARK = re.compile(r"\(?(?:\d{1,2}|[a-z])[.)]|\d{1,2}")
"""The number of an item; in a line of more than two cells it may be that of a row."""

FURTHEST_MARK = 2.5
"""White space between an item's mark and its words, in heights of a letter, at most."""

NOTE_MARK = re.compile(r"\d{1,3}|[*†‡§¶‖]+|[a-z]")


@dataclass(slots=True, eq=False)
class Segment:
    """Words of a row that no wide gap separates, from left to right, or anything else that takes a box of the page."""

    x0: float
    x1: float
    top: float
    bottom: float
    base: float
    size: float
    words: tuple[Word, ...] = ()
    content: object = None

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line of a page, with the box around them in points.

    `cells` are groups of words that wide gaps separate, `starts` and `ends` their left and right sides; `size` is the
    size of most letters, `bold` says that all are bold, `begins_bold` that the first are, `labels` which cells are.
    `is_led` says that a row of dots led to the last cell. `region` numbers the column of text that the line stands in,
    `left` and `right` are that column's sides. `note` is the mark of the footnote that begins here. `values` numbers
    the cells that were filled into a form.
    """

    cells: tuple[str, ...]
    starts: tuple[float, ...]
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    ends: tuple[float, ...] = ()
    region: int = 0
    left: float = 0.0
    right: float = 0.0
    note: str = ""
    begins_bold: bool = False
    labels: tuple[bool, ...] = ()
    is_led: bool = False
    values: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        return " ".join(self.cells)


def read_segments(words: Iterable[Word]) -> list[Segment]:
    """Return the segments of a page, from top to bottom; superscripts and the like belong to the words beside them."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=attrgetter("base", "x0")):
        if rows and word.base - rows[-1][0].base <= 0.25 * min(word.size, rows[-1][0].size):
            rows[-1].append(word)
        else:
            rows.append([word])
    segments = [_segment(piece) for row in rows for piece in _pieces(sorted(row, key=attrgetter("x0")))]
    return sorted(_attach_small(segments), key=attrgetter("top", "x0"))


def rows_of(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Return segments row by row, each from left to right."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=attrgetter("base", "x0")):
        if (
            rows
            and not segment.content
            and segment.base - rows[-1][0].base <= 0.35 * min(segment.size, rows[-1][0].size)
        ):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [sorted(row, key=attrgetter("x0")) for row in rows]


def make_line(
    row: Sequence[Segment], marks: Collection[str], region: int, left: float, right: float, gap: float = COLUMN_GAP
) -> Line:
    """Return the line of a row of segments; `marks` are those of the page's footnotes, `gap` parts its cells."""
    words = sorted((word for segment in row for word in segment.words), key=attrgetter("x0"))
    size, base = main_size(words), main_base(words)
    note = words[0].text if len(words) > 1 and is_raised(words[0], size, base) and words[0].text in marks else ""
    words = words[1:] if note else words
    plain = list(without_leaders(words))
    is_led, words = len(plain) < len(words), plain
    groups = _cells(words, size, gap)
    cells = [(clean_text(join_words(group, marks)), group) for group in groups]
    cells = _with_mark([(text, group) for text, group in cells if text], size, gap)
    letters = sum(len(word.text) for word in words)
    return Line(
        cells=tuple(text for text, _ in cells),
        starts=tuple(group[0].x0 for _, group in cells),
        x0=words[0].x0,
        x1=max(word.x1 for word in words),
        top=base - 0.75 * size,
        bottom=base + 0.25 * size,
        size=round(size * 2) / 2,
        bold=sum(len(word.text) for word in words if word.bold) > 0.95 * letters,
        begins_bold=words[0].bold,
        labels=tuple(all(word.bold for word in group) for _, group in cells),
        is_led=is_led,
        ends=tuple(max(word.x1 for word in group) for _, group in cells),
        region=region,
        left=left,
        right=right,
        note=note,
        values=frozenset(number for number, (_, group) in enumerate(cells) if group[0].is_value),
    )


def _with_mark(cells: list[tuple[str, list[Word]]], size: float, gap: float) -> list[tuple[str, list[Word]]]:
    """Return the cells of a line, with the mark of an item that stands far before its words made one with them."""
    if len(cells) < 2 or gap < COLUMN_GAP:
        return cells
    (mark, first), (text, second) = cells[:2]
    is_near = second[0].x0 - first[-1].x1 < FURTHEST_MARK * size
    is_number = len(cells) == 2 and NUMBER_MARK.fullmatch(mark)
    if not (is_near and any(map(str.isalpha, text)) and (mark in BULLETS or is_number)):
        return cells
    mark = f"{mark}." if mark.isalnum() and is_number else mark
    return [(f"{mark} {text}", [*first, *second]), *cells[2:]]


def note_marks(segments: Iterable[Segment]) -> set[str]:
    """Return the marks that stand, small and raised, before the first word of a segment, as before a footnote."""
    marks = set()
    for segment in segments:
        if len(segment.words) > 1:
            first = segment.words[0]
            if NOTE_MARK.fullmatch(first.text) and is_raised(first, segment.size, segment.base):
                marks.add(first.text)
    return marks


def _segment(words: Sequence[Word]) -> Segment:
    size, base = main_size(words), main_base(words)
    return Segment(
        words[0].x0, max(word.x1 for word in words), base - 0.75 * size, base + 0.25 * size, base, size, tuple(words)
    )


def _pieces(row: Sequence[Word]) -> Iterator[list[Word]]:
    piece: list[Word] = []
    for word in row:
        if piece and (
            word.is_value or piece[-1].is_value or word.x0 - piece[-1].x1 > SEGMENT_GAP * max(word.size, piece[-1].size)
        ):
            yield piece
            piece = []
        piece.append(word)
    if piece:
        yield piece


def _attach_small(segments: Sequence[Segment]) -> list[Segment]:
    """Return the segments, with small ones put into the larger one that they stand beside, above or below its line."""
    largest = min(max((segment.size for segment in segments), default=0.0), LARGEST_HOST)
    bands: defaultdict[int, list[Segment]] = defaultdict(list)
    for segment in segments:
        bands[int(segment.base // BAND)].append(segment)
    merged_away: set[Segment] = set()
    for small in segments:
        if small.size > SMALL * largest or len(small.words) > 4 or small in merged_away:
            continue
        reach = range(int((small.base - 0.4 * largest) // BAND), int((small.base + 0.8 * largest) // BAND) + 1)
        host = next((host for band in reach for host in bands[band] if _is_beside(small, host)), None)
        if host is not None:
            for segment in (small, host):
                bands[int(segment.base // BAND)].remove(segment)
                merged_away.add(segment)
            merged = _segment(sorted((*host.words, *small.words), key=attrgetter("x0")))
            bands[int(merged.base // BAND)].append(merged)
    return [segment for band in bands.values() for segment in band]


def _is_beside(small: Segment, host: Segment) -> bool:
    if small is host or small.size > SMALL * host.size or small.words[0].is_value:
        return False
    if (
        not -0.55 * host.size < host.base - small.base < 0.8 * host.size
        or abs(host.base - small.base) < 0.05 * host.size
    ):
        return False
    near = 0.3 * host.size
    return any(
        -near < small.x0 - word.x1 < near or -near < word.x0 - small.x1 < near
        for word in host.words
        if word.size > small.size
    )


def _cells(words: Sequence[Word], size: float, gap: float) -> list[list[Word]]:
    gaps = [after.x0 - word.x1 for word, after in pairwise(words)]
    wide = gap * size
    if gap >= COLUMN_GAP and len(gaps) >= JUSTIFIED_GAPS and max(gaps) < 2 * size and min(gaps) > 0.5 * size:
        wide = 2 * size  # the words of a justified line stand far apart, all of them
    cells = [[words[0]]]
    for space, (word, after) in zip(gaps, pairwise(words), strict=True):
        if space > wide or word.is_value != after.is_value:
            cells.append([])
        cells[-1].append(after)
    return cells
