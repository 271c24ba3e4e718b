"""Tables of a PDF page with ruled lines only above, below and between some rows, as LaTeX sets them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.parsing._pdf_drawings import Box
from index.parsing._pdf_lines import Line
from index.parsing._pdf_tables import Table
from index.parsing._table_headers import FIGURE

__all__ = ["open_table"]

LONGEST_NAME = 80
"""Characters of a column's name; more are text between two lines."""

Columns = Sequence[tuple[float, float]]
"""The left and right side of each column."""


def open_table(
    lines: Sequence[Line], single: Sequence[Line], tops: Sequence[float], partial: Sequence[Box], box: Box
) -> Table | None:
    """Return the table of the lines between rules at these heights; None if the lines are in no columns.

    `single` are the same lines with each word as a cell; `partial` are shorter rules, which stand under the names of
    groups of columns.
    """
    if len(lines) < 2:
        return None
    under = [sum(line.top < top for line in lines) for top in tops[1:-1]]
    count = next((number for number in under if 0 < number < len(lines)), 0)
    columns = _columns(lines[count:])
    if len(columns) < 2:
        return None
    heads = [_apart(line, words, columns, partial) for line, words in zip(lines[:count], single[:count], strict=True)]
    header = _header(heads, columns, partial)
    body = [row for group in _groups(lines[count:], tops) for row in _group_rows(group, columns)]
    if not body or any(len(name) > LONGEST_NAME for name in header):
        return None
    rows = [*([header] if any(header) else []), *_filled(body)]
    is_form = len(columns) == 2 and len(tops) > len(lines)  # a rule below each line tells no header
    return Table(tuple(map(tuple, rows)), box, headers=1 if any(header) and not is_form else None)


def _columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Return the columns: the cells of lines that have many, and what overlaps them."""
    widest = max((len(line.cells) for line in lines), default=0)
    many = max(2.0, 0.6 * widest)
    spans = sorted(
        span for line in lines if len(line.cells) >= many for span in zip(line.starts, line.ends, strict=True)
    )
    columns: list[tuple[float, float]] = []
    for start, end in spans:
        if columns and start < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], end))
        else:
            columns.append((start, end))
    return columns


def _groups(lines: Sequence[Line], tops: Sequence[float]) -> list[list[Line]]:
    """Return lines by the rules between them."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not any(groups[-1][-1].bottom - 3 < top < line.top + 3 for top in tops):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _group_rows(lines: Sequence[Line], columns: Columns) -> list[list[str]]:
    """Return the rows of a group of lines: what goes on in the next line is one cell, a group's name is in each row."""
    rows: list[list[str]] = []
    for number, line in enumerate(lines):
        row = _row(line, columns)
        tight = number > 0 and line.top - lines[number - 1].bottom < 0.35 * line.size
        if rows and tight and not row[0] and not any(FIGURE.fullmatch(cell) for cell in row if cell):
            rows[-1] = [f"{above} {cell}".strip() for above, cell in zip(rows[-1], row, strict=True)]
        else:
            rows.append(row)
    names = [row[0] for row in rows if row[0]]
    if len(rows) > 2 and len(names) == 1 and any(row[0] and not any(row[1:]) for row in rows):
        rows = [[names[0], *row[1:]] for row in rows if any(row[1:])]
    return rows


def _filled(rows: Sequence[list[str]]) -> list[list[str]]:
    """Return rows with the first cell of those above where it is empty: it names a group of rows."""
    filled: list[list[str]] = []
    for row in rows:
        is_named = bool(row[0]) or not filled or not any(row[1:])
        filled.append(row if is_named else [filled[-1][0], *row[1:]])
    return filled


def _row(line: Line, columns: Columns) -> list[str]:
    """Return the cells of a line by column, each in the one that it overlaps most or is nearest to."""
    row = [""] * len(columns)
    for cell, start, end in zip(line.cells, line.starts, line.ends, strict=True):
        best = _nearest(start, end, columns)
        row[best] = f"{row[best]} {cell}".strip()
    return row


def _nearest(start: float, end: float, columns: Columns) -> int:
    return max(range(len(columns)), key=lambda column: min(end, columns[column][1]) - max(start, columns[column][0]))


def _header(lines: Sequence[Line], columns: Columns, partial: Sequence[Box]) -> list[str]:
    """Return one name per column; a name over several columns belongs to each of them."""
    names: list[list[str]] = [[] for _ in columns]
    for line in lines:
        for cell, start, end in zip(line.cells, line.starts, line.ends, strict=True):
            for column in _covered(line, start, end, columns, partial) or [_nearest(start, end, columns)]:
                names[column].append(cell)
    return [" ".join(name) for name in names]


def _apart(line: Line, words: Line, columns: Columns, partial: Sequence[Box]) -> Line:
    """Return a line of names, with those told apart that stand close, each over a column of its own."""
    cells: list[tuple[str, float, float]] = []
    for cell in zip(line.cells, line.starts, line.ends, strict=True):
        covered = [column for column, (left, right) in enumerate(columns) if left < cell[2] and cell[1] < right]
        pieces = [
            piece for piece in zip(words.cells, words.starts, words.ends, strict=True) if cell[1] <= piece[1] <= cell[2]
        ]
        is_several = {_nearest(start, end, columns) for _, start, end in pieces} == set(covered)
        is_group = any(left <= (cell[1] + cell[2]) / 2 <= right for left, top, right, _ in partial if top > line.top)
        cells.extend(pieces if len(covered) > 2 and is_several and not is_group else [cell])
    texts, starts, ends = zip(*cells, strict=True)
    return replace(line, cells=texts, starts=starts, ends=ends)


def _covered(line: Line, start: float, end: float, columns: Columns, partial: Sequence[Box]) -> list[int]:
    """Return the columns that a name stands over: those above the rule under it, or those that it touches."""
    for left, top, right, _ in partial:
        if left - 1 <= (start + end) / 2 <= right + 1 and -3 < top - line.bottom < line.size:
            return [
                column for column, (first, last) in enumerate(columns) if left - 2 <= (first + last) / 2 <= right + 2
            ]
    if len(line.cells) >= len(columns) - 1:
        return []
    return [column for column, (left, right) in enumerate(columns) if left < end and start < right]
