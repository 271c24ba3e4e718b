"""Fuzzy lookup of names: a file's name without its ending, a part of a title, a slip of the pen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

__all__ = ["matching_names"]

LEAST_SCORE = 75.0
"""Least similarity, 0..100, of what was typed and a name."""

CLEARER = 5.0
"""By how much the best name must exceed another one's similarity to be the only match."""


def matching_names(typed: str, names: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the keys whose names match what was typed, best first: one if it is clear which is meant.

    A name that is equal beats one that holds the words, which beats one that is similar. Case and punctuation do not
    count.
    """
    wanted = default_process(typed)
    if not wanted:
        return []
    folded = {key: [default_process(name) for name in own] for key, own in names.items()}
    for matches in (
        [key for key, own in folded.items() if typed.strip() in names[key]],
        [key for key, own in folded.items() if wanted in own],
        [key for key, own in folded.items() if any(f" {wanted} " in f" {name} " for name in own)],
        [key for key, own in folded.items() if any(set(wanted.split()) <= set(name.split()) for name in own)],
        [key for key, own in folded.items() if any(wanted in name for name in own)],
    ):
        if matches:
            return matches
    scores = {key: max((_similarity(wanted, name) for name in own), default=0.0) for key, own in folded.items()}
    best = max(scores.values(), default=0.0)
    similar = [key for key, score in scores.items() if score >= LEAST_SCORE and score > best - CLEARER]
    return sorted(similar, key=lambda key: -scores[key])


def _similarity(wanted: str, name: str) -> float:
    """Return how similar two names are, 0..100: as a whole, or each word wanted with a word of the name."""
    words = name.split()
    by_word = [max((fuzz.ratio(word, other) for other in words), default=0.0) for word in wanted.split()]
    part = sum(by_word) / len(by_word) if min(by_word) >= LEAST_SCORE else 0.0
    return max(part, fuzz.token_sort_ratio(wanted, name))
