"""Documents and their parts: sections, blocks, passages, and the spans they cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Block", "Document", "Passage", "Section", "Span"]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a document's text, with their readable form.

    Attributes
    ----------
    start, end : int
        Character offsets into the document's text; `end` is exclusive.
    reading : str
        The text as a person reads it: without Markdown marks, white space collapsed, mojibake repaired.
    """

    start: int
    end: int
    reading: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a document under one heading, with its blocks.

    Attributes
    ----------
    heading : str
        The path of headings ("Models > Scout"), empty before the first heading.
    start, end : int
        Character offsets into the document's text; `end` is exclusive.
    blocks : tuple of Block
        In the order of the text.
    """

    heading: str
    start: int
    end: int
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table row, code block or front matter value.

    Attributes
    ----------
    start, end : int
        Character offsets into the document's text; `end` is exclusive.
    runs : tuple of Span
        The readable text in order, without overlaps; what lies between two runs is markup.
    kind : str
        "prose" is split into sentences; "row", "code" and "field" become passages as they are.
    lead : str
        Context that a reader has: the header of the table, the meaning of the field, the words before the list.
    """

    start: int
    end: int
    runs: tuple[Span, ...]
    kind: str = "prose"
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One source with its sections.

    Attributes
    ----------
    id : str
        A hash of the source's name and bytes.
    source : str
        The name of the source, as answers cite it.
    title : str
        From the front matter, the first heading or the file's name.
    url : str or None
        The public page.
    text : str
        The file decoded as UTF-8 and otherwise unchanged, so that offsets hold for everyone; the extracted text of a
        file that is not text (HTML, PDF, Word, tables).
    sections : tuple of Section
        In the order of the text.
    metadata : Mapping
        The front matter, values as text.
    format : str
        "md", "txt", "html", "pdf", "docx", "csv" or "tsv"; empty if the name of the source says it.
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
    """The unit of retrieval: a sentence, or a few short ones.

    Attributes
    ----------
    id : str
        A hash of the source's name and `embedded`.
    document_id : str
        The document it belongs to.
    section : str
        The path of headings above it.
    start, end : int
        Character offsets; `document.text[start:end] == text` always holds.
    text : str
        The exact characters of the document.
    reading : str
        The text as a person reads it.
    before : str
        The sentence before it, the header of its table, or the meaning of its field.
    embedded : str
        The text that is embedded: title, heading, `before` and reading, shortened to the model's limit.
    kind : str
        The kind of its block.
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
"""The heading of the section that holds a document's front matter."""
