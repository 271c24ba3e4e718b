"""Documents and their parts: sections, blocks, passages, and the spans they cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "NO_PASSAGE",
    "Block",
    "Document",
    "DocumentEntry",
    "Heading",
    "Opening",
    "Passage",
    "Section",
    "Span",
    "TextRun",
]


class Opening(StrEnum):
    """What begins with a block or a passage; a MARKED_ITEM has its number or state in its text, an ITEM only a dash."""

    NOTHING = ""
    PARAGRAPH = "paragraph"
    ITEM = "item"
    MARKED_ITEM = "marked item"

    @property
    def is_item(self) -> bool:
        return self in (Opening.ITEM, Opening.MARKED_ITEM)


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of a document's text, with their readable form.

    `reading` is what a person reads there: without Markdown marks, white space collapsed, mojibake repaired.
    """

    start: int
    end: int
    reading: str


@dataclass(frozen=True, slots=True)
class TextRun:
    """A piece of readable text, from character `begin`, that stands for characters `start` to `end` of a document.

    A piece as long as what it stands for reads the same, character by character; any other only as a whole.
    """

    begin: int
    length: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as a person reads it; `runs` say which characters of it stand for which of the document."""

    reading: str
    runs: tuple[TextRun, ...]

    @property
    def start(self) -> int:
        return self.runs[0].start

    @property
    def end(self) -> int:
        return self.runs[-1].end


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document under one heading, with its blocks.

    `heading` is the path of headings ("Models > Scout"), empty before the first one; `path` are the same headings, the
    outermost first.
    """

    heading: str
    start: int
    end: int
    blocks: tuple[Block, ...] = ()
    path: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row, code block or front matter value.

    `runs` is its readable text in order, without overlaps; what lies between two runs is markup. By `kind`, "prose" is
    split into sentences; "row", "code" and "field" become passages as they are. `lead` is context that a reader has:
    the header of the table, the meaning of the field, the words before the list.
    """

    start: int
    end: int
    runs: tuple[Span, ...]
    kind: str = "prose"
    lead: str = ""
    opening: Opening = Opening.PARAGRAPH


@dataclass(frozen=True, slots=True)
class Document:
    """One source: `text` is the file decoded as UTF-8 and otherwise unchanged, so that offsets hold for everyone.

    Of a file that is not text (HTML, PDF, Word, tables) it is the extracted text. `format` is one of
    `index.parsing.formats`, empty if the name of the source says it. `notes` tell a moderator what was not read as it
    was meant.
    """

    id: str
    source: str
    title: str
    url: str | None
    text: str
    sections: tuple[Section, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    format: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """What is known of a document without reading it.

    Attributes
    ----------
    rows : range
        The rows of its passages in the index.
    dates : mapping of str to str
        The metadata that may date it.
    dated : tuple of (int, int, str)
        First row, row behind the last, and ISO date of what stands under a heading with a date.
    """

    id: str
    source: str
    title: str
    url: str | None
    rows: range
    dates: Mapping[str, str] = field(default_factory=dict)
    dated: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence or a few short ones, the unit of retrieval: `document.text[start:end] == text`.

    `id` is a content hash; `reading` the text as a person reads it; `before` the sentence before it, the header of its
    table or the meaning of its field; `embedded` what is embedded: title, heading, `before` and reading, shortened to
    the model's limit. `runs` say which characters of `reading` stand for which of the document. `opening` is what
    begins with it; nothing, if it goes on in its block.
    """

    id: str
    document_id: str
    section: str
    start: int
    end: int
    text: str
    reading: str
    before: str
    embedded: str
    kind: str = "prose"
    runs: tuple[TextRun, ...] = ()
    opening: Opening = Opening.NOTHING


SEPARATOR = " > "
"""Between two headings of a path."""

HEADING = "Front matter"
"""The heading of the section that holds a document's front matter."""

NO_PASSAGE = Passage("", "", "", 0, 0, "", "", "", "", "none")
"""Stands in rows that hold no passage any more; it is of no document."""
