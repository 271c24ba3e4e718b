"""Headings, paragraphs, list items and table rows from the lines of a PDF, in reading order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from index.parsing._pdf_kinds import BULLET, NUMBER, Sizes, has_bold_labels, is_label
from index.parsing._pdf_lines import Line
from index.parsing._pdf_paragraphs import LONGEST_HEADING, Paragraph, read_paragraphs
from index.parsing._pdf_tables import Table
from index.parsing._pdf_text import join_lines
from index.parsing._tables import table_rows
from index.parsing.layout import ParsedBlock

__all__ = ["build_blocks"]


def build_blocks(items: Sequence[Line | Table], letters: Mapping[float, int]) -> Iterator[ParsedBlock]:
    """Yield the blocks of a document; `letters` counts its letters of each size."""
    words = _words(items)
    paragraphs = read_paragraphs(items, Sizes.of(letters))
    for number, paragraph in enumerate(paragraphs):
        yield from _blocks(paragraph, words, _caption(paragraphs, number, words))


def _caption(paragraphs: Sequence[Paragraph], number: int, words: Mapping[str, int]) -> str:
    """Return the caption beside a table; empty if there is none or it is another table's."""
    if paragraphs[number].kind != "table":
        return ""
    for near in (number - 1, number + 1):
        if 0 <= near < len(paragraphs) and paragraphs[near].kind == "caption":
            text = join_lines([line.text for line in paragraphs[near].lines], words)
            if text[:3].lower() == "tab":
                return text
    return ""


def _words(items: Sequence[Line | Table]) -> Counter[str]:
    """Count the words that stand within lines, to tell which hyphens at the end of a line are a word's own."""
    return Counter(
        word.strip(".,;:()[]“”\"'").lower()
        for line in items
        if isinstance(line, Line)
        for word in line.text.split()[:-1]
    )


def _blocks(paragraph: Paragraph, words: Mapping[str, int], caption: str) -> Iterator[ParsedBlock]:
    if paragraph.kind == "table":
        yield from table_rows(paragraph.table, paragraph.headers, caption=caption)
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
        is_open = is_open or (number % 2 == 1 and has_bold_labels(line))
        if pairs and (is_open or (is_value and number - 1 not in line.values)):
            label = pairs.pop()
            cell = f"{label} {cell}" if label.endswith((":", "?")) else f"{label}: {cell}"
        pairs.append(cell)
        is_open = is_label(cell)
    return pairs
