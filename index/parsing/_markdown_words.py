"""The words of Markdown as they are read: text, code and formulas, with their places in the source."""

from __future__ import annotations

import re
from itertools import chain

from index.domain.documents import Span
from index.parsing._edited_text import EditedText
from index.parsing._markdown_blocks import BlockBuilder, replaced
from index.parsing._tex import tex_text
from index.text.offsets import split_runs
from index.text.tables import ELLIPSIS

__all__ = ["WordReader"]

RESULT = re.compile(r"\{\w{1,20}\} ")
"""Code whose result stands in a sentence of a notebook."""

CELL_OPTIONS = re.compile(r"(?:[ \t]*(?:#|//|%%|--)\|.*(?:\r?\n|$))+")
"""Options at the beginning of a cell of a notebook."""

TEX = re.compile(r"[\\^_{}~]")
MOST_FORMULAS = 5_000
"""Formulas of a document that are read as one line; others as they are written."""


class WordReader:
    """Adds words to the block that is being filled.

    `is_cell` says that they are the code of a cell of a notebook; `is_wikilink` that they are the address of a page.
    """

    def __init__(self, source: EditedText, blocks: BlockBuilder) -> None:
        self.source = source
        self.blocks = blocks
        self.is_cell = False
        self.is_wikilink = False
        self._formulas = 0

    def add_text(self, value: str, begin: int, end: int) -> None:
        """Add text that the parser read there."""
        if not self.blocks.runs and self.source.text.startswith(": ", begin):
            begin, value = begin + 2, value.removeprefix(": ")  # the caption of a table
        self._words(value, begin, end)

    def add_code(self, value: str, begin: int, end: int) -> None:
        """Add code within a line."""
        begin, end = self._within_marks(value, begin, end)
        if RESULT.match(value):
            self.replace(begin, end, ELLIPSIS)
        else:
            self._words(value, begin, end)

    def add_formula(self, value: str, begin: int, end: int) -> None:
        """Add a formula as one line of text."""
        begin, end = self._within_marks(value, begin, end)
        if TEX.search(value) and self._formulas < MOST_FORMULAS:
            self._formulas += 1
            self.replace(begin, end, tex_text(value))
        else:
            self._words(value, begin, end)

    def _within_marks(self, value: str, begin: int, end: int) -> tuple[int, int]:
        """Return the place of a value between the marks around it; the place of both if it is written otherwise."""
        start = self.source.text.find(value, begin, end)
        return (begin, end) if start < 0 else (start, start + len(value))

    def _words(self, value: str, begin: int, end: int) -> None:
        raw = self.source.text[begin:end]
        if self.is_wikilink and "#" in value:
            self.replace(begin, end, value.strip("# ").replace("#", " > "))
        elif self.blocks.kind == "code":
            self._code(begin, end, raw, value)
        elif raw == value:
            pieces = self.source.pieces(begin, end)
            self.blocks.runs += pieces if raw.isascii() else chain.from_iterable(map(_repaired, pieces))
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

    def replace(self, begin: int, end: int, reading: str) -> None:
        """Add what is read in the place of a piece of the text."""
        start, stop = self.source.span(begin, end)
        self.blocks.runs.append(replaced(start, stop, reading) if reading.strip() else Span(start, stop, reading))


def _repaired(piece: Span) -> list[Span]:
    """Return a piece of a text with its mojibake repaired, unless an edit wrote it."""
    is_exact = len(piece.reading) == piece.end - piece.start
    return split_runs(piece.reading, piece.start) if is_exact else [piece]
