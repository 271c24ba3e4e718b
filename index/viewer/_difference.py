"""The difference between two texts of a source, line by line, bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice

from index.domain.evidence import Difference, DifferenceKind

__all__ = ["difference"]

MOST_LINES = 5_000
"""Lines between the first and the last change, above which nothing is compared."""

MOST_SHOWN = 200
LONGEST_LINE = 1_000
"""Characters shown of a line."""

AROUND = 2
"""Lines shown before and after a change."""

MORE = "…"


def difference(before: str, after: str) -> tuple[Difference, ...]:
    """Return the changed lines with those around them; none if the texts are the same or too long to compare."""
    if before == after:
        return ()
    old, new = before.splitlines(), after.splitlines()
    same = _same_at_the_start(old, new)
    start = max(same - AROUND, 0)
    end = max(_same_at_the_start(old[same:][::-1], new[same:][::-1]) - AROUND, 0)
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if max(len(old), len(new)) > MOST_LINES:
        return ()
    lines = list(islice(_lines(old, new), MOST_SHOWN + 1))
    return (*lines[:MOST_SHOWN], *[Difference(DifferenceKind.GAP)] * (len(lines) > MOST_SHOWN))


def _same_at_the_start(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many lines are the same before the first that differs."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((number for number, (one, other) in pairs if one != other), min(len(old), len(new)))


def _lines(old: Sequence[str], new: Sequence[str]) -> Iterator[Difference]:
    for number, group in enumerate(SequenceMatcher(None, old, new).get_grouped_opcodes(AROUND)):
        if number:
            yield Difference(DifferenceKind.GAP)
        for tag, old_start, old_end, new_start, new_end in group:
            if tag == "equal":
                yield from (_line(DifferenceKind.SAME, line) for line in old[old_start:old_end])
            else:
                yield from (_line(DifferenceKind.REMOVED, line) for line in old[old_start:old_end])
                yield from (_line(DifferenceKind.ADDED, line) for line in new[new_start:new_end])


def _line(kind: DifferenceKind, text: str) -> Difference:
    return Difference(kind, text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}{MORE}")
