"""Documents and their parts: sections, blocks, passages, and the spans they cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Block", "Document", "Passage", "Section", "Span"]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of a document's text, with a reading of them.

    `reading` is what a person reads there: Markdown marks dropped, white space folded, mojibake repaired.
    """

    start: int
    end: int
    reading: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document under one heading, and the blocks of prose in it.

    `heading` is the path of headings that lead here ("Models > Scout"), empty before the first heading.
    """

    heading: str
    start: int
    end: int
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row, code block or front matter value, as runs of readable text.

    The runs are in the order of the text and do not overlap; what lies between them is markup.
    `kind` says how it is read: "prose" is split into sentences; "row", "code" and "field" are passages as
    they stand. `lead` is what a reader knows who comes to it: a table's header, a field's meaning.
    """

    start: int
    end: int
    runs: tuple[Span, ...]
    kind: str = "prose"
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One source: `text` is the file decoded as UTF-8 and otherwise untouched, so offsets hold for everyone.

    Where the file is no text (HTML, PDF, Word, tables), `text` is what was taken out of it. `format` is "md", "txt",
    "html", "pdf", "docx", "csv" or "tsv", empty where the name of the source says it.
    """

    id: str
    source: str
    title: str
    url: str | None
    text: str
    sections: tuple[Section, ...]
    metadata: Mapping[str, str] = field(default_factory=dict)
    format: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, or a few short ones: `document.text[start:end] == text`, always. `id` is a content hash.

    `reading` is the text as a person reads it; `before` the sentence before it (or a table's header, a field's
    meaning); `embedded` what is embedded: title, heading, `before` and reading, shortened to the model's limit.
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


HEADING = "Front matter"
