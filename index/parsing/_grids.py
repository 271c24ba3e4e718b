"""Grids of cells, as in a sheet or a file of separated values: the tables in them, and the lines around these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from index.parsing._table_headers import FIGURE, differs_from_below, header_count
from index.parsing._tables import SENTENCE, table_rows
from index.parsing.layout import ParsedBlock
from index.text.tables import join_cells

__all__ = ["grid_blocks", "sheet_blocks"]

Rows = list[Sequence[str]]


def grid_blocks(grid: Sequence[Sequence[str]]) -> Iterator[ParsedBlock]:
    """Yield the tables of a grid row by row, and the lines above and below them as prose.

    An empty row ends a table if what follows has a header of its own, or is of only one or two cells.
    """
    parts = [list(rows) for is_empty, rows in groupby(grid, lambda row: not any(map(str.strip, row))) if not is_empty]
    widest = max(map(_width, parts), default=0)
    table: Rows = []
    caption: Sequence[str] = []
    for part in parts:
        if table and (_begins_table(part) or all(_is_line(row, _width(table)) for row in part)):
            yield from _part_blocks(table, caption)
            table, caption = [], []
        is_first = part is parts[0]
        has_header = not is_first and _begins_table(part)
        if not table and not has_header and all(_is_line(row, widest, above=is_first) for row in part):
            yield from map(_line, part)
            caption = part[-1]
        else:
            table += part
    yield from _part_blocks(table, caption)


def sheet_blocks(grid: Sequence[Sequence[str]]) -> Iterator[ParsedBlock]:
    """Yield the tables of a sheet like those of a grid; tables side by side come one after the other."""
    for pieces in _beside(grid):
        yield from grid_blocks(pieces)


def _beside(grid: Sequence[Sequence[str]]) -> Iterator[list[list[str]]]:
    """Yield a sheet in pieces, cut at empty columns behind which a table with names of rows and columns begins."""
    width = max(map(len, grid), default=0)
    used = {column for row in grid for column, cell in enumerate(row) if cell.strip()}
    start = 0
    for column in range(1, width - 2):
        if column in used or column + 1 not in used or column <= start + 1:
            continue
        behind = [[*row[column + 1 :], *[""] * (width - len(row))][: width - column - 1] for row in grid]
        rows = [row for row in behind if _filled(row)]
        if len(rows) > 1 and header_count(rows) and differs_from_below(rows) and _has_names(rows[1:]):
            yield [list(row[start:column]) for row in grid]
            start = column + 1
    yield [list(row[start:]) for row in grid]


def _has_names(rows: Sequence[Sequence[str]]) -> bool:
    return all(row[0] and not FIGURE.fullmatch(row[0]) for row in rows if _filled(row) > 1)


def _part_blocks(rows: Rows, above: Sequence[str]) -> Iterator[ParsedBlock]:
    """Yield a table with the lines at its top; the last line above it, if it has one cell, is its caption."""
    width = _width(rows)
    start = next((number for number, row in enumerate(rows) if not _is_line(row, width, above=True)), len(rows))
    yield from map(_line, rows[:start])
    above = rows[start - 1] if start else above
    caption = join_cells(above) if _filled(above) == 1 else ""
    yield from table_rows([*rows[start:]], caption=caption)


def _begins_table(rows: Rows) -> bool:
    """Return whether rows behind an empty one are a table of their own."""
    width = _width(rows)
    start = next((number for number, row in enumerate(rows) if not _is_line(row, width)), 0)
    padded = [[*row, *[""] * (width - len(row))] for row in rows[start:]]
    return start > 0 or (header_count(padded) > 0 and differs_from_below(padded))


def _is_line(row: Sequence[str], width: int, *, above: bool = False) -> bool:
    """Return whether a row is too short for a row of a table of that width: a line of text, or a name with a value.

    In a table of two columns one cell alone may be a row, too, and in others a name with a figure further right, as the
    sum of a column, if it is not above all rows.
    """
    if not above and _filled(row) == 2 and not row[1].strip() and FIGURE.fullmatch("".join(row[1:]).strip()):
        return False
    if width < 2 or not row[0].strip() or _filled(row) > (2 if width > 3 else 1):
        return False
    return above or width > 2 or len(row) < width or SENTENCE.fullmatch(row[0].strip()) is not None


def _line(row: Sequence[str]) -> ParsedBlock:
    return ParsedBlock("prose" if _filled(row) < 2 else "row", join_cells(row))


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _width(rows: Rows) -> int:
    """Return how many cells most rows have, up to the last one that is not empty."""
    widths = Counter(map(_row_width, rows))
    return max(widths, key=lambda width: (width > 1, widths[width], width), default=0)


def _row_width(row: Sequence[str]) -> int:
    width = len(row)
    while width and not row[width - 1].strip():
        width -= 1
    return width
