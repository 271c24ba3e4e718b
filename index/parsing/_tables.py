"""Tables: which rows name the columns, which name the rows below them, and the rows as blocks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from index.parsing._table_headers import FIGURE, column_names, header_count
from index.parsing.layout import ParsedBlock, clean_text
from index.text.tables import join_cells, join_column_names

__all__ = ["SENTENCE", "TableRow", "arrange_rows", "continued_cells", "table_rows"]

SENTENCE = re.compile(r".*[.!?]|[*†‡§¹²³].*|.{81,}", re.DOTALL)
"""A cell that stands alone in its row and is a note, not the name of the rows below it."""

TOTAL = re.compile(
    r"(?:sub-?|grand )?(?:total|sum|average|mean|median|summe|gesamt|insgesamt|moyenne|suma)\b", re.IGNORECASE
)
"""The name of a row that counts over others, which do not share its group."""

LONGEST_CAPTION = 120
"""Characters of a caption that each row has above it."""

CONTINUED_SHARE = 0.4
"""Share of rows without a first cell from which on that cell is the one above."""


def table_rows(
    table: Sequence[Sequence[str]],
    headers: int | None = None,
    *,
    groups: Collection[int] = (),
    caption: str = "",
) -> list[ParsedBlock]:
    """Return the rows of a table, each with the caption and the names of its columns as lead.

    `headers` is how many rows at the top name the columns, by default those that look so. `groups` are the numbers of
    rows that name the rows below them, by default those that look so: their name becomes the first cell of each of
    these. A first cell that is left empty because it is the one above is filled; a note below the rows is prose.
    """
    cleaned, numbers = [], []
    for number, row in enumerate(table):
        if any(cells := [clean_text(cell) for cell in row]):
            cleaned.append(cells)
            numbers.append(number)
    grid = _without_empty_columns(cleaned)
    headers = header_count(grid) if headers is None else sum(number < headers for number in numbers)
    names, body = column_names(grid[:headers], max(map(len, grid), default=0)), grid[headers:]
    for (place, column), text in continued_cells(names, body).items():
        body[place][column] = text
    marked = {row for row, number in enumerate(numbers[headers:]) if number in groups}
    return [
        ParsedBlock(
            row.kind, join_cells(body[row.number] if row.group is None else [row.group, *body[row.number]]), row.lead
        )
        for row in arrange_rows(names, body, marked, clean_text(caption))
    ]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row below a table's header: its number, its kind ("row" or "prose") and what stands above it.

    `group` is the name of the rows that it belongs to, its first cell; None if the table has no such names.
    """

    number: int
    kind: str
    lead: str
    group: str | None = None


def arrange_rows(
    names: Sequence[str], rows: Sequence[Sequence[str]], groups: Collection[int] = (), caption: str = ""
) -> Iterator[TableRow]:
    """Yield the rows below a header with what stands above them, without those that only name others.

    `groups` are the numbers of rows that may name the rows below them, by default those that look so.
    """
    lone = _lone_cells(rows)
    last = max((row for row in range(len(rows)) if row not in lone), default=-1)
    named = {row for row in (lone.intersection(groups) or _group_rows(rows)) if row < last}
    if named == {0}:
        title = next(filter(None, rows[0]))
        yield TableRow(0, "prose", "")
        caption = caption or title
    is_grouped = len(named) > (named == {0})
    lead = join_column_names(["", *names] if is_grouped else names, _shorten(caption))
    group = ""
    for number, row in enumerate(rows):
        if number in named:
            name = next(filter(None, row))
            group = f"{group}: {name}" if number - 1 in named else name
        elif number in lone and number > last >= 0 and len(names) > 1 and SENTENCE.fullmatch("".join(row)):
            yield TableRow(number, "prose", "")
        else:
            yield TableRow(number, "row", lead, group if is_grouped else None)


def _group_rows(rows: Sequence[Sequence[str]]) -> set[int]:
    """Return the numbers of rows that name the rows below them: the first has only a first cell, and others like it.

    `rows` are those below the header. In a table whose first row is complete, a row of one cell lacks its values.
    """
    if len(rows) < 2 or max(map(len, rows)) < 3:
        return set()
    alone = {
        number
        for number in _lone_cells(rows)
        if rows[number][0] and not FIGURE.fullmatch(rows[number][0]) and not SENTENCE.fullmatch(rows[number][0])
    }
    return alone if 0 in alone else set()


def continued_cells(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[tuple[int, int], str]:
    """Return, by row and column, the texts of first cells that are left empty because they go on from above.

    So are those of a column without a name, or with many such cells, none of which is written twice.
    """
    width = max(map(len, rows), default=0)
    found: dict[tuple[int, int], str] = {}
    for column in range(min(2, width - 2)):
        cells = [row[column] if column < len(row) else "" for row in rows]
        written = [cell for cell in cells if cell]
        gaps = [number for number, cell in enumerate(cells) if not cell]
        unnamed = column < len(names) and any(names) and not names[column]
        if not gaps or not cells[0] or len(set(written)) < len(written) or any(map(FIGURE.fullmatch, written)):
            break
        if not (unnamed or len(gaps) >= CONTINUED_SHARE * len(rows)):
            break
        if not all(_is_name(row, column + 1) for row in rows if sum(map(bool, row)) > 1):
            break
        text = ""
        for number, cell in enumerate(cells):
            text = cell or text
            if not cell and _is_name(rows[number], column + 1) and not TOTAL.match(rows[number][column + 1]):
                found[number, column] = text
    return found


def _is_name(row: Sequence[str], column: int) -> bool:
    return column < len(row) and bool(row[column]) and not FIGURE.fullmatch(row[column])


def _lone_cells(rows: Sequence[Sequence[str]]) -> set[int]:
    return {number for number, row in enumerate(rows) if sum(map(bool, row)) == 1}


def _without_empty_columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    width = max(map(len, rows), default=0)
    kept = [column for column in range(width) if any(column < len(row) and row[column] for row in rows)]
    return [[row[column] if column < len(row) else "" for column in kept] for row in rows]


def _shorten(caption: str) -> str:
    if len(caption) <= LONGEST_CAPTION:
        return caption
    return caption[:LONGEST_CAPTION].rpartition(" ")[0] + "…"
