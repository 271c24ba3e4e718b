"""Words of a PDF page that are struck out: a PDF has only a rule through them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter

from index.parsing._pdf_drawings import Box
from index.parsing._pdf_words import Word
from index.text.notation import STRUCK_AFTER, STRUCK_BEFORE

__all__ = ["mark_struck_out"]

MOST_RULES = 2_000
"""Rules of a page; more are a drawing."""

HIGHEST, LOWEST = 0.5, 0.12
"""Where a rule goes through words: above the line that they stand on, in heights of a letter."""

COVERED = 0.8
"""Share of a word's width that is struck out with it."""

BEYOND = 0.6
"""How far a rule may go beyond the words that it strikes out, in heights of a letter; longer ones are no strikes."""


def mark_struck_out(words: Sequence[Word], rules: Sequence[Box]) -> list[Box]:
    """Write in the words which of them are struck out, and return the rules that strike out none."""
    across = [rule for rule in rules if rule[3] - rule[1] < rule[2] - rule[0]]
    if not words or len(across) > MOST_RULES:
        return list(rules)
    ordered = sorted(words, key=attrgetter("base", "x0"))
    bases = [word.base for word in ordered]
    largest = max(word.size for word in words)
    struck: dict[int, Word] = {}
    kept = [rule for rule in rules if rule[3] - rule[1] >= rule[2] - rule[0]]
    for rule in across:
        height = (rule[1] + rule[3]) / 2
        near = range(bisect_left(bases, height), bisect_left(bases, height + HIGHEST * largest))
        covered = [place for place in near if _is_covered(ordered[place], rule, height)]
        if covered and _is_of_words(rule, [ordered[place] for place in covered]):
            struck |= {place: ordered[place] for place in covered}
        else:
            kept.append(rule)
    for place, word in struck.items():
        before, after = struck.get(place - 1), struck.get(place + 1)
        if before is None or before.base != word.base:
            word.text = STRUCK_BEFORE + word.text
        if after is None or after.base != word.base:
            word.text += STRUCK_AFTER
    return kept


def _is_covered(word: Word, rule: Box, height: float) -> bool:
    is_within = LOWEST * word.size < word.base - height < HIGHEST * word.size
    return is_within and min(word.x1, rule[2]) - max(word.x0, rule[0]) >= COVERED * (word.x1 - word.x0)


def _is_of_words(rule: Box, words: Sequence[Word]) -> bool:
    reach = BEYOND * max(word.size for word in words)
    left, right = min(word.x0 for word in words), max(word.x1 for word in words)
    return left - reach <= rule[0] and rule[2] <= right + reach
