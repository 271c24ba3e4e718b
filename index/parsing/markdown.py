"""Markdown: sections and blocks with exact offsets, read as a person reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from index.domain.documents import Section, Span
from index.parsing._authoring_marks import remove_comments, remove_marks
from index.parsing._containers import open_containers
from index.parsing._edited_text import EditedText
from index.parsing._markdown_blocks import BlockBuilder, trimmed
from index.parsing._markdown_events import event_tag, parse_events
from index.parsing._markdown_html import HtmlReader
from index.parsing._markdown_tables import Cell, table_blocks
from index.parsing._markdown_words import WordReader
from index.parsing.plain import read_plain
from index.text.notation import DONE, OPEN

__all__ = ["read_markdown", "read_plain"]

NUMBER = re.compile(r"\d{1,9}[.)]")
TILDES = re.compile("~+")
BOLD = ("**", "__")
STARTS_BOLD = (*BOLD, "\\")
BOLD_LINES = re.compile(r"(?:\\\n[^\S\n]*)?(?:(\*\*|__)[^\s*_][^*_\n]{0,60}\1:?[^\S\n]*\\?(?:\n[^\S\n]*|\Z))+")
"""A paragraph of lines in bold; a backslash ends a line, or is left of the end of one that nothing follows."""

EVENTS_A_CHECK = 1_000
"""Events of the parser after which the time is looked at."""

Handler = Callable[[Any, int, int], object]
"""What handles an event with its value and its place in the text."""


def read_markdown(text: str, start: int, check: Callable[[], None] = lambda: None) -> tuple[str, tuple[Section, ...]]:
    """Return the title (the first level-1 heading, or "") and the sections of the Markdown from `start` on.

    `check` is called now and then; it may raise to give up.
    """
    uncommented = remove_comments(EditedText.whole(text, start))
    source, labels = open_containers(uncommented)
    if source is not uncommented:  # comments in a container may have looked like code
        source = remove_comments(source)
    walker = _Walker(remove_marks(source), BlockBuilder(start), labels)
    walker.walk(check)
    return walker.blocks.finish(len(text))


class _Walker:
    """Turns parser events into blocks."""

    def __init__(self, source: EditedText, blocks: BlockBuilder, labels: dict[int, int]) -> None:
        self.source = source
        self.blocks = blocks
        self.words = WordReader(source, blocks)
        self.html = HtmlReader(blocks)
        self.labels = labels
        self.parts: list[tuple[int, int]] = []
        self.cells: list[Cell] = []
        self.header: list[Cell] = []
        self.rows: list[list[Cell]] = []
        self.term: list[Span] = []
        self.definitions = 0
        self.html_start: int | None = None
        self.lines: list[int] = []
        self.hidden = 0

    def walk(self, check: Callable[[], None]) -> None:
        """Handle all events of the text."""
        openings, closings, others = self._openings(), self._closings(), self._others()
        for number, (name, value, begin, end) in enumerate(parse_events(self.source.text)):
            if number % EVENTS_A_CHECK == 0:
                check()
            handler: Handler | None
            if name == "Start":
                if self.parts:
                    self._end_parts(begin)
                handler = openings.get(event_tag(value))
            elif name == "End":
                handler = closings.get(event_tag(value))
            else:
                handler = None if self.hidden else others.get(name)
            if handler:
                handler(value, begin, end)
        self.html.end_table()

    def _openings(self) -> dict[str, Handler]:
        """Return what handles the start of an element, by its tag."""
        return {
            **dict.fromkeys(("FootnoteDefinition", "HtmlBlock", "BlockQuote"), self._flush),
            "Paragraph": self._open_paragraph,
            **dict.fromkeys(("Table", "TableHead", "TableRow"), self._open_row),
            **dict.fromkeys(("Link", "Image"), self._open_link),
            "Heading": self._open_heading,
            "CodeBlock": self._open_code,
            "List": lambda value, begin, end: self.blocks.open_list(value["List"]),
            "Item": self._open_item,
            "DefinitionListTitle": self._open_term,
            "DefinitionListDefinition": self._open_definition,
            "Strikethrough": self._open_strike,
        }

    def _closings(self) -> dict[str, Handler]:
        """Return what handles the end of an element, by its tag."""
        return {
            **dict.fromkeys(("Item", "FootnoteDefinition", "BlockQuote"), self._flush),
            **dict.fromkeys(("Link", "Image"), self._close_link),
            "Heading": self._close_heading,
            "Paragraph": self._close_paragraph,
            "TableCell": self._close_cell,
            "TableHead": self._close_header,
            "TableRow": lambda value, begin, end: self.rows.append(self.cells),
            "Table": self._close_table,
            "CodeBlock": self._close_code,
            "HtmlBlock": self._close_html,
            "DefinitionListTitle": self._close_term,
            "DefinitionListDefinition": lambda value, begin, end: self.blocks.close_definition(),
            "List": lambda value, begin, end: self.blocks.close_list(),
            "Strikethrough": self._close_strike,
        }

    def _others(self) -> dict[str, Handler]:
        """Return what handles other events, by their name."""
        return {
            **dict.fromkeys(("SoftBreak", "HardBreak"), self._break),
            **dict.fromkeys(("InlineMath", "DisplayMath"), self.words.add_formula),
            "Text": self.words.add_text,
            "Code": self.words.add_code,
            "InlineHtml": lambda value, begin, end: self.html.read_inline(self.source.pieces(begin, end)),
            "Html": self._html,
            "TaskListMarker": self._task,
            "Rule": self._flush,
        }

    def _flush(self, value: Any, begin: int, end: int) -> None:
        self.blocks.flush()

    def _end_parts(self, begin: int) -> None:
        """End the parts that a title heads if what begins there is behind them."""
        while self.parts and self.source.place(begin) >= self.parts[-1][1]:
            self.blocks.close_part(*self.parts.pop())

    def _open_heading(self, value: Any, begin: int, end: int) -> None:
        self.blocks.flush()
        self.html.end_table()

    def _close_heading(self, value: Any, begin: int, end: int) -> None:
        start = self.source.place(begin)
        if start in self.labels:
            self.parts.append((self.blocks.end_label(start), self.labels[start]))
        else:
            self.blocks.end_heading(int(value["Heading"][1:]), start)

    def _open_paragraph(self, value: Any, begin: int, end: int) -> None:
        self.blocks.flush()
        self.lines = [begin]

    def _break(self, value: Any, begin: int, end: int) -> None:
        self.words.replace(begin, end, " ")
        self.lines.append(end)

    def _close_paragraph(self, value: Any, begin: int, end: int) -> None:
        self.html.end_inline()
        text = self.source.text
        if text.startswith(STARTS_BOLD, begin) and BOLD_LINES.fullmatch(text, begin, end):
            lines = [line for line in self.lines if text.startswith(BOLD, line)]
            self.blocks.end_bold_lines([self.source.place(line) for line in lines])
        else:
            self.blocks.flush()

    def _open_row(self, value: Any, begin: int, end: int) -> None:
        self.blocks.flush()
        self.html.end_table()
        self.cells = []

    def _close_cell(self, value: Any, begin: int, end: int) -> None:
        self.cells.append(Cell(self.source.place(begin), runs=trimmed(self.blocks.take_runs())))

    def _close_header(self, value: Any, begin: int, end: int) -> None:
        self.header, self.rows = self.cells, []

    def _close_table(self, value: Any, begin: int, end: int) -> None:
        names = [cell.text for cell in self.header]
        rows = [row for row in self.rows if any(cell.text for cell in row)]
        for runs, kind, lead in table_blocks(names, rows):
            self.blocks.runs = runs
            self.blocks.flush(kind, lead)

    def _open_code(self, value: Any, begin: int, end: int) -> None:
        self.blocks.flush()
        self.blocks.kind = "code"
        self.words.is_cell = "Fenced" in value["CodeBlock"] and str(value["CodeBlock"]["Fenced"]).startswith("{")

    def _close_code(self, value: Any, begin: int, end: int) -> None:
        self.blocks.flush("code")
        self.blocks.kind = "prose"

    def _html(self, value: Any, begin: int, end: int) -> None:
        self.html_start = begin if self.html_start is None else self.html_start

    def _close_html(self, value: Any, begin: int, end: int) -> None:
        if self.html_start is not None:
            self.html.read_block(self.source.pieces(self.html_start, end))
        self.html_start = None

    def _open_item(self, value: Any, begin: int, end: int) -> None:
        number = NUMBER.match(self.source.text, begin)
        start, stop = self.source.span(begin, number.end() if number else begin)
        self.blocks.open_item(start, number.group() if number else "", stop)

    def _task(self, value: Any, begin: int, end: int) -> None:
        self.blocks.mark_item()
        self.words.replace(begin, end, DONE if value else OPEN)

    def _open_term(self, value: Any, begin: int, end: int) -> None:
        self.blocks.flush()
        self.definitions = 0

    def _close_term(self, value: Any, begin: int, end: int) -> None:
        self.term = trimmed(self.blocks.take_runs())

    def _open_definition(self, value: Any, begin: int, end: int) -> None:
        self.blocks.open_definition(self.term, first=self.definitions == 0)
        self.definitions += 1

    def _open_strike(self, value: Any, begin: int, end: int) -> None:
        match = TILDES.match(self.source.text, begin)
        self.blocks.open_strike(*self.source.span(begin, match.end() if match else begin))

    def _close_strike(self, value: Any, begin: int, end: int) -> None:
        self.blocks.close_strike(*self.source.span(max(begin, end - 1), end))

    def _open_link(self, value: Any, begin: int, end: int) -> None:
        self.blocks.note_link()
        ((tag, link),) = value.items()
        kind = link["link_type"]
        is_wikilink = isinstance(kind, dict) and "WikiLink" in kind
        self.words.is_wikilink = is_wikilink and not kind["WikiLink"]["has_pothole"]
        self.hidden += bool(self.hidden) or (is_wikilink and tag == "Image")

    def _close_link(self, value: Any, begin: int, end: int) -> None:
        self.words.is_wikilink = False
        self.hidden -= self.hidden > 0
