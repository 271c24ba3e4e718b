"""Conflicts: two sources that give different figures for the same question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from index.domain.documents import Document

__all__ = ["PUBLISHED", "document_date", "newest_first", "sources_disagree"]

T = TypeVar("T")

FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
UPDATED, PUBLISHED = ("updated", "date", "published"), ("date", "published", "updated")
"""Metadata that dates a document, the best first: when its figures held, and when it came out."""


def sources_disagree(answer: str, other: str) -> bool:
    """Return whether two answers both hold figures and have none in common."""
    figures, others = set(FIGURE.findall(answer)), set(FIGURE.findall(other))
    return bool(figures and others) and not figures & others


def newest_first(items: Sequence[T], document: Callable[[T], Document]) -> list[T]:
    """Return items by the dates of their documents, the newest first; those without a date last, in their order."""
    return sorted(items, key=lambda item: document_date(document(item)) or date.min, reverse=True)


def document_date(document: Document, names: Sequence[str] = UPDATED) -> date | None:
    """Return the first date that a document's metadata has under these names; None if there is none."""
    for name in names:
        try:
            return date.fromisoformat(document.metadata.get(name, "")[:10])
        except ValueError:
            continue
    return None
