"""Tables of a PDF page: those with ruled lines, and lines of words that stand in the same columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from index.parsing._pdf_lines import Line, clean_pdf_text
from index.parsing.layout import FIGURE

__all__ = ["Table", "aligned_rows", "ruled_tables"]

MOST_EDGES = 20_000
"""Ruled lines of one page; more are a drawing."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with ruled lines, row by row."""

    rows: tuple[tuple[str, ...], ...]


def ruled_tables(page: Any) -> list[tuple[Any, Table]]:
    """Return the tables with ruled lines, of at least two rows and columns, each with pdfplumber's own object."""
    if len(page.edges) > MOST_EDGES:
        return []
    tables = [table for table in page.find_tables() if len(table.rows) > 1]
    tables = [table for table in tables if max(len(row.cells) for row in table.rows) > 1]
    return [(table, Table(_texts(table))) for table in tables]


def aligned_rows(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """Return the rows of a table without ruled lines that these lines begin with; none if they begin with no table.

    A line of fewer cells is a row too if each cell begins below those of one column: its other cells are empty. At
    least half of the values must be numbers.
    """
    width = len(lines[0].cells)
    if width < 2:
        return []
    candidates = [lines[0]]
    for line, next_line in pairwise(lines):
        far = next_line.top < line.top or next_line.top - line.bottom > 2 * line.size
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
    return rows if len(rows) > 1 and values and 2 * figures >= len(values) else []


def _texts(table: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(clean_pdf_text(cell or "") for cell in row) for row in table.extract())


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
