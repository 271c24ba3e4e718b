"""Markdown: sections and blocks with exact offsets, read as a person reads them."""

from __future__ import annotations

import re
from typing import Any

from index.domain.documents import Section, Span
from index.parsing._authoring_marks import remove_comments, remove_marks
from index.parsing._containers import open_containers
from index.parsing._edited_text import EditedText
from index.parsing._markdown_blocks import BlockBuilder, replaced, trimmed
from index.parsing._markdown_events import event_tag, parse_events
from index.parsing._markdown_html import HtmlReader
from index.parsing._markdown_tables import Cell, table_blocks
from index.parsing._tex import tex_text
from index.parsing.plain import read_plain
from index.text.notation import DONE, OPEN
from index.text.offsets import split_runs
from index.text.tables import ELLIPSIS

__all__ = ["read_markdown", "read_plain"]

NUMBER = re.compile(r"\d{1,9}[.)]")
TILDES = re.compile("~+")
RESULT = re.compile(r"\{\w{1,20}\} ")
"""Code whose result stands in a sentence of a notebook."""

CELL_OPTIONS = re.compile(r"(?:[ \t]*(?:#|//|%%|--)\|.*(?:\r?\n|$))+")
"""Options at the beginning of a cell of a notebook."""

BOLD = ("**", "__")
BOLD_LINE = re.compile(r"(\*\*|__)[^\s*_][^*_\n]{0,60}\1:?\s*")
"""A paragraph that is a line in bold."""

TEX = re.compile(r"[\\^_{}~]")
MOST_FORMULAS = 5_000
"""Formulas of a document that are read as one line; others as they are written."""

FLUSHING = {"Paragraph", "Heading", "TableHead", "TableRow", "FootnoteDefinition", "HtmlBlock", "BlockQuote"}


def read_markdown(text: str, start: int) -> tuple[str, tuple[Section, ...]]:
    """Return the title (the first level-1 heading, or "") and the sections of the Markdown from `start` on."""
    source, labels = open_containers(remove_comments(EditedText.whole(text, start)))
    source = remove_marks(source)
    walker = _Walker(source, BlockBuilder(start), labels)
    for event in parse_events(source.text):
        walker.handle_event(*event)
    walker.html.end_table()
    return walker.blocks.finish(len(text))


class _Walker:
    """Turns parser events into blocks."""

    def __init__(self, source: EditedText, blocks: BlockBuilder, labels: dict[int, int]) -> None:
        self.source = source
        self.blocks = blocks
        self.html = HtmlReader(blocks)
        self.labels = labels
        self.parts: list[tuple[int, int]] = []
        self.cells: list[Cell] = []
        self.header: list[Cell] = []
        self.rows: list[list[Cell]] = []
        self.term: list[Span] = []
        self.definitions = 0
        self.html_start: int | None = None
        self.link = ""
        self.hidden = 0
        self.formulas = 0
        self.is_cell = False

    def handle_event(self, name: str, value: Any, begin: int, end: int) -> None:
        """Handle one event with its place in the text."""
        if name == "Start":
            self._end_parts(begin)
            self._open(event_tag(value), value, begin, end)
        elif name == "End":
            self._close(event_tag(value), value, begin, end)
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
        elif tag == "CodeBlock":
            blocks.flush()
            blocks.kind = "code"
            self.is_cell = "Fenced" in value[tag] and str(value[tag]["Fenced"]).startswith("{")
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
        elif tag in ("Link", "Image"):
            blocks.note_link()
            kind = value[tag]["link_type"]
            is_wikilink = isinstance(kind, dict) and "WikiLink" in kind
            self.link = "wikilink" if is_wikilink and not kind["WikiLink"]["has_pothole"] else ""
            self.hidden += bool(self.hidden) or (is_wikilink and tag == "Image")

    def _close(self, tag: str, value: Any, begin: int, end: int) -> None:
        blocks = self.blocks
        if tag == "Heading":
            self._heading(int(str(value["Heading"])[1:]), self.source.place(begin))
        elif tag == "Paragraph":
            self.html.end_inline()
            if self.source.text.startswith(BOLD, begin) and BOLD_LINE.fullmatch(self.source.text, begin, end):
                blocks.end_bold_line()
            else:
                blocks.flush()
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
        elif tag in ("Link", "Image"):
            self.link = ""
            self.hidden -= self.hidden > 0

    def _table(self) -> None:
        names = [cell.text for cell in self.header]
        rows = [row for row in self.rows if any(cell.text for cell in row)]
        for runs, kind, lead in table_blocks(names, rows):
            self.blocks.runs = runs
            self.blocks.flush(kind, lead)

    def _heading(self, level: int, start: int) -> None:
        if start in self.labels:
            self.parts.append((self.blocks.end_label(start), self.labels[start]))
        else:
            self.blocks.end_heading(level, start)

    def _end_parts(self, begin: int) -> None:
        """End the parts that a title heads if what begins there is behind them."""
        while self.parts and self.source.place(begin) >= self.parts[-1][1]:
            self.blocks.close_part(*self.parts.pop())

    def _item(self, begin: int) -> None:
        number = NUMBER.match(self.source.text, begin)
        start, stop = self.source.span(begin, number.end() if number else begin)
        self.blocks.open_item(start, number.group() if number else "", stop)

    def _text(self, name: str, value: str, begin: int, end: int) -> None:
        if name == "Text" and self.source.text.startswith(": ", begin) and not self.blocks.runs:
            begin, value = begin + 2, value.removeprefix(": ")  # the caption of a table
        raw = self.source.text[begin:end]
        if name != "Text" and value in raw:
            begin += raw.index(value)
            end, raw = begin + len(value), value
        if name == "Code" and RESULT.match(value):
            self._replace(begin, end, ELLIPSIS)
        elif name in ("InlineMath", "DisplayMath") and TEX.search(value) and self.formulas < MOST_FORMULAS:
            self.formulas += 1
            self._replace(begin, end, tex_text(value))
        elif self.link == "wikilink" and "#" in value:
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
        if self.is_cell and (options := CELL_OPTIONS.match(raw)):
            self.blocks.runs += self.source.pieces(begin + options.end(), end)
        elif raw == value:
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
