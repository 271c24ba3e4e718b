"""A source as a whole page: its readable parts with the quoted words marked, and how it changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from index.domain.answers import SourceChange

__all__ = [
    "Difference",
    "DifferenceKind",
    "EvidencePage",
    "PartKind",
    "ReadablePart",
    "Segment",
    "SourceTitle",
    "quote_digest",
]

DIGEST_LENGTH = 12
"""Hexadecimal digits: 48 bits, where one document has some hundred thousand places to begin."""


def quote_digest(quote: str) -> str:
    """Return a short digest of a quotation, by which its words are known without being named."""
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_LENGTH]


class PartKind(StrEnum):
    """What a part of a document is; of a ROW `label` holds the names of its columns, of a FIELD its name."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"
    CODE = "code"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Segment:
    """Readable characters that are all quoted, or none of them."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ReadablePart:
    """A heading or block as a person reads it. `level` counts from 1 for a heading; a row has several `cells`."""

    kind: PartKind
    cells: tuple[tuple[Segment, ...], ...]
    level: int = 0
    label: str = ""

    @property
    def quoted(self) -> bool:
        return any(segment.quoted for cell in self.cells for segment in cell)


class DifferenceKind(StrEnum):
    """A line of a difference; a GAP stands for lines left out."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the difference between a source then and now."""

    kind: DifferenceKind
    text: str = ""


@dataclass(frozen=True, slots=True)
class SourceTitle:
    """A source of a snapshot by its name and title; `url` is its public page."""

    source: str
    title: str
    url: str | None


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """A whole source as one page.

    Attributes
    ----------
    snapshot : str
        The snapshot whose source is shown.
    kept : bool
        Whether that is the snapshot that was asked for; if it is not, the live one is shown.
    live : str
        The live snapshot.
    quote : str
        The quoted characters of the source to the letter; empty if the words no longer stand in it.
    change : SourceChange
        How the source changed since `snapshot`.
    difference : tuple of Difference
        The lines that changed with a few around them; empty if nothing did, or too much to show.
    """

    source: str
    title: str
    url: str | None
    parts: tuple[ReadablePart, ...]
    snapshot: str
    kept: bool
    live: str
    quote: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    change: SourceChange = SourceChange.NONE
    difference: tuple[Difference, ...] = ()

    @property
    def marked(self) -> bool:
        """Whether the quoted words are marked in one of the parts."""
        return any(part.quoted for part in self.parts)
