"""Which articles are left out together."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["FOLDS", "fold_of", "left_out"]

FOLDS = 3


def fold_of(article: str, articles: Sequence[str]) -> int:
    """The fold of an article; -1 for one that is in none, such as that of a set of one article."""
    return sorted(articles).index(article) % FOLDS if article in articles else -1


def left_out(fold: int, articles: Sequence[str]) -> list[str]:
    return [article for article in sorted(articles) if fold_of(article, articles) == fold]
