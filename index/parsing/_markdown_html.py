"""HTML within Markdown: its tags act on the blocks, its text is read with its offsets."""

from __future__ import annotations

import re

from index.domain.documents import Span
from index.parsing._edited_text import EditedText
from index.parsing._markdown_blocks import BlockBuilder, replaced, trimmed
from index.parsing._markdown_tables import MOST_COLUMNS, Cell, HtmlTable
from index.parsing._tag_soup import SoupText, read_tags
from index.parsing.plain import plain_runs

__all__ = ["HtmlReader"]

SILENT = frozenset({"script", "style", "template", "svg"})
STRUCK = frozenset({"del", "s", "strike"})
HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
BLOCK_NAMES = """
    address article aside blockquote center details dialog dd div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table ul
"""
BLOCKS = frozenset(BLOCK_NAMES.split())
"""Tags that end a block of text."""


class HtmlReader:
    """Reads the pieces of HTML of a document, one after the other; what one opens, another may close."""

    def __init__(self, blocks: BlockBuilder) -> None:
        self.blocks = blocks
        self.silent = 0
        self.hidden = False
        self.in_block = False
        self._table: HtmlTable | None = None
        self._head_depth = 0
        self._cell: Cell | None = None
        self._details: list[int | None] = []
        self._summary: int | None = None
        self._term: list[Span] = []
        self._definitions = 0
        self._in_definition = False
        self._in_term = False

    def read_block(self, pieces: list[Span]) -> None:
        """Read a block of HTML."""
        self.in_block = True
        self._read(pieces)
        self.in_block, self.hidden = False, False
        self.silent = 0
        self.blocks.flush()

    def read_inline(self, pieces: list[Span]) -> None:
        """Read a tag, or a comment, within a paragraph."""
        self._read(pieces)

    def end_inline(self) -> None:
        self.silent = 0

    def _read(self, pieces: list[Span]) -> None:
        source = EditedText(pieces)
        hidden_tag, depth, self.hidden = "", 0, False
        for token in read_tags(source.text):
            start, end = source.span(token.start, token.end)
            if isinstance(token, SoupText):
                if token.reading == source.text[token.start : token.end]:
                    self._add_text(source.pieces(token.start, token.end))
                else:
                    self._add_text([replaced(start, end, token.reading)])
            elif hidden_tag or (self.silent and token.name not in SILENT):
                depth += (not token.is_end) - token.is_end if token.name == hidden_tag else 0
                hidden_tag = hidden_tag if depth else ""
                self.hidden = bool(hidden_tag)
            elif not token.is_end and token.name in BLOCKS and _is_hidden(token.attributes):
                hidden_tag, depth, self.hidden = token.name, 1, True
            elif token.is_end:
                self._close_tag(token.name, start, end)
            elif token.name not in SILENT or not token.is_empty:
                self._open_tag(token.name, token.attributes, start, end)

    def _open_tag(self, tag: str, attributes: dict[str, str], start: int, end: int) -> None:
        """Handle a start tag at these offsets."""
        blocks = self.blocks
        if tag in ("dt", "dd"):
            self._end_term()
        if tag in SILENT:
            self.silent += 1
        elif tag in BLOCKS:
            blocks.flush()
        if tag == "br":
            blocks.runs.append(Span(start, end, "\n" if blocks.kind == "code" else " "))
        elif tag in STRUCK:
            blocks.open_strike(start, end, persists=self.in_block)
        elif tag in ("sup", "sub"):
            blocks.open_script(tag, start)
        elif tag == "a":
            blocks.note_link()
        elif tag == "pre" and not blocks.in_cell:
            blocks.kind = "code"
        elif tag in ("ul", "ol"):
            blocks.open_list(_number(attributes.get("start"), 1) if tag == "ol" else None)
        elif tag == "li":
            blocks.open_item(end, "", end)
        elif tag == "details":
            self._details.append(None)
        elif tag == "summary":
            self._summary = start
        elif tag in ("dt", "dd", "dl"):
            self._open_definition(tag)
        else:
            self._open_table_tag(tag, attributes, end)

    def _close_tag(self, tag: str, start: int, end: int) -> None:
        """Handle an end tag at these offsets."""
        blocks = self.blocks
        if tag in SILENT:
            self.silent -= self.silent > 0
        elif tag in STRUCK:
            blocks.close_strike(start, end)
        elif tag in ("sup", "sub"):
            blocks.close_script(end)
        elif tag in HEADINGS and self._summary is None:
            blocks.end_heading(int(tag[1]), start)
        elif tag == "pre":
            blocks.flush()
            blocks.kind = "prose"
        elif tag in ("ul", "ol"):
            blocks.close_list()
        elif tag == "summary":
            self._close_summary()
        elif tag == "details":
            blocks.flush()
            if self._details and (depth := self._details.pop()) is not None:
                blocks.close_part(depth, end)
        elif tag == "dt":
            self._end_term()
        elif tag in ("dd", "dl"):
            self._close_definition()
        elif tag in BLOCKS and tag not in HEADINGS and tag != "table":
            blocks.flush()
        else:
            self._close_table_tag(tag)

    def _add_text(self, pieces: list[Span]) -> None:
        """Handle text between tags."""
        if self.silent or self.hidden:
            return
        for piece in pieces:
            if self.blocks.kind == "code" or len(piece.reading) != piece.end - piece.start:
                self.blocks.runs.append(piece)
            else:
                self.blocks.runs += plain_runs(piece.reading, piece.start)

    def end_table(self) -> None:
        """End the table that is being read, if there is one, and add its rows."""
        table = self._table
        if table is None:
            return
        self._end_cell()
        self._table, self.blocks.in_cell, self._head_depth = None, False, 0
        self.blocks.take_runs()
        for runs, kind, lead in table.blocks():
            self.blocks.add_block(runs, kind, lead)

    def _open_definition(self, tag: str) -> None:
        if self._in_definition:
            self._close_definition()
        if tag == "dd" and not self.blocks.in_cell:
            self.blocks.open_definition(self._term, first=self._definitions == 0)
            self._definitions += 1
            self._in_definition = True

        self._in_term = tag == "dt"

    def _end_term(self) -> None:
        if self._in_term and not self.blocks.in_cell:
            self._term, self._definitions = trimmed(self.blocks.take_runs()), 0
        self._in_term = False

    def _close_definition(self) -> None:
        if self._in_definition:
            self.blocks.close_definition()
        self._in_definition = False

    def _close_summary(self) -> None:
        start, self._summary = self._summary, None
        if start is None or self.blocks.in_cell or not self._details or self._details[-1] is not None:
            self.blocks.flush()
        else:
            self._details[-1] = self.blocks.end_label(start)

    def _open_table_tag(self, tag: str, attributes: dict[str, str], end: int) -> None:
        if tag == "table":
            self.end_table()
            self.blocks.flush()
            self._table, self.blocks.in_cell = HtmlTable(), True
        elif self._table is None:
            return
        elif tag == "thead":
            self._head_depth += 1
        elif tag == "tr":
            self._end_cell()
            self._table.rows.append([])
            if self._head_depth:
                self._table.head_rows = len(self._table.rows)
        elif tag in ("td", "th"):
            self._end_cell()
            columns, rows = (_number(attributes.get(name), 1) for name in ("colspan", "rowspan"))
            self._cell = Cell(end, tag == "th", columns, rows)
            if not self._table.rows:
                self._table.rows.append([])
            self._table.rows[-1].append(self._cell)
        elif tag == "caption":
            self._end_cell()

    def _close_table_tag(self, tag: str) -> None:
        if tag == "table":
            self.end_table()
        elif self._table is None:
            return
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "thead":
            self._head_depth = 0
        elif tag == "caption" and not any(self._table.rows) and (runs := trimmed(self.blocks.take_runs())):
            self.blocks.add_block(runs, "prose", "")

    def _end_cell(self) -> None:
        """Give the runs so far to the cell; words outside of any are a row of their own."""
        runs, cell = trimmed(self.blocks.take_runs()), self._cell
        self._cell = None
        if cell:
            cell.runs = runs
        elif runs and self._table:
            self._table.rows.append([Cell(runs[0].start, runs=runs)])


NUMBER = re.compile(r"\s*(\d{1,5})\s*")


def _is_hidden(attributes: dict[str, str]) -> bool:
    return "hidden" in attributes or re.search(r"display\s*:\s*none", attributes.get("style", "")) is not None


def _number(value: str | None, default: int) -> int:
    match = NUMBER.fullmatch(value or "")
    return min(max(int(match[1]), 1), MOST_COLUMNS) if match else default
