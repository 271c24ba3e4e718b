"""Paragraphs, headings, items and tables of a PDF, made of its lines, and made whole over columns and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from index.parsing._pdf_beside import beside_count, columns_of
from index.parsing._pdf_kinds import (
    BULLET,
    CAPTION,
    SENTENCE_END,
    Sizes,
    begins_pair,
    heading_level,
    is_numbered,
    pair_count,
)
from index.parsing._pdf_lines import Line
from index.parsing._pdf_tables import Table, aligned_rows
from index.parsing._tables import table_rows

__all__ = ["LONGEST_HEADING", "Paragraph", "read_paragraphs"]

LONGEST_HEADING = 160

NUMBERED_HEADING = re.compile(r"(?:\d{1,2}\.(?:\d{1,2}\.?)*|[A-Z]\.|[IVX]{1,5}\.)\s+[^\W\d_a-z]")
"""What begins a heading of its own, if it stands apart from another one above."""

MOST_LINES = 400
"""Lines of a paragraph or of a table without ruled lines."""


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, or a table.

    `kind` is that of a block, "pair" for a line of a form, "note" for a footnote, "caption" or "table".
    """

    kind: str
    lines: list[Line]
    level: int = 0
    table: Sequence[Sequence[str]] = ()
    headers: int | None = None


def read_paragraphs(items: Sequence[Line | Table], sizes: Sizes) -> list[Paragraph]:
    """Return the paragraphs of a document."""
    return _join_tables(_join_parted(_without_bylines(list(_paragraphs(items, sizes)))))


def _paragraphs(items: Sequence[Line | Table], sizes: Sizes) -> Iterator[Paragraph]:
    start = 0
    while start < len(items):
        item = items[start]
        if isinstance(item, Table):
            yield Paragraph("table", [], table=item.rows, headers=item.headers)
            start += 1
            continue
        lines = _lines_from(items, start)
        if led := sum(1 for _ in takewhile(lambda line: line.is_led, lines)):
            yield Paragraph("table", [], table=[line.cells for line in lines[:led]], headers=0)
            start += led
        elif _is_labelled_below(lines):
            yield Paragraph("table", [], table=[line.cells for line in lines[:2]], headers=1)
            start += 2
        elif pairs := pair_count(lines):
            yield from (Paragraph("pair", [line]) for line in lines[:pairs])
            start += pairs
        elif rows := aligned_rows(lines):
            yield Paragraph("table", [], table=rows)
            start += len(rows)
        elif beside := beside_count(lines):
            for column in columns_of(lines[:beside]):
                yield from _paragraphs(column, sizes)
            start += beside
        else:
            paragraph = _paragraph(lines, sizes)
            yield paragraph
            start += len(paragraph.lines)


def _is_labelled_below(lines: Sequence[Line]) -> bool:
    """Return whether the first line holds labels in small letters, each above its value, as in the boxes of a form."""
    if len(lines) < 2 or len(lines[0].cells) < 2 or len(lines[0].cells) != len(lines[1].cells):
        return False
    labels, values = lines[:2]
    is_near = 0 < values.top - labels.top < 2.5 * values.size
    return is_near and labels.size < 0.8 * values.size and _are_aligned(labels, values)


def _are_aligned(line: Line, other: Line) -> bool:
    return all(abs(start - start_below) < 3 for start, start_below in zip(line.starts, other.starts, strict=True))


def _lines_from(items: Sequence[Line | Table], start: int) -> list[Line]:
    lines: list[Line] = []
    for item in items[start : start + MOST_LINES]:
        if isinstance(item, Table):
            break
        lines.append(item)
    return lines


def _paragraph(lines: Sequence[Line], sizes: Sizes) -> Paragraph:
    """Return the paragraph, heading, list item, caption or footnote that begins with the first line."""
    first = lines[0]
    level = heading_level(lines, sizes)
    kind = "heading" if level else "prose"
    if not level:
        if first.note:
            kind = "note"
        elif CAPTION.match(first.text):
            kind = "caption"
        elif BULLET.match(first.text) or is_numbered(lines):
            kind = "item"
    stop = 1
    while stop < len(lines) and _continues(kind, lines[:stop], lines[stop:], level, sizes):
        stop += 1
    return Paragraph(kind, list(lines[:stop]), level)


def _continues(kind: str, lines: Sequence[Line], following: Sequence[Line], level: int, sizes: Sizes) -> bool:
    """Return whether the next line belongs to the same paragraph, item or heading."""
    line, next_line = lines[-1], following[0]
    if begins_pair(next_line, lines[0]) or next_line.note:
        return False
    if BULLET.match(next_line.text) or CAPTION.match(next_line.text):
        return False
    if heading_level(following, sizes) != level or (kind in ("note", "caption") and next_line.size > line.size):
        return False
    is_near = -0.3 * line.size < next_line.top - line.bottom < 0.7 * max(line.size, next_line.size)
    if not is_near and (next_line.region != line.region or next_line.top <= line.top):  # the next column or page
        return kind in ("prose", "item") and not SENTENCE_END.search(line.text) and _is_second_part(lines, next_line)
    if not is_near:
        return False
    if level:
        if next_line.top - line.bottom > 0.35 * line.size and NUMBERED_HEADING.match(next_line.text):
            return False
        return abs(next_line.size - line.size) < 0.6 and sum(len(one.text) for one in lines) < LONGEST_HEADING
    if len(next_line.cells) > 1 and (aligned_rows(following) or pair_count(following)):
        return False
    if is_numbered(following) and (kind == "item" or SENTENCE_END.search(line.text)):
        return False
    return not _begins_paragraph(kind, lines, next_line)


def _is_second_part(lines: Sequence[Line], line: Line) -> bool:
    """Return whether a line at the top of a column may continue lines at the end of another."""
    last = lines[-1]
    width = last.right - last.left
    is_full = not width or (last.x0 - last.left < 1.5 * last.size and last.x1 - last.left > 0.6 * width)
    return abs(line.size - last.size) < 0.6 and len(line.cells) == 1 and (is_full or len(lines) > 1)


def _begins_paragraph(kind: str, lines: Sequence[Line], line: Line) -> bool:
    """Return whether a line close below begins a new paragraph: by its indentation after the end of a sentence."""
    before = lines[-1]
    if not SENTENCE_END.search(before.text):
        return False
    if line.begins_bold and not line.bold and not before.bold:
        return True
    indent = line.x0 - before.x0
    if kind == "item":
        return indent < -0.8 * line.size or (len(lines) > 1 and indent > 0.8 * line.size)
    is_short = bool(before.right) and before.right - before.x1 > 0.25 * (before.right - before.left)
    return 0.8 * line.size < indent < 4 * line.size or (is_short and indent > -0.8 * line.size)


def _without_bylines(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Return paragraphs with the large lines below a title made prose: its authors, their places, its date."""
    if not paragraphs or not paragraphs[0].level:
        return paragraphs
    end = 1
    while end < len(paragraphs) and _may_be_byline(paragraphs[end], paragraphs[0]):
        end += 1
    later = {line.size for paragraph in paragraphs[end:] if paragraph.level for line in paragraph.lines}
    below = [paragraph for paragraph in paragraphs[1:end] if paragraph.level]
    if len(below) > 1 and below[-1].lines[0].size > max(paragraph.lines[0].size for paragraph in below[:-1]):
        below.pop()  # the first heading of the text
    if end > 2 and end < len(paragraphs):
        for paragraph in below:
            if paragraph.lines[0].size not in later:
                paragraph.kind, paragraph.level = "prose", 0
    return paragraphs


def _may_be_byline(paragraph: Paragraph, title: Paragraph) -> bool:
    if paragraph.kind not in ("heading", "prose") or paragraph.lines[0].bold:
        return False
    text = " ".join(line.text for line in paragraph.lines)
    is_smaller = paragraph.lines[0].size < title.lines[0].size
    return is_smaller and len(text) < 200 and not SENTENCE_END.search(text) and not is_numbered(paragraph.lines)


def _join_parted(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Return paragraphs with those made whole that a figure, table or footnote parts at the end of a column."""
    joined: list[Paragraph] = []
    for paragraph in paragraphs:
        before = _open_before(joined)
        if before is not None and _goes_on(before, paragraph):
            before.lines.extend(paragraph.lines)
        else:
            joined.append(paragraph)
    return joined


def _open_before(paragraphs: Sequence[Paragraph]) -> Paragraph | None:
    """Return the last prose or item, if only tables, captions, footnotes and scraps of a drawing stand after it."""
    for paragraph in reversed(paragraphs[-40:]):
        if paragraph.kind in ("prose", "item") and not SENTENCE_END.search(paragraph.lines[-1].text):
            last = paragraph.lines[-1]
            if len(paragraph.lines) > 1 or last.text.endswith("-") or last.right - last.x1 < last.size:
                return paragraph
        elif paragraph.kind not in ("table", "caption", "note"):
            return None
    return None


def _goes_on(before: Paragraph, paragraph: Paragraph) -> bool:
    if paragraph.kind != "prose" or not before.lines:
        return False
    last, first = before.lines[-1], paragraph.lines[0]
    return (
        last.region != first.region
        and abs(last.size - first.size) < 0.6
        and (first.text[:1].islower() or last.text.endswith("-"))
    )


def _join_tables(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Return paragraphs with tables made whole that go on, with their header or none, after a page's end."""
    joined: list[Paragraph] = []
    for paragraph in paragraphs:
        before = joined[-1] if joined else None
        if before is not None and paragraph.kind == before.kind == "table" and _same_table(before, paragraph):
            rows = paragraph.table[1:] if paragraph.table[0] == before.table[0] else paragraph.table
            before.table = [*before.table, *rows]
        else:
            joined.append(paragraph)
    return joined


def _same_table(table: Paragraph, following: Paragraph) -> bool:
    if len(table.table[0]) != len(following.table[0]):
        return False
    if table.table[0] == following.table[0]:
        return True
    return following.headers is None and not table_rows(following.table)[0].lead
