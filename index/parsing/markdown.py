"""Markdown: sections and blocks with exact offsets, read as a person reads them."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

import pyromark

from index.domain.documents import Section, Span
from index.parsing._edited_text import EditedText
from index.parsing._markdown_blocks import LABEL_LEVEL, BlockBuilder, replaced, trimmed
from index.parsing._markdown_html import HtmlReader
from index.parsing._markdown_tables import Cell, table_blocks
from index.parsing.plain import read_plain
from index.text.notation import DONE, OPEN
from index.text.offsets import split_runs

__all__ = ["read_markdown", "read_plain"]

OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_GFM
    | pyromark.Options.ENABLE_DEFINITION_LIST
    | pyromark.Options.ENABLE_HEADING_ATTRIBUTES
    | pyromark.Options.ENABLE_MATH
    | pyromark.Options.ENABLE_WIKILINKS
)
NUMBER = re.compile(r"\d{1,9}[.)]")
TILDES = re.compile("~+")
QUESTION = re.compile(r".*[?\uff1f\u061f\u037e]\W*", re.DOTALL)
"""Words in bold that are a question are the heading of their answer."""

FIRST_BYTES = bytes(int(byte & 0xC0 != 0x80) for byte in range(256))
"""1 for each byte that a character of UTF-8 begins with."""

FLUSHING = {"Paragraph", "Heading", "TableHead", "TableRow", "FootnoteDefinition", "HtmlBlock", "BlockQuote"}


def read_markdown(text: str, start: int) -> tuple[str, tuple[Section, ...]]:
    """Return the title (the first level-1 heading, or "") and the sections of the Markdown from `start` on."""
    source = EditedText.whole(text, start)
    walker = _Walker(source, BlockBuilder(start))
    for event, place in pyromark.events_with_range(source.text, options=OPTIONS):
        walker.handle_event(event, place["start"], place["end"])
    walker.html.end_table()
    return walker.blocks.finish(len(text))


class _Walker:
    """Turns parser events into blocks."""

    def __init__(self, source: EditedText, blocks: BlockBuilder) -> None:
        self.source = source
        self.blocks = blocks
        self.html = HtmlReader(blocks)
        self.offsets = _Offsets(source.text)
        self.cells: list[Cell] = []
        self.header: list[Cell] = []
        self.rows: list[list[Cell]] = []
        self.term: list[Span] = []
        self.definitions = 0
        self.html_start: int | None = None
        self.link = ""
        self.hidden = 0
        self.strong = [0, 0]

    def handle_event(self, event: Any, begin: int, end: int) -> None:
        """Handle one event with its byte range."""
        name, value = (event, "") if isinstance(event, str) else next(iter(event.items()))
        begin, end = self.offsets(begin), self.offsets(end)
        if name == "Start":
            self._open(_tag(value), value, begin, end)
        elif name == "End":
            self._close(_tag(value), value, begin, end)
        elif self.hidden:
            return
        elif name in ("Text", "Code", "InlineMath", "DisplayMath"):
            self._text(name, value, begin, end)
        elif name in ("SoftBreak", "HardBreak"):
            self._replace(begin, end, " ")
        elif name == "InlineHtml":
            self.html.read_inline(self.source.pieces(begin, end))
        elif name == "Html":
            self.html_start = begin if self.html_start is None else self.html_start
        elif name == "TaskListMarker":
            self.blocks.mark_item()
            self._replace(begin, end, DONE if value else OPEN)
        elif name == "Rule":
            self.blocks.flush()

    def _open(self, tag: str, value: Any, begin: int, end: int) -> None:
        blocks = self.blocks
        if tag in FLUSHING:
            blocks.flush()
        if tag == "Heading":
            self.html.end_table()
        elif tag == "Paragraph":
            self.strong = [0, 0]
        elif tag == "CodeBlock":
            blocks.flush()
            blocks.kind = "code"
        elif tag == "List":
            blocks.open_list(value["List"])
        elif tag == "Item":
            self._item(begin)
        elif tag in ("Table", "TableHead", "TableRow"):
            self.html.end_table()
            self.cells = []
        elif tag == "DefinitionListTitle":
            blocks.flush()
            self.definitions = 0
        elif tag == "DefinitionListDefinition":
            blocks.open_definition(self.term, first=self.definitions == 0)
            self.definitions += 1
        elif tag == "Strikethrough":
            blocks.open_strike(*self._mark(TILDES, begin))
        elif tag == "Strong":
            self.strong[0] = begin
        elif tag in ("Link", "Image"):
            blocks.note_link()
            kind = value[tag]["link_type"]
            is_wikilink = isinstance(kind, dict) and "WikiLink" in kind
            self.link = "wikilink" if is_wikilink and not kind["WikiLink"]["has_pothole"] else ""
            self.hidden += bool(self.hidden) or (is_wikilink and tag == "Image")

    def _close(self, tag: str, value: Any, begin: int, end: int) -> None:
        blocks = self.blocks
        if tag == "Heading":
            blocks.end_heading(int(str(value["Heading"])[1:]), self.source.place(begin))
        elif tag == "Paragraph":
            self._paragraph(begin, end)
        elif tag == "TableCell":
            self.cells.append(Cell(self.source.place(begin), runs=trimmed(blocks.take_runs())))
        elif tag == "TableHead":
            self.header, self.rows = self.cells, []
        elif tag == "TableRow":
            self.rows.append(self.cells)
        elif tag == "Table":
            self._table()
        elif tag == "CodeBlock":
            blocks.flush("code")
            blocks.kind = "prose"
        elif tag == "HtmlBlock":
            if self.html_start is not None:
                self.html.read_block(self.source.pieces(self.html_start, end))
            self.html_start = None
        elif tag in ("Item", "FootnoteDefinition", "BlockQuote"):
            blocks.flush()
        elif tag == "DefinitionListTitle":
            self.term = trimmed(blocks.take_runs())
        elif tag == "DefinitionListDefinition":
            blocks.close_definition()
        elif tag == "List":
            blocks.close_list()
        elif tag == "Strikethrough":
            start, stop = self.source.span(max(begin, end - 1), end)
            blocks.close_strike(start, stop)
        elif tag == "Strong":
            self.strong[1] += end - self.strong[0]
        elif tag in ("Link", "Image"):
            self.link = ""
            self.hidden -= self.hidden > 0

    def _table(self) -> None:
        names = [cell.text for cell in self.header]
        rows = [row for row in self.rows if any(cell.text for cell in row)]
        for runs, kind, lead in table_blocks(names, rows):
            self.blocks.runs = runs
            self.blocks.flush(kind, lead)

    def _paragraph(self, begin: int, end: int) -> None:
        """End a paragraph; a question in bold by itself becomes a heading."""
        self.html.end_inline()
        whole = self.source.text[begin:end].strip()
        if self.strong[1] >= len(whole) > 0 and QUESTION.fullmatch(whole) and not self.blocks.in_list:
            self.blocks.end_heading(LABEL_LEVEL, self.source.place(begin))
        else:
            self.blocks.flush()

    def _item(self, begin: int) -> None:
        number = NUMBER.match(self.source.text, begin)
        start, stop = self.source.span(begin, number.end() if number else begin)
        self.blocks.open_item(start, number.group() if number else "", stop)

    def _text(self, name: str, value: str, begin: int, end: int) -> None:
        raw = self.source.text[begin:end]
        if name != "Text" and value in raw:
            begin += raw.index(value)
            end, raw = begin + len(value), value
        if self.link == "wikilink" and "#" in value:
            self._replace(begin, end, value.strip("# ").replace("#", " > "))
        elif self.blocks.kind == "code":
            self._code(begin, end, raw, value)
        elif raw == value:
            for piece in self.source.pieces(begin, end):
                is_exact = len(piece.reading) == piece.end - piece.start
                self.blocks.runs += split_runs(piece.reading, piece.start) if is_exact else [piece]
        else:
            self.blocks.runs += split_runs(raw, self.source.place(begin), value)

    def _code(self, begin: int, end: int, raw: str, value: str) -> None:
        if raw == value:
            self.blocks.runs += self.source.pieces(begin, end)
        else:
            start, stop = self.source.span(begin, end)
            self.blocks.runs.append(Span(start, stop, value))

    def _replace(self, begin: int, end: int, reading: str) -> None:
        start, stop = self.source.span(begin, end)
        self.blocks.runs.append(replaced(start, stop, reading) if reading.strip() else Span(start, stop, reading))

    def _mark(self, pattern: re.Pattern[str], begin: int) -> tuple[int, int]:
        match = pattern.match(self.source.text, begin)
        return self.source.span(begin, match.end() if match else begin)


class _Offsets:
    """Converts the parser's byte offsets to character offsets of its text."""

    def __init__(self, text: str) -> None:
        self._chars: list[int] | None = None
        if not text.isascii():
            firsts = text.encode().translate(FIRST_BYTES)
            self._chars = [*accumulate(firsts[1:], initial=0), len(text)]

    def __call__(self, byte: int) -> int:
        return byte if self._chars is None else self._chars[byte]


def _tag(value: Any) -> str:
    return value if isinstance(value, str) else str(next(iter(value)))
