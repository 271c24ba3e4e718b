"""Conflicts: two places of the sources that give different figures for the same question."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cmp_to_key
from typing import TypeVar

from index.answering.recency import Recency

__all__ = ["newest_first", "sources_disagree"]

T = TypeVar("T")

FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def sources_disagree(answer: str, other: str) -> bool:
    """Return whether two answers both hold figures and have none in common."""
    figures, others = set(FIGURE.findall(answer)), set(FIGURE.findall(other))
    return bool(figures and others) and not figures & others


def newest_first(items: Sequence[T], recency: Callable[[T], Recency]) -> list[T]:
    """Return items, those known to be newer before older ones, those without a date last, else in their order."""

    def compare(item: T, other: T) -> int:
        own, others = recency(item), recency(other)
        known = others.is_newer(own) - own.is_newer(others)
        return known or (own.date is None) - (others.date is None)

    return sorted(items, key=cmp_to_key(compare))
