"""Short blocks of a PDF that stand side by side, as the addresses and terms of a letter: read one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from index.parsing._pdf_lines import Line

__all__ = ["beside_count", "columns_of"]

WIDE = 3.0
"""White space between two blocks, in heights of a letter, at least."""

ALIGNED = 3.0
"""Points between the left sides of lines of one block, at most."""


def beside_count(lines: Sequence[Line]) -> int:
    """Return how many lines, from the first, belong to two blocks side by side; 0 if they do not stand so."""
    first = lines[0]
    if len(first.cells) != 2 or first.starts[1] - first.ends[0] < WIDE * first.size:
        return 0
    count = both = 1
    for line, below in pairwise(lines):
        is_near = below.region == line.region and 0 < below.top - line.top < 2 * max(line.size, below.size)
        if not is_near or None in _sides(below, first) or len(below.cells) > 2:
            break
        count += 1
        both += len(below.cells) == 2
    return count if both > 1 else 0


def columns_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Return the lines of the left block, and those of the right one."""
    columns: list[list[Line]] = [[], []]
    for line in lines:
        for number, side in enumerate(_sides(line, lines[0])):
            start, end = line.starts[number], line.ends[number]
            part = replace(line, cells=(line.cells[number],), starts=(start,), ends=(end,), x0=start, x1=end)
            values = frozenset({0} if number in line.values else ())
            columns[side or 0].append(replace(part, labels=line.labels[number : number + 1], values=values))
    return columns


def _sides(line: Line, first: Line) -> list[int | None]:
    """Return for each cell of a line in which block it stands, None if in neither."""
    left, right = first.starts
    sides: list[int | None] = []
    for start, end in zip(line.starts, line.ends, strict=True):
        if abs(start - right) < ALIGNED:
            sides.append(1)
        else:
            sides.append(0 if abs(start - left) < ALIGNED and end < right else None)
    return sides if len(set(sides)) == len(sides) else [None]
