"""Formats that a source may have, and whether bytes can be one of them.

This is the one place that says which kinds of files are read: messages, settings and docs/sources.md are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.domain.sources import SourceFile
from index.parsing.encodings import decode_text

__all__ = [
    "EMPTY",
    "FORMATS",
    "FORMAT_BY_TYPE",
    "MARKUP",
    "SANDBOXED",
    "SECONDS",
    "SUFFIXES",
    "TEXT",
    "Format",
    "check_content",
    "format_of",
    "is_extracted_format",
    "suffixes_named",
    "too_large",
]


@dataclass(frozen=True, slots=True)
class Format:
    """A format of sources.

    Attributes
    ----------
    suffixes
        The ends of such files' names, in lower case; the first one is the format's id.
    description
        What is read, for docs/sources.md.
    types
        The content types under which web servers send such files.
    is_text
        Whether the file is text, in some encoding, rather than a container of its own.
    is_extracted
        Whether quotations count in text that is extracted from the file, not in the file's own.
    is_sandboxed
        Whether the file is read in a process with limits.
    declares_encoding
        Whether text says its encoding itself, so that only the reader of the format can decode it.
    """

    suffixes: tuple[str, ...]
    description: str
    types: tuple[str, ...] = ()
    is_text: bool = True
    is_extracted: bool = True
    is_sandboxed: bool = True
    declares_encoding: bool = False

    @property
    def id(self) -> str:
        return self.suffixes[0].removeprefix(".")


FORMATS = (
    Format(
        (".md", ".markdown", ".mdx", ".qmd"),
        "Markdown with sections, lists, tables and code; optional front matter (YAML, TOML, JSON)",
        types=("text/markdown", "text/x-markdown"),
        is_extracted=False,
        is_sandboxed=False,
    ),
    Format(
        (".txt",),
        "plain text: paragraphs, items, underlined headings",
        types=("text/plain",),
        is_extracted=False,
        is_sandboxed=False,
    ),
    Format(
        (".rst",),
        "reStructuredText, also as Sphinx extends it; nothing is included from other files",
        types=("text/x-rst", "text/prs.fallenstein.rst"),
    ),
    Format(
        (".ipynb",),
        "Jupyter notebooks: text, code and what it printed; no pictures",
        types=("application/x-ipynb+json",),
    ),
    Format(
        (".csv",),
        "tables, row by row with their headers; lines above and below them are kept",
        types=("text/csv",),
        is_sandboxed=False,
    ),
    Format(
        (".tsv",),
        "tables, row by row with their headers; lines above and below them are kept",
        types=("text/tab-separated-values",),
        is_sandboxed=False,
    ),
    Format(
        (".html", ".htm", ".xhtml"),
        "headings, paragraphs, lists and tables; scripts, hidden elements and navigation are left out",
        types=("text/html", "application/xhtml+xml"),
        declares_encoding=True,
    ),
    Format(
        (".pdf",),
        "text, columns, tables and forms; scans if `tesseract` is installed, marked as such",
        types=("application/pdf",),
        is_text=False,
    ),
    Format(
        (".docx",),
        "Word documents with headers, footers, notes and formulas; changes are read as accepted, comments are not",
        types=("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
        is_text=False,
    ),
    Format(
        (".pptx",),
        "presentations, slide by slide with the speaker's notes; no hidden slides",
        types=("application/vnd.openxmlformats-officedocument.presentationml.presentation",),
        is_text=False,
    ),
    Format(
        (".odt",),
        "OpenDocument texts: deleted text and comments are not read",
        types=("application/vnd.oasis.opendocument.text",),
        is_text=False,
    ),
    Format(
        (".xlsx", ".xlsm"),
        "Excel, sheet by sheet: tables as they are displayed; hidden sheets, rows and columns are left out",
        types=(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.ms-excel.sheet.macroenabled.12",
        ),
        is_text=False,
    ),
    Format(
        (".ods",),
        "OpenDocument spreadsheets, as those of Excel",
        types=("application/vnd.oasis.opendocument.spreadsheet",),
        is_text=False,
    ),
    Format(
        (".epub",),
        "books, chapter by chapter; none that are protected against copying",
        types=("application/epub+zip",),
        is_text=False,
    ),
)
"""All formats, in the order in which they are named."""

SUFFIXES = {suffix: format_.id for format_ in FORMATS for suffix in format_.suffixes}
"""The format's id by the end of a file's name."""

FORMAT_BY_TYPE = {type_: format_.id for format_ in FORMATS for type_ in format_.types}
"""The format's id by the content type of a page."""

TEXT = frozenset(format_.id for format_ in FORMATS if format_.is_text and not format_.declares_encoding)
"""Formats whose files are decoded before they are read."""

MARKUP = frozenset(format_.id for format_ in FORMATS if format_.is_text)
"""Formats whose files a person can read as they are."""

SANDBOXED = frozenset(format_.id for format_ in FORMATS if format_.is_sandboxed)
"""Formats that are read in a sandboxed process."""

_EXTRACTED = frozenset(format_.id for format_ in FORMATS if format_.is_extracted)

EMPTY = Message("is empty")

SECONDS = 60.0
"""How long reading a file may take by default."""


def format_of(file: SourceFile) -> str:
    """Return the id of the file's format; text if nothing says it."""
    return file.format or SUFFIXES.get(Path(file.source).suffix.lower(), "txt")


def is_extracted_format(form: str) -> bool:
    """Return whether quotations from such a file count in text that is extracted from it."""
    return form in _EXTRACTED


def suffixes_named(*, all_: bool = True) -> str:
    """Return the ends of names that sources may have, as a list for people; else only the first of each format."""
    return ", ".join(SUFFIXES if all_ else (format_.suffixes[0] for format_ in FORMATS))


def check_content(data: bytes, form: str, max_bytes: int) -> bytes:
    """Return the bytes unchanged if they can be a source of this format. Raises UnreadableSource."""
    if len(data) > max_bytes:
        raise UnreadableSource(too_large(max_bytes))
    if not data:
        raise UnreadableSource(EMPTY)
    if form not in TEXT:
        return data
    text = decode_text(data).text
    if not text.strip("\ufeff \t\r\n"):
        raise UnreadableSource(EMPTY)
    return data


def too_large(max_bytes: int) -> Message:
    """Return the reason to refuse a file with more bytes than that."""
    return Message("is larger than {size} MB: split it, or raise MAX_SOURCE_MB", size=max_bytes / 1e6)
