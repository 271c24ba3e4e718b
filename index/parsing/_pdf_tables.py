"""Tables of a PDF page: those with ruled lines around or between their rows, and words that stand in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from index.parsing._pdf_drawings import Box
from index.parsing._pdf_lines import Line, join_words, make_line, read_segments, rows_of
from index.parsing._pdf_words import Word
from index.parsing._table_headers import FIGURE
from index.parsing.layout import clean_text

__all__ = ["Table", "aligned_rows", "ruled_tables"]

MOST_EDGES = 4_000
"""Ruled lines of one page; more are a drawing."""

SNAP = 3.0
"""Points between two ruled lines that are meant to be one."""

LONG_RULE = 40.0
"""Points of a rule above or below a table, at least."""

MOST_RULE_GAP = 500.0


@dataclass(frozen=True, slots=True)
class Table:
    """A table with ruled lines, row by row; `headers` says how many rows name the columns, if the lines tell it."""

    rows: tuple[tuple[str, ...], ...]
    box: Box = (0.0, 0.0, 0.0, 0.0)
    headers: int | None = None


def ruled_tables(rules: Sequence[Box], words: Sequence[Word]) -> list[Table]:
    """Return the tables of a page, of two columns at least, with lines around their cells or only between rows.

    `rules` are boxes in the same space as the words.
    """
    across = [rule for rule in rules if rule[3] - rule[1] <= rule[2] - rule[0]]
    along = [rule for rule in rules if rule[3] - rule[1] > rule[2] - rule[0]]
    if len(rules) > MOST_EDGES or len(across) < 2:
        return []
    tables = list(_grids(across, along, words)) if len(along) > 1 else []
    free = [rule for rule in across if not any(_overlaps(rule, table.box) for table in tables)]
    return tables + list(_open_tables(free, words))


def aligned_rows(lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """Return the rows of a table without ruled lines that these lines begin with; none if they begin with no table.

    A line of fewer cells is a row too if each cell begins or ends with those of one column: its other cells are empty.
    At least half of the values must be numbers.
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
    return rows if len(rows) > 1 and values and 2 * figures >= len(values) else []


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


def _overlaps(box: Box, other: Box) -> bool:
    return box[0] < other[2] + 1 and other[0] < box[2] + 1 and box[1] < other[3] + 1 and other[1] < box[3] + 1


def _inside(words: Iterable[Word], box: Box) -> list[Word]:
    left, top, right, bottom = box
    return [
        word
        for word in words
        if left <= (word.x0 + word.x1) / 2 <= right and top <= word.base - 0.3 * word.size <= bottom
    ]


def _text(words: Sequence[Word]) -> str:
    rows = rows_of(read_segments(words))
    return clean_text(" ".join(join_words([word for segment in row for word in segment.words]) for row in rows))


def _grids(across: Sequence[Box], along: Sequence[Box], words: Sequence[Word]) -> Iterator[Table]:
    """Yield the tables whose cells have lines around them."""
    from pdfplumber import table as finder  # takes longer to import than reading most files

    edges: list[dict[str, Any]] = [
        {"orientation": "h", "x0": left, "x1": right, "top": (top + bottom) / 2, "bottom": (top + bottom) / 2}
        for left, top, right, bottom in across
    ]
    edges += [
        {"orientation": "v", "x0": (left + right) / 2, "x1": (left + right) / 2, "top": top, "bottom": bottom}
        for left, top, right, bottom in along
    ]
    for edge in edges:
        edge |= {"width": edge["x1"] - edge["x0"], "height": edge["bottom"] - edge["top"]}
    merged = finder.merge_edges(edges, SNAP, SNAP, SNAP, SNAP)
    cells = finder.intersections_to_cells(finder.edges_to_intersections(merged, SNAP, SNAP))
    for group in finder.cells_to_tables(cells):
        table = _grid([(float(x0), float(top), float(x1), float(bottom)) for x0, top, x1, bottom in group], words)
        if table is not None:
            yield table


def _grid(cells: Sequence[Box], words: Sequence[Word]) -> Table | None:
    """Return the table of such cells; a merged cell's text stands in each of the columns and rows that it covers."""
    lefts, tops = sorted({cell[0] for cell in cells}), sorted({cell[1] for cell in cells})
    if len(lefts) < 2 or len(tops) < 2:
        return None
    box = (lefts[0], tops[0], max(cell[2] for cell in cells), max(cell[3] for cell in cells))
    inside = _inside(words, box)
    rows = [[""] * len(lefts) for _ in tops]
    spanned = [False] * len(tops)
    for cell in cells:
        text = _text(_inside(inside, cell))
        columns = [column for column, left in enumerate(lefts) if cell[0] <= left < cell[2] - 1]
        covered = [row for row, top in enumerate(tops) if cell[1] <= top < cell[3] - 1]
        for row in covered:
            for column in columns:
                rows[row][column] = text
        if text and len(columns) > 1:
            spanned[covered[0]] = True
    if not any(any(row) for row in rows):
        return None
    headers = 2 if spanned[0] and len(rows) > 2 and not spanned[1] and _are_names(rows[1]) else None
    return Table(tuple(map(tuple, rows)), box, headers)


def _are_names(row: Sequence[str]) -> bool:
    return not any(FIGURE.fullmatch(cell) for cell in row if cell)


def _open_tables(rules: Sequence[Box], words: Sequence[Word]) -> Iterator[Table]:
    """Yield the tables with lines only above, below and between some rows."""
    groups: list[list[Box]] = []
    joined = _joined(rules)
    for rule in sorted(joined, key=lambda rule: rule[1]):
        if rule[2] - rule[0] < LONG_RULE:
            continue
        for group in groups:
            first, last = group[0], group[-1]
            if abs(rule[0] - first[0]) < SNAP and abs(rule[2] - first[2]) < SNAP and rule[1] - last[1] < MOST_RULE_GAP:
                group.append(rule)
                break
        else:
            groups.append([rule])
    for group in groups:
        tops = [rule[1] for rule in group]
        if len(tops) > 1:
            box = (group[0][0] - 2, tops[0], group[0][2] + 2, tops[-1])
            table = _open_table(
                tops, box, words, [rule for rule in rules if rule not in group and _overlaps(rule, box)]
            )
            if table is not None:
                yield table


def _joined(rules: Sequence[Box]) -> list[Box]:
    """Return rules, with those that continue each other made one."""
    joined: list[Box] = []
    for rule in sorted(rules, key=lambda rule: (round(rule[1]), rule[0])):
        if joined and abs(joined[-1][1] - rule[1]) < 1 and rule[0] - joined[-1][2] < 1:
            last = joined.pop()
            rule = (min(last[0], rule[0]), last[1], max(last[2], rule[2]), max(last[3], rule[3]))
        joined.append(rule)
    return joined


def _open_table(tops: Sequence[float], box: Box, words: Sequence[Word], partial: Sequence[Box] = ()) -> Table | None:
    """Return the table between rules at these heights; `partial` are rules under the names of groups of columns."""
    inside = _inside(words, box)
    lines = [make_line(row, (), 0, box[0], box[2]) for row in rows_of(read_segments(inside))] if inside else []
    if len(lines) < 2 or sum(len(line.cells) > 1 for line in lines) < 0.6 * len(lines):
        return None
    columns = _columns([line for line in lines if len(line.cells) > 1])
    if len(columns) < 2:
        return None
    under = [sum(line.top < top for line in lines) for top in tops[1:-1]]
    count = next((number for number in under if 0 < number < len(lines)), 0)
    header = _header(lines[:count], columns, partial)
    body: list[list[str]] = []
    previous: Line | None = None
    for line in lines[count:]:
        row = _row(line, columns)
        ruled = previous is not None and any(previous.bottom - 2 < top < line.top + 2 for top in tops)
        tight = previous is not None and line.top - previous.bottom < 0.35 * line.size
        if body and tight and not ruled and not row[0] and not _has_figures(row):
            body[-1] = [f"{above} {cell}".strip() for above, cell in zip(body[-1], row, strict=True)]
        else:
            body.append(row)
        previous = line
    if not body:
        return None
    rows = [*([header] if any(header) else []), *body]
    return Table(tuple(map(tuple, rows)), box, headers=1 if any(header) else None)


def _has_figures(row: Sequence[str]) -> bool:
    return any(FIGURE.fullmatch(cell) for cell in row if cell)


def _columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """Return the left and right side of each column: cells of lines with most cells, and what overlaps them."""
    widest = max(len(line.cells) for line in lines)
    spans = sorted(
        span for line in lines if len(line.cells) >= widest for span in zip(line.starts, line.ends, strict=True)
    )
    columns: list[tuple[float, float]] = []
    for start, end in spans:
        if columns and start < columns[-1][1]:
            columns[-1] = (columns[-1][0], max(columns[-1][1], end))
        else:
            columns.append((start, end))
    return columns


def _row(line: Line, columns: Sequence[tuple[float, float]]) -> list[str]:
    """Return the cells of a line by column, each in the one that it overlaps most or is nearest to."""
    row = [""] * len(columns)
    for cell, start, end in zip(line.cells, line.starts, line.ends, strict=True):
        best = max(
            range(len(columns)), key=lambda column: min(end, columns[column][1]) - max(start, columns[column][0])
        )
        row[best] = f"{row[best]} {cell}".strip()
    return row


def _header(lines: Sequence[Line], columns: Sequence[tuple[float, float]], partial: Sequence[Box]) -> list[str]:
    """Return one name per column; a name over several columns belongs to each of them."""
    names: list[list[str]] = [[] for _ in columns]
    for line in lines:
        for cell, start, end in zip(line.cells, line.starts, line.ends, strict=True):
            covered = _covered(line, start, end, columns, partial)
            if not covered:
                covered = [_row(replace(line, cells=(cell,), starts=(start,), ends=(end,)), columns).index(cell)]
            for column in covered:
                names[column].append(cell)
    return [" ".join(name) for name in names]


def _covered(
    line: Line, start: float, end: float, columns: Sequence[tuple[float, float]], partial: Sequence[Box]
) -> list[int]:
    """Return the columns that a name stands over: those above the rule under it, or those that it touches."""
    for left, top, right, _ in partial:
        if left - 1 <= (start + end) / 2 <= right + 1 and -2 < top - line.bottom < line.size:
            return [
                column for column, (first, last) in enumerate(columns) if left - 2 <= (first + last) / 2 <= right + 2
            ]
    if len(line.cells) == len(columns):
        return []
    return [column for column, (left, right) in enumerate(columns) if left < end and start < right]
