"""Tables of a PDF page: lines of words that stand in the same columns, and what all kinds of tables share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.parsing._pdf_drawings import Box
from index.parsing._pdf_lines import Line, make_line, read_segments, rows_of
from index.parsing._pdf_words import Word
from index.parsing._table_headers import FIGURE

__all__ = ["Table", "aligned_rows", "is_inside", "lines_inside", "overlaps"]


FEWEST_SHORT_ROWS = 3
MEAN_CELL = 24
LONGEST_CELL = 48
"""Of tables without lines and numbers: how many rows, and how long their cells in characters."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with ruled lines, row by row; `headers` says how many rows name the columns, if the lines tell it."""

    rows: tuple[tuple[str, ...], ...]
    box: Box = (0.0, 0.0, 0.0, 0.0)
    headers: int | None = None


def aligned_rows(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """Return the rows of a table without ruled lines that these lines begin with; none if they begin with no table.

    A line of fewer cells is a row too if each cell begins below those of one column: its other cells are empty. At
    least half of the values must be numbers, or all cells short and in columns.
    """
    width = len(lines[0].cells)
    if width < 2:
        return []
    candidates = [lines[0]]
    for line, next_line in pairwise(lines):
        far = next_line.region != line.region or next_line.top < line.top or next_line.top - line.bottom > 2 * line.size
        if not 2 <= len(next_line.cells) <= width or far:
            break
        candidates.append(next_line)
    complete = [line for line in candidates if len(line.cells) == width]
    columns = [(min(starts), max(starts)) for starts in zip(*(line.starts for line in complete), strict=True)]
    rows: list[tuple[str, ...]] = []
    for line in candidates:
        row = line.cells if len(line.cells) == width else _assign_columns(line, columns)
        if not row:
            break
        rows.append(row)
    values = [cell for row in rows[1:] for cell in row[1:] if cell]
    figures = sum(bool(FIGURE.fullmatch(cell)) for cell in values)
    if len(rows) > 1 and values and 2 * figures >= len(values):
        return rows
    return _short_rows(lines)


def _short_rows(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """Return the rows of short words that begin at the same places, line for line, if there are several."""
    first = lines[0]
    rows = [first.cells]
    for line, next_line in pairwise(lines):
        is_next = next_line.region == line.region and 0 < next_line.top - line.bottom < 2 * line.size
        if not is_next or len(next_line.cells) != len(first.cells):
            break
        if not all(abs(start - below) < 3 for start, below in zip(first.starts, next_line.starts, strict=True)):
            break
        rows.append(next_line.cells)
    cells = [cell for row in rows for cell in row]
    is_short = sum(map(len, cells)) < MEAN_CELL * len(cells) and max(map(len, cells)) < LONGEST_CELL
    return rows if len(rows) >= FEWEST_SHORT_ROWS and is_short else []


def _assign_columns(line: Line, columns: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """Return the cells of a line by column, the first cell in the first; empty if that is ambiguous."""
    row = [""] * len(columns)
    for cell, start in zip(line.cells, line.starts, strict=True):
        below = [
            column for column, (left, right) in enumerate(columns) if left - line.size <= start <= right + line.size
        ]
        if len(below) != 1 or row[below[0]]:
            return ()
        row[below[0]] = cell
    return tuple(row) if row[0] else ()


def is_inside(word: Word, box: Box) -> bool:
    """Return whether the middle of a word is in a box."""
    left, top, right, bottom = box
    return left <= (word.x0 + word.x1) / 2 <= right and top <= word.base - 0.3 * word.size <= bottom


def overlaps(box: Box, other: Box) -> bool:
    """Return whether two boxes have a point in common."""
    return box[0] < other[2] + 1 and other[0] < box[2] + 1 and box[1] < other[3] + 1 and other[1] < box[3] + 1


def lines_inside(words: Iterable[Word], box: Box, gap: float = 1.0) -> list[Line]:
    """Return the lines of the words in a box; `gap` parts their cells, in heights of a letter."""
    inside = [word for word in words if is_inside(word, box)]
    rows = rows_of(read_segments(inside)) if inside else []
    lines = (make_line(row, (), 0, box[0], box[2], gap) for row in rows)
    return [line for line in lines if line.cells]
