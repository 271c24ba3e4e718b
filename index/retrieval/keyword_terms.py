"""The terms by which passages are found by keyword, for every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from index.domain.documents import Passage
from index.text.fuzzy import similar_words
from index.text.passages import passage_text
from index.text.tokens import content_stems

__all__ = ["most_similar", "passage_terms"]

OWN_WEIGHT = 3
"""How many times a passage's own words count; those of the sentence before and the headings count once."""

SHORTEST_SIMILAR = 5
"""Letters of a word; shorter ones have too many similar words."""


def passage_terms(passage: Passage) -> list[str]:
    """Return the stems of a passage and its context, each as often as it counts; none of them has white space."""
    return [*_stems(passage.section), *_stems(passage.before), *_stems(passage_text(passage)) * OWN_WEIGHT]


@lru_cache(maxsize=256)
def _stems(text: str) -> tuple[str, ...]:
    """Return the stems of a text; the context of a passage is mostly that or the text of the one before."""
    return tuple(content_stems(text))


def most_similar(
    stem: str, with_prefix: Callable[[str], Mapping[str, int]], is_known: Callable[[str], bool] = lambda term: True
) -> str:
    """Return the known stem at edit distance 1 that most passages have, of several the first by alphabet; else empty.

    `with_prefix` returns the stems that begin with a prefix and how many passages have each.
    """
    if len(stem) < SHORTEST_SIMILAR or not stem.isalpha():
        return ""
    counts = with_prefix(stem[0])
    similar = sorted(similar_words(stem, tuple(counts), 1), key=lambda term: (-counts[term], term))
    return next(filter(is_known, similar), "")
