"""Fuzzy lookup of words by edit distance."""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

__all__ = ["similar_words"]


def similar_words(word: str, vocabulary: Collection[str], max_distance: int) -> list[str]:
    """Return the words of a vocabulary within an edit distance, the most similar first.

    The distance (optimal string alignment) counts insertions, deletions, substitutions and swaps of two neighbours. The
    first letter must be the same.
    """
    matches = extract(word, vocabulary, scorer=OSA.distance, score_cutoff=max_distance, limit=len(vocabulary))
    return [other for other, _, _ in matches if other[:1] == word[:1]]
