"""Headings, paragraphs, list items and table rows from the lines of a PDF, in reading order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.parsing._pdf_lines import Line
from index.parsing._pdf_tables import Table, aligned_rows
from index.parsing._pdf_text import join_lines
from index.parsing._tables import table_rows
from index.parsing.layout import ParsedBlock

__all__ = ["build_blocks"]

LARGER = 1.12
"""A heading is at least so much larger than the text, or bold."""

SMALLER = 0.93
"""A footnote is at most so large as the text."""

LONGEST_HEADING = 160

BULLET = re.compile(r"^[•◦▪‣●○■□➢➤✓–—*·-]\s+")
NUMBER = re.compile(r"^(\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|\[\d{1,3}\])\s+(?=\S)")
SECTION = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*\.?|[A-Z](?:\.\d{1,2})+\.?|[IVX]{1,5}\.)\s+(?=[^\W\d_])")
CAPTION = re.compile(
    r"^(?:fig(?:ure)?|table|abb(?:ildung)?|tabelle|tableau|figura|tabla|algorithm)\.?\s*(?:\d+|[IVX]+)\s*(?:[:.|—–-]|$)",
    re.I,
)
SENTENCE_END = re.compile(r"[.!?:;][\"”’)\]]?$")
PAGE = re.compile(r"\d{1,4}|[ivxlc]{1,6}")
LABEL = re.compile(r"(?![a-z])[^\W_][^:]{0,40}:$")
LABELLED = re.compile(r"(?![a-z])[^\W_][^:!?]{0,40}:\s+\S")


@dataclass(slots=True)
class _Paragraph:
    """Lines that belong together, or a table; `kind` is a block's, "note" for a footnote or "caption"."""

    kind: str
    lines: list[Line]
    level: int = 0
    table: Sequence[Sequence[str]] = ()
    headers: int | None = None


def build_blocks(items: Sequence[Line | Table], letters: Mapping[float, int]) -> Iterator[ParsedBlock]:
    """Yield the blocks of a document; `letters` counts its letters of each size."""
    body, sizes = _sizes(letters)
    words = _words(items)
    paragraphs = _join_tables(_join_parted(list(_paragraphs(items, body, sizes))))
    for paragraph in paragraphs:
        yield from _blocks(paragraph, words)


def _sizes(letters: Mapping[float, int]) -> tuple[float, list[float]]:
    """Return the size of most letters, and the larger sizes of headings, the largest first."""
    body = max(letters, key=lambda size: letters[size], default=0.0)
    return body, sorted((size for size in letters if size >= body * LARGER), reverse=True)[:6]


def _words(items: Sequence[Line | Table]) -> Counter[str]:
    """Count the words that stand within lines, to tell which hyphens at the end of a line are a word's own."""
    return Counter(
        word.strip(".,;:()[]“”\"'").lower()
        for line in items
        if isinstance(line, Line)
        for word in line.text.split()[:-1]
    )


def _paragraphs(items: Sequence[Line | Table], body: float, sizes: Sequence[float]) -> Iterator[_Paragraph]:
    start = 0
    while start < len(items):
        item = items[start]
        if isinstance(item, Table):
            yield _Paragraph("table", [], table=item.rows, headers=item.headers)
            start += 1
            continue
        lines = _run_of_lines(items, start)
        if pairs := _pairs(lines):
            yield from (_Paragraph("pair", [line]) for line in lines[:pairs])
            start += pairs
            continue
        if rows := aligned_rows(lines):
            yield _Paragraph("table", [], table=rows)
            start += len(rows)
            continue
        paragraph = _paragraph(lines, body, sizes)
        yield paragraph
        start += len(paragraph.lines)


def _run_of_lines(items: Sequence[Line | Table], start: int) -> list[Line]:
    """Return the lines from here to the next table, at most as many as a paragraph or table may have."""
    lines: list[Line] = []
    for item in items[start : start + 400]:
        if isinstance(item, Table):
            break
        lines.append(item)
    return lines


def _pairs(lines: Sequence[Line]) -> int:
    """Return how many lines, from the first, hold labels with their values as a form has them."""
    for number, line in enumerate(lines):
        if _is_labelled(line) and (line.values or len(line.cells) > 1 or number):
            continue
        if line.values or (number == 0 and len(lines) > 1 and _is_labelled(line) and _is_labelled(lines[1])):
            continue
        return number
    return len(lines)


def _is_labelled(line: Line) -> bool:
    """Return whether a label begins the line, as in "Contact: Rita Olsen", with or without other such pairs."""
    if len(line.cells) == 1:
        return bool(LABELLED.match(line.text)) and not CAPTION.match(line.text) and not SECTION.match(line.text)
    labels = sum(bool(LABEL.fullmatch(cell) or LABELLED.match(cell)) for cell in line.cells)
    return labels > 0 and 2 * labels >= len(line.cells) - 1


def _is_contents(line: Line) -> bool:
    """Return whether a line is an entry in a table of contents: its page number stands by itself at the right."""
    return len(line.cells) > 1 and line.right - line.x1 < 2 * line.size and bool(PAGE.fullmatch(line.cells[-1]))


def _is_short(line: Line) -> bool:
    return not line.right or line.x1 - line.left < 0.7 * (line.right - line.left)


def _paragraph(lines: Sequence[Line], body: float, sizes: Sequence[float]) -> _Paragraph:
    """Return the paragraph, heading, list item, caption or footnote that begins with the first line."""
    first = lines[0]
    level = _heading_level(lines, body, sizes)
    kind = "heading" if level else "prose"
    if not level:
        if first.note:
            kind = "note"
        elif CAPTION.match(first.text):
            kind = "caption"
        elif BULLET.match(first.text) or _is_numbered(lines):
            kind = "item"
    stop = 1
    while stop < len(lines) and _continues(kind, lines[:stop], lines[stop:], level, body, sizes):
        stop += 1
    return _Paragraph(kind, list(lines[:stop]), level)


def _is_numbered(lines: Sequence[Line]) -> bool:
    """Return whether the first line begins an item of a numbered list: its lines hang, or the next number follows."""
    first = NUMBER.match(lines[0].text)
    if not first:
        return False
    mark = first.group(1).strip("()[].")
    if mark == "1" or mark in "ai":
        expected = {"1": "2", "a": "b", "i": "ii"}[mark]
    elif mark.isdigit():
        return True
    else:
        return len(mark) == 1 and first.group(1)[-1] == ")"
    following = (NUMBER.match(line.text) for line in lines[1:40])
    return any(match and match.group(1).strip("()[].") == expected for match in following)


def _heading_level(lines: Sequence[Line], body: float, sizes: Sequence[float]) -> int:
    """Return 1 for the largest heading, 0 for a line of the text."""
    line = lines[0]
    if (
        "@" in line.text
        or _is_contents(line)
        or line.note
        or not any(char.isalpha() for char in line.text)
        or len(line.cells) > 3
    ):
        return 0
    if line.size in sizes:
        return 0 if BULLET.match(line.text) else sizes.index(line.size) + 1
    section = SECTION.match(line.text)
    depth = section.group().strip().rstrip(".").count(".") + 1 if section else 1
    if line.bold and line.size >= body and not line.text.endswith((".", ",", ";", ":")):
        return len(sizes) + depth
    if section and not line.right:
        return 0
    if section and line.text.isupper() and len(line.text) > 7 and len(lines) > 1 and _is_short(line):  # small capitals
        return len(sizes) + 1
    return 0


def _continues(
    kind: str, lines: Sequence[Line], following: Sequence[Line], level: int, body: float, sizes: Sequence[float]
) -> bool:
    """Return whether the next line belongs to the same paragraph, item or heading."""
    line, next_line = lines[-1], following[0]
    if LABELLED.match(next_line.text) and LABELLED.match(lines[0].text):
        return False
    if BULLET.match(next_line.text) or next_line.note or CAPTION.match(next_line.text):
        return False
    if _heading_level(following, body, sizes) != level or (kind in ("note", "caption") and next_line.size > line.size):
        return False
    is_near = -0.3 * line.size < next_line.top - line.bottom < 0.7 * max(line.size, next_line.size)
    if not is_near and (next_line.region != line.region or next_line.top <= line.top):  # the next column or page
        return kind in ("prose", "item") and not SENTENCE_END.search(line.text) and _is_second_part(lines, next_line)
    if not is_near:
        return False
    if level:
        return abs(next_line.size - line.size) < 0.6 and sum(len(one.text) for one in lines) < LONGEST_HEADING
    if len(following[0].cells) > 1 and (aligned_rows(following) or _pairs(following)):
        return False
    if _is_numbered(following) and (kind == "item" or SENTENCE_END.search(line.text)):
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
    indent = line.x0 - before.x0
    if kind == "item":
        return indent < -0.8 * line.size or (len(lines) > 1 and indent > 0.8 * line.size)
    is_short = bool(before.right) and before.right - before.x1 > 0.25 * (before.right - before.left)
    return 0.8 * line.size < indent < 4 * line.size or (is_short and indent > -0.8 * line.size)


def _join_parted(paragraphs: list[_Paragraph]) -> list[_Paragraph]:
    """Return paragraphs with those made whole that a figure, table or footnote parts at the end of a column."""
    joined: list[_Paragraph] = []
    for paragraph in paragraphs:
        before = _open_before(joined)
        if before is not None and _goes_on(before, paragraph):
            before.lines.extend(paragraph.lines)
        else:
            joined.append(paragraph)
    return joined


def _open_before(paragraphs: Sequence[_Paragraph]) -> _Paragraph | None:
    """Return the last prose or item, if only tables, captions, footnotes and scraps of a drawing stand after it."""
    for paragraph in reversed(paragraphs[-40:]):
        if paragraph.kind in ("prose", "item") and not SENTENCE_END.search(paragraph.lines[-1].text):
            last = paragraph.lines[-1]
            if len(paragraph.lines) > 1 or last.text.endswith("-") or last.right - last.x1 < last.size:
                return paragraph
        elif paragraph.kind not in ("table", "caption", "note"):
            return None
    return None


def _goes_on(before: _Paragraph, paragraph: _Paragraph) -> bool:
    if paragraph.kind != "prose" or not before.lines:
        return False
    last, first = before.lines[-1], paragraph.lines[0]
    return (
        last.region != first.region
        and abs(last.size - first.size) < 0.6
        and (first.text[:1].islower() or last.text.endswith("-"))
    )


def _join_tables(paragraphs: Sequence[_Paragraph]) -> list[_Paragraph]:
    """Return paragraphs with tables made whole that go on, with their header or none, after a page's end."""
    joined: list[_Paragraph] = []
    for paragraph in paragraphs:
        before = joined[-1] if joined else None
        if before is not None and paragraph.kind == before.kind == "table" and _same_table(before, paragraph):
            rows = paragraph.table[1:] if paragraph.table[0] == before.table[0] else paragraph.table
            before.table = [*before.table, *rows]
        else:
            joined.append(paragraph)
    return joined


def _same_table(table: _Paragraph, following: _Paragraph) -> bool:
    if len(table.table[0]) != len(following.table[0]):
        return False
    if table.table[0] == following.table[0]:
        return True
    return following.headers is None and not table_rows(following.table)[0].lead


def _blocks(paragraph: _Paragraph, words: Mapping[str, int]) -> Iterator[ParsedBlock]:
    if paragraph.kind == "table":
        yield from table_rows(paragraph.table, paragraph.headers)
        return
    if paragraph.kind == "pair":
        yield from (ParsedBlock("row", pair) for pair in _label_values(paragraph.lines[0]))
        return
    text = join_lines([line.text for line in paragraph.lines], words)
    if paragraph.kind == "heading" and len(text) <= LONGEST_HEADING:
        yield ParsedBlock("heading", text, level=paragraph.level)
    elif bullet := BULLET.match(text):
        yield ParsedBlock("item", text[bullet.end() :])
    elif paragraph.kind == "item" and (number := NUMBER.match(text)):
        yield ParsedBlock("item", text[number.end() :], mark=number.group(1))
    else:
        yield ParsedBlock("prose", text)


def _label_values(line: Line) -> list[str]:
    """Return the cells of a line, each label with its value: "Contact: Rita Olsen"."""
    pairs: list[str] = []
    is_open = False
    for number, cell in enumerate(line.cells):
        is_value = number in line.values
        if pairs and (is_open or is_value):
            label = pairs.pop()
            cell = f"{label} {cell}" if label.endswith((":", "?")) else f"{label}: {cell}"
        pairs.append(cell)
        is_open = cell.endswith(":") and bool(LABEL.fullmatch(cell))
    return pairs
