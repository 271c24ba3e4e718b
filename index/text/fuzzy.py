"""Words that are spelt nearly alike."""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

__all__ = ["similar_words"]


def similar_words(word: str, known: Collection[str], slips: int) -> list[str]:
    """Those that begin like the word and differ from it by so few slips, the likest first: a letter more, less, other,
    or two neighbours exchanged."""
    found = extract(word, known, scorer=OSA.distance, score_cutoff=slips, limit=len(known))
    return [other for other, _, _ in found if other[:1] == word[:1]]
