"""Parsed blocks of a file that is not text, laid out as text with sections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.domain.documents import HEADING, SEPARATOR, Block, Heading, Opening, Section, TextRun
from index.parsing._lone_headings import without_empty_sections
from index.parsing.fields import field_meaning
from index.text.normalize import collapse_whitespace, replace_surrogates
from index.text.offsets import split_runs

__all__ = ["ParsedBlock", "ParsedFile", "clean_text", "lay_out", "make_block"]

INVISIBLE = re.compile("[\xad\u200b\u2060\ufeff]")
"""Invisible characters, which would separate a word from the same word elsewhere."""

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")
"""Control characters: the category Cc of Unicode."""


@dataclass(frozen=True, slots=True)
class ParsedBlock:
    """A piece of a document, in reading order.

    `kind` is "heading", "prose", "item" (of a list), "row" (of a table) or "code"; `level` is a heading's, from 1;
    `lead` is what stands above a row (see index.text.tables), or the words before a list. `mark` is what an item begins
    with in the text; a number or the state of a task ("3.", "Done:") is quoted with it, a dash is not.
    """

    kind: str
    text: str
    lead: str = ""
    level: int = 0
    mark: str = "-"


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A file as the reader of its format returns it; the title is empty if the file has none.

    `fields` are what the file says of itself, as (name, value): "author", "published", "version"; `notes` tell a
    moderator what was not read as it was meant.
    """

    title: str
    blocks: tuple[ParsedBlock, ...]
    fields: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def clean_text(text: str, *, lines: bool = False) -> str:
    """Return text without control characters, lone surrogates and invisible characters.

    White space is collapsed; with `lines`, line breaks and indentation are kept.
    """
    if text.isprintable() and not lines:  # then a space is its only white space, and it holds nothing to remove
        return collapse_whitespace(text)
    text = replace_surrogates(INVISIBLE.sub("", text))
    if not lines:
        return CONTROLS.sub("", collapse_whitespace(text))
    kept = CONTROLS.sub(lambda control: "\n" if control[0] == "\n" else "", text.expandtabs(4))
    return "\n".join(line.rstrip() for line in kept.split("\n")).strip("\n")


def lay_out(blocks: Sequence[ParsedBlock], fields: Sequence[tuple[str, str]] = ()) -> tuple[str, tuple[Section, ...]]:
    """Return the text and its sections.

    Fields come first, a line each. Blocks are separated by an empty line, rows of one table and items of one list by a
    line break. Sections follow the headings; those without a block are left out.
    """
    page = _Page()
    for name, value in fields:
        page.add_field(name, value)
    for block in blocks:
        page.add(block)
    return page.finish()


def make_block(text: str, start: int, end: int, kind: str, lead: str, opening: str = Opening.PARAGRAPH) -> Block:
    """Return a block of laid-out text; its reading differs from it only in repaired characters."""
    return Block(start, end, tuple(split_runs(text[start:end], start)), kind, lead, Opening(opening))


@dataclass
class _OpenSection:
    """A section that is being filled, with its blocks as (start, end, kind, lead, opening)."""

    heading: str
    start: int
    path: tuple[Heading, ...] = ()
    blocks: list[tuple[int, int, str, str, Opening]] = field(default_factory=list)


@dataclass
class _Page:
    """The text so far, and the sections that are being filled."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    previous: ParsedBlock | None = None
    path: list[tuple[int, Heading]] = field(default_factory=list)
    sections: list[_OpenSection] = field(default_factory=lambda: [_OpenSection("", 0)])

    def add_field(self, name: str, value: str) -> None:
        """Add what the file says of itself, before any block."""
        value = collapse_whitespace(value)
        if not value:
            return
        if self.sections[-1].heading != HEADING:
            self.sections.append(_OpenSection(HEADING, self.length))
        self._write(f"{name.capitalize()}: ")
        start = self.length
        self._write(value)
        self.sections[-1].blocks.append((start, self.length, "field", field_meaning(name), Opening.PARAGRAPH))
        self._write("\n")

    def add(self, block: ParsedBlock) -> None:
        text = block.text if block.kind == "code" else collapse_whitespace(block.text)
        if not text.strip():
            return
        is_same_group = self.previous is not None and block.kind in ("row", "item") and self.previous.kind == block.kind
        if self.previous is not None:
            self._write("\n" if is_same_group and self.previous.lead == block.lead else "\n\n")
        elif self.sections[-1].heading == HEADING:
            self._write("\n")
            self.sections.append(_OpenSection("", self.length))
        self.previous = block
        if block.kind == "heading":
            heading = Heading(text, (TextRun(0, len(text), self.length, self.length + len(text)),))
            self.path = [(level, above) for level, above in self.path if level < block.level]
            self.path.append((block.level, heading))
            path = tuple(above for _, above in self.path)
            self.sections.append(_OpenSection(SEPARATOR.join(above.reading for above in path), self.length, path))
            self._write(text)
            return
        if block.kind == "item" and block.mark == "-":
            self._write("- ")
        start = self.length
        if block.kind == "item" and block.mark != "-":
            self._write(f"{block.mark} ")
        self._write(text)
        kind, opening = block.kind, Opening.PARAGRAPH
        if kind == "item":
            kind, opening = "prose", Opening.ITEM if block.mark == "-" else Opening.MARKED_ITEM
        self.sections[-1].blocks.append((start, self.length, kind, block.lead, opening))

    def finish(self) -> tuple[str, tuple[Section, ...]]:
        text = "".join(self.pieces) + "\n" * bool(self.pieces)
        ends = [*(section.start for section in self.sections[1:]), len(text)]
        sections = []
        for section, end in zip(self.sections, ends, strict=True):
            blocks = tuple(make_block(text, *block) for block in section.blocks)
            sections.append(Section(section.heading, section.start, end, blocks, section.path))
        return text, without_empty_sections(sections)

    def _write(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece)
