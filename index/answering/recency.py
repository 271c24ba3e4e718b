"""How recent a place in the sources is: by the date or version in its headings, else by its document's date."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from packaging.version import InvalidVersion, Version

from index.domain.documents import SEPARATOR, Document, DocumentEntry
from index.text.dates import find_date, heading_date, without_dates

__all__ = ["PUBLISHED", "Recency", "document_date", "entry_date", "section_date", "section_recency"]

UPDATED, PUBLISHED = ("updated", "date", "published"), ("date", "published", "updated")
"""Metadata that dates a document, the best first: when its figures held, and when it came out."""

VERSION = re.compile(r"(?<![\w.-])v?(\d+(?:\.\d+)+[\w.+-]*)")


@dataclass(frozen=True, slots=True)
class Recency:
    """When something was said, as far as it is known."""

    date: date | None = None
    version: Version | None = None

    def is_newer(self, other: Recency) -> bool:
        """Return whether this is known to be newer: by the dates, or if one of them has none by the versions."""
        if self.date and other.date:
            return self.date > other.date
        return bool(self.version and other.version and self.version > other.version)


def section_recency(document: Document, section: str) -> Recency:
    """Return the date and version that a section's headings tell, the innermost first; else the document's date."""
    versions = (_find_version(heading) for heading in section.split(SEPARATOR)[::-1])
    return Recency(heading_date(section) or document_date(document), next(filter(None, versions), None))


def section_date(document: Document, section: str) -> date | None:
    """Return when a section came out: by its headings, the innermost first, else by its document's publication."""
    return heading_date(section) or document_date(document, PUBLISHED)


def document_date(document: Document, names: Sequence[str] = UPDATED) -> date | None:
    """Return the first date that a document's metadata has under these names; None if there is none."""
    return _first_date(document.metadata, names)


def entry_date(entry: DocumentEntry) -> date | None:
    """Return when a document came out, without reading it."""
    return _first_date(entry.dates, PUBLISHED)


def _first_date(metadata: Mapping[str, str], names: Sequence[str]) -> date | None:
    return next(filter(None, (find_date(metadata.get(name, "")) for name in names)), None)


@lru_cache(4_096)
def _find_version(text: str) -> Version | None:
    for match in VERSION.finditer(without_dates(text)):
        try:
            return Version(match[1].rstrip(".-+"))
        except InvalidVersion:
            continue
    return None
