"""Tables in Markdown, its own and those in HTML: their rows, with cells that span several rows or columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from index.domain.documents import Span
from index.parsing._table_headers import column_names, marked_header_count
from index.parsing._tables import arrange_rows, continued_cells
from index.text.normalize import collapse_whitespace

__all__ = ["Cell", "HtmlTable", "table_blocks"]

MOST_COLUMNS = 500
"""Columns of a table, and rows or columns that one cell may span."""


@dataclass
class Cell:
    """A cell with its runs, which are complete once its text is read; `start` is where it stands in the document."""

    start: int
    is_header: bool = False
    columns: int = 1
    rows: int = 1
    runs: list[Span] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        return collapse_whitespace("".join(run.reading for run in self.runs))


@dataclass
class HtmlTable:
    """A table while it is read: the cells of each row, and how many rows at the top are in its head."""

    rows: list[list[Cell]] = field(default_factory=list)
    head_rows: int = 0

    def blocks(self) -> list[tuple[list[Span], str, str]]:
        """Return the runs, the kind and the lead of each row; a table with one column is prose."""
        grid = [row for row in self._grid() if any(cell.text for cell in row)]
        texts = [[cell.text for cell in row] for row in grid]
        width = max(map(len, grid), default=0)
        if width < 2:
            return [(runs, "prose", "") for row in grid if (runs := _row_runs(row))]
        headers = self._headers(grid, texts)
        names = column_names(texts[:headers], width)
        body = [[*row, *(Cell(row[-1].start) for _ in range(width - len(row)))] for row in grid[headers:]]
        groups = [number for number, row in enumerate(body) if row[0].columns > 1 and row[0].columns >= width - 1]
        return list(table_blocks(names, body, groups))

    def _headers(self, grid: list[list[Cell]], texts: list[list[str]]) -> int:
        headers = min(self.head_rows, len(grid))
        while headers < len(grid) and all(cell.is_header or not cell.text for cell in grid[headers]):
            headers += 1
        if headers == len(grid):
            return 0
        names_rows = any(cell.is_header for row in grid[headers:] for cell in row)
        return marked_header_count(texts, headers, names_rows=names_rows)

    def _grid(self) -> list[list[Cell]]:
        """Return the rows with a cell for each column; a cell from above is repeated without a place of its own."""
        grid = []
        above: dict[int, Cell] = {}
        for cells in self.rows:
            row: list[Cell] = []
            place = cells[0].start if cells else 0
            for cell in cells:
                place = cell.runs[-1].end if cell.runs else cell.start
                _repeat_above(row, above, cell.start)
                for column in range(min(cell.columns, MOST_COLUMNS - len(row))):
                    shown = cell if column == 0 or cell.is_header else Cell(cell.start)
                    if cell.rows > 1:
                        above[len(row)] = Cell(cell.start, cell.is_header, 1, cell.rows - 1, shown.runs)
                    row.append(shown)
            _repeat_above(row, above, place)
            grid.append(row)
        return grid


def table_blocks(
    names: Sequence[str], rows: Sequence[Sequence[Cell]], groups: Collection[int] = ()
) -> Iterator[tuple[list[Span], str, str]]:
    """Yield the runs, the kind and the lead of each row below the names of columns; `groups` may name rows below them.

    The name of a group, and a cell that goes on from above, are read in each of their rows, without a place there.
    """
    texts = [[cell.text for cell in row] for row in rows]
    continued = continued_cells(names, texts)
    for row in arrange_rows(names, texts, groups):
        start = next((run.start for cell in rows[row.number] for run in cell.runs), 0)
        cells = [
            replace(cell, runs=[Span(start, start, continued[row.number, column])])
            if (row.number, column) in continued
            else cell
            for column, cell in enumerate(rows[row.number])
        ]
        if row.group is not None:
            cells.insert(0, Cell(start, runs=[Span(start, start, row.group)] if row.group else []))
        if runs := _row_runs(cells):
            yield runs, row.kind, row.lead


def _repeat_above(row: list[Cell], above: dict[int, Cell], place: int) -> None:
    """Append the cells from above that reach into the next columns of a row."""
    while (column := len(row)) in above:
        cell = above.pop(column)
        if cell.rows > 1:
            above[column] = Cell(cell.start, cell.is_header, 1, cell.rows - 1, cell.runs)
        row.append(Cell(place, cell.is_header, 1, 1, [Span(place, place, cell.text)]))


def _row_runs(row: list[Cell]) -> list[Span]:
    """Return the runs of a row, a bar between two cells; empty cells at the end are left out."""
    while row and not row[-1].text:
        row = row[:-1]
    runs: list[Span] = []
    place = 0
    for number, cell in enumerate(row):
        place = max(place, cell.start)
        if number:
            runs.append(Span(place, place, " | "))
        # A header cell over several columns is repeated: only the first stands for its source.
        runs += cell.runs if not cell.runs or cell.runs[0].start >= place else [Span(place, place, cell.text)]
        place = max(place, runs[-1].end) if runs else place
    return runs
