"""What a reader took out of a file that is no text, laid out as text with sections and blocks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.domain.documents import Block, Section
from index.text.normalize import collapse_whitespace, replace_surrogates
from index.text.offsets import split_runs
from index.text.tables import join_column_names

__all__ = ["FIGURE", "ParsedBlock", "ParsedFile", "block_of", "laid_out", "plain", "rows"]

UNSEEN = re.compile("[\xad\u200b\u2060\ufeff]")
"""Characters that nobody sees and that would part a word from the same word elsewhere."""

FIGURE = re.compile(r"[\W_]*\d[\d.,:/%\s]*\D{0,3}")
"""A cell that holds a number, not the name of a column or of a row."""

LONGEST_NAME = 80
"""Characters of a cell that may still be the name of a column."""


@dataclass(frozen=True, slots=True)
class ParsedBlock:
    """A piece of a document in the order of reading.

    `kind` is "heading", "prose", "item" (of a list), "row" (of a table) or "code"; `level` is a heading's, from 1;
    `lead` is a row's header, or the words before a list.
    """

    kind: str
    text: str
    lead: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """A document as a reader of one format found it; `title` is empty where the file names none."""

    title: str
    parts: tuple[ParsedBlock, ...]


def plain(text: str, *, lines: bool = False) -> str:
    """Text without control characters, half characters and what nobody sees; white space folded, or `lines` kept."""
    text = replace_surrogates(UNSEEN.sub("", text))
    if not lines:
        return "".join(char for char in collapse_whitespace(text) if unicodedata.category(char) != "Cc")
    kept = (char for char in text.expandtabs(4) if char == "\n" or unicodedata.category(char) != "Cc")
    return "\n".join(line.rstrip() for line in "".join(kept).split("\n")).strip("\n")


def rows(table: Sequence[Sequence[str]], headers: int | None = None) -> list[ParsedBlock]:
    """The rows of a table, each with the names of its columns as lead.

    `headers` is how many rows at the top name the columns, None where the table does not say: then the first does if
    no cell of it is a number and it names nearly every column.
    """
    cleaned = [[plain(cell) for cell in row] for row in table]
    cleaned = [row for row in cleaned if any(row)]
    if headers is None:
        headers = int(len(cleaned) > 1 and _names_columns(cleaned[0]))
    lead = join_column_names(_joined(cleaned[:headers], max(map(len, cleaned), default=0)))
    return [ParsedBlock("row", _row(row), lead) for row in cleaned[headers:]]


def laid_out(parts: Sequence[ParsedBlock]) -> tuple[str, tuple[Section, ...]]:
    """The text, a paragraph a line with an empty line between, and its sections by headings, none without a block."""
    page = _Page()
    for part in parts:
        page.add(part)
    return page.finish()


def block_of(text: str, start: int, end: int, kind: str, lead: str) -> Block:
    """A block of laid-out text: what is read is what stands there, but for broken characters."""
    return Block(start, end, tuple(split_runs(text[start:end], start)), kind, lead)


def _row(cells: Sequence[str]) -> str:
    return collapse_whitespace(" | ".join(cells)).removesuffix(" |")


def _names_columns(row: Sequence[str]) -> bool:
    named = [cell for cell in row if cell]
    return (
        len(row) > 1
        and len(named) >= max(len(row) - 1, 2)
        and not any(FIGURE.fullmatch(cell) or len(cell) > LONGEST_NAME for cell in named)
    )


def _joined(headers: Sequence[Sequence[str]], width: int) -> list[str]:
    """One name a column, where more than one row names them: "Llama 4" above "Scout" is "Llama 4 Scout"."""
    columns = ([row[at] for row in headers if at < len(row)] for at in range(width))
    return [" ".join(dict.fromkeys(filter(None, column))) for column in columns]


@dataclass
class _Page:
    """The text so far, and the sections that are being filled."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    before: ParsedBlock | None = None
    path: list[tuple[int, str]] = field(default_factory=list)
    sections: list[tuple[str, int, list[tuple[int, int, str, str]]]] = field(default_factory=lambda: [("", 0, [])])

    def add(self, part: ParsedBlock) -> None:
        text = part.text if part.kind == "code" else collapse_whitespace(part.text)
        if not text.strip():
            return
        together = self.before is not None and part.kind in ("row", "item") and self.before.kind == part.kind
        if self.before is not None:
            self._write("\n" if together and self.before.lead == part.lead else "\n\n")
        self.before = part
        if part.kind == "heading":
            self.path = [(at, name) for at, name in self.path if at < part.level] + [(part.level, text)]
            self.sections.append((" > ".join(name for _, name in self.path), self.length, []))
            self._write(text)
            return
        if part.kind == "item":
            self._write("- ")
        start = self.length
        self._write(text)
        kind = "prose" if part.kind == "item" else part.kind
        self.sections[-1][2].append((start, self.length, kind, part.lead))

    def finish(self) -> tuple[str, tuple[Section, ...]]:
        text = "".join(self.pieces) + "\n" * bool(self.pieces)
        ends = [*(start for _, start, _ in self.sections[1:]), len(text)]
        made = []
        for (heading, start, blocks), end in zip(self.sections, ends, strict=True):
            if blocks:
                made.append(Section(heading, start, end, tuple(block_of(text, *block) for block in blocks)))
        return text, tuple(made)

    def _write(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece)
