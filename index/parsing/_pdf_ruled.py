"""Tables of a PDF page with ruled lines: around their cells, or above, below and between some rows only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from index.parsing._pdf_drawings import Box
from index.parsing._pdf_lines import Line
from index.parsing._pdf_open_tables import open_table
from index.parsing._pdf_tables import Table, is_inside, lines_inside, overlaps
from index.parsing._pdf_words import Word
from index.parsing._table_headers import FIGURE

__all__ = ["ruled_tables"]

MOST_EDGES = 4_000
"""Ruled lines of one page; more are a drawing."""

SNAP = 3.0
"""Points between two ruled lines that are meant to be one."""

LONGEST_GAP = 500.0
"""Points between two rules of one table."""

SHORTEST_RULE = 40.0
"""Points of a rule above or below a table, at least."""


def ruled_tables(rules: Sequence[Box], words: Sequence[Word]) -> list[Table]:
    """Return the tables of a page, of two columns at least; `rules` are in the same space as the words."""
    across = [rule for rule in rules if rule[3] - rule[1] <= rule[2] - rule[0]]
    along = [rule for rule in rules if rule[3] - rule[1] > rule[2] - rule[0]]
    if len(rules) > MOST_EDGES or len(across) < 2:
        return []
    tables = list(_grids(across, along, words)) if len(along) > 1 else []
    free = [rule for rule in across if not any(overlaps(rule, table.box) for table in tables)]
    return tables + list(_open_tables(free, words))


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
    if len(lefts) < 2 or len(tops) < 2 or len(cells) < 0.5 * len(lefts) * len(tops):
        return None
    box = (lefts[0], tops[0], max(cell[2] for cell in cells), max(cell[3] for cell in cells))
    inside = [word for word in words if is_inside(word, box)]
    texts = [lines_inside(inside, cell) for cell in cells]
    lines = [line for cell in texts for line in cell]
    if not lines or sum(len(line.cells) > 1 for line in lines) > 0.3 * len(lines):
        return None  # the lines are around whole columns or groups of them
    grid: list[list[list[Line]]] = [[[] for _ in lefts] for _ in tops]
    spanned = [False] * len(tops)
    for cell, text in zip(cells, texts, strict=True):
        columns = [column for column, left in enumerate(lefts) if cell[0] <= left < cell[2] - 1]
        covered = [row for row, top in enumerate(tops) if cell[1] <= top < cell[3] - 1]
        for row in covered:
            for column in columns:
                grid[row][column] = text
        spanned[covered[0]] = spanned[covered[0]] or (len(columns) > 1 and bool(text))
    rows = [part for row in grid for part in _split(row)]
    names_groups = spanned[0] and len(rows) > 2 and not spanned[1]
    headers = 2 if names_groups and not any(FIGURE.fullmatch(cell) for cell in rows[1] if cell) else None
    return Table(tuple(rows), box, headers)


def _split(row: Sequence[Sequence[Line]]) -> list[tuple[str, ...]]:
    """Return the rows that a row of cells holds: several if their lines stand at the same heights and hold numbers."""
    filled = [[round(line.bottom) for line in cell] for cell in row if cell]
    is_several = len(filled) > 1 and len(filled[0]) > 1 and all(_are_near(heights, filled[0]) for heights in filled)
    if is_several and any(all(any(map(str.isdigit, line.text)) for line in cell) for cell in row if cell):
        return [tuple(cell[number].text if cell else "" for cell in row) for number in range(len(filled[0]))]
    return [tuple(" ".join(line.text for line in cell) for cell in row)]


def _are_near(heights: Sequence[int], others: Sequence[int]) -> bool:
    return len(heights) == len(others) and all(
        abs(height - other) < 2 for height, other in zip(heights, others, strict=True)
    )


def _open_tables(rules: Sequence[Box], words: Sequence[Word]) -> Iterator[Table]:
    """Yield the tables with lines only above, below and between some rows: rules of the same length."""
    groups: list[list[Box]] = []
    for rule in sorted(_joined(rules), key=lambda rule: rule[1]):
        if rule[2] - rule[0] < SHORTEST_RULE:
            continue
        for group in groups:
            first, last = group[0], group[-1]
            if abs(rule[0] - first[0]) < SNAP and abs(rule[2] - first[2]) < SNAP and rule[1] - last[1] < LONGEST_GAP:
                group.append(rule)
                break
        else:
            groups.append([rule])
    for group in groups:
        if len(group) > 1:
            box = (group[0][0] - 2, group[0][1], group[0][2] + 2, group[-1][1])
            partial = [rule for rule in rules if rule not in group and overlaps(rule, box)]
            wide = lines_inside(words, box, gap=0.9)
            if sum(len(line.cells) > 1 for line in wide) < 0.6 * len(wide):
                continue
            lines, single = lines_inside(words, box, gap=0.55), lines_inside(words, box, gap=0.15)
            table = open_table(lines, single, [rule[1] for rule in group], partial, box)
            if table is not None:
                yield table


def _joined(rules: Sequence[Box]) -> list[Box]:
    """Return rules, with those that continue each other made one."""
    joined: list[Box] = []
    for _, row in groupby(sorted(rules, key=lambda rule: (round(rule[1]), rule[0])), key=lambda rule: round(rule[1])):
        last: Box | None = None
        for rule in row:
            if last is not None and rule[0] - last[2] < 1:
                last = (last[0], last[1], max(last[2], rule[2]), max(last[3], rule[3]))
                joined[-1] = last
            else:
                last = rule
                joined.append(rule)
    return joined
