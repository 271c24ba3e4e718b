"""Headings, paragraphs, list items and table rows from the lines of a PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from index.parsing._pdf_lines import Line
from index.parsing._pdf_tables import Table, aligned_rows
from index.parsing.layout import ParsedBlock, table_rows

__all__ = ["build_blocks"]

LARGER = 1.12
"""A heading is at least so much larger than the text, or bold."""

LONGEST_HEADING = 120

BULLET = re.compile(r"^[•◦▪‣●○■□–—*·-]\s+")
HYPHENATED = re.compile(r"[^\W\d_]{2,}-$")
SENTENCE_END = re.compile(r"[.!?:][\"”’)\]]?$")


def build_blocks(items: Sequence[Line | Table], letters: Mapping[float, int]) -> Iterator[ParsedBlock]:
    """Yield the blocks of a document; `letters` counts its letters of each size."""
    body, sizes = _sizes(letters)
    for is_line, group in groupby(items, lambda item: isinstance(item, Line)):
        if is_line:
            yield from _line_blocks([item for item in group if isinstance(item, Line)], body, sizes)
        else:
            for item in group:
                if isinstance(item, Table):
                    yield from table_rows(item.rows)


def _sizes(letters: Mapping[float, int]) -> tuple[float, list[float]]:
    """Return the size of most letters, and the larger sizes of headings, the largest first."""
    body = max(letters, key=lambda size: letters[size], default=0.0)
    return body, sorted((size for size in letters if size >= body * LARGER), reverse=True)[:4]


def _line_blocks(lines: Sequence[Line], body: float, sizes: Sequence[float]) -> Iterator[ParsedBlock]:
    start = 0
    while start < len(lines):
        if rows := aligned_rows(lines[start:]):
            yield from table_rows(rows)
            start += len(rows)
            continue
        level = _heading_level(lines[start], body, sizes)
        stop = start + 1
        while (
            stop < len(lines)
            and _continues(lines[stop - 1], lines[stop], body, sizes)
            and not aligned_rows(lines[stop:])
        ):
            stop += 1
        text = _join_lines([line.text for line in lines[start:stop]])
        if level and len(text) <= LONGEST_HEADING:
            yield ParsedBlock("heading", text, level=level)
        elif bullet := BULLET.match(text):
            yield ParsedBlock("item", text[bullet.end() :])
        else:
            yield ParsedBlock("prose", text)
        start = stop


def _heading_level(line: Line, body: float, sizes: Sequence[float]) -> int:
    """Return 1 for the largest heading, 0 for a line of the text."""
    if line.size in sizes:
        return sizes.index(line.size) + 1
    if line.bold and line.size >= body and not line.text.endswith((".", ",", ";", ":")):
        return len(sizes) + 1
    return 0


def _continues(line: Line, next_line: Line, body: float, sizes: Sequence[float]) -> bool:
    """Return whether the next line belongs to the same paragraph or heading."""
    if BULLET.match(next_line.text):
        return False
    if _heading_level(line, body, sizes) != _heading_level(next_line, body, sizes):
        return False
    if next_line.top <= line.top:  # the next column or page: an unfinished sentence continues there
        return not SENTENCE_END.search(line.text)
    return next_line.top - line.bottom < 0.7 * max(line.size, next_line.size)


def _join_lines(lines: Sequence[str]) -> str:
    """Return lines as one, with words that were hyphenated at a line's end made whole."""
    text = lines[0]
    for line in lines[1:]:
        hyphenated = HYPHENATED.search(text) and line[:1].islower() and "-" not in text.split(" ")[-1][:-1]
        text = f"{text[:-1]}{line}" if hyphenated else f"{text} {line}"
    return text
