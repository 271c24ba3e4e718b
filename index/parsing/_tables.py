"""Tables: which rows name the columns, which name the rows below them, and the rows as blocks."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from index.parsing.layout import ParsedBlock, clean_text
from index.text.tables import join_cells, join_column_names

__all__ = [
    "FIGURE",
    "SENTENCE",
    "column_names",
    "continued_cells",
    "differs_from_below",
    "group_rows",
    "header_count",
    "table_rows",
]

FIGURE = re.compile(r"[\W_]*\d[\d.,:/%\s]*\D{0,3}")
"""A cell that holds a number, not the name of a column or row."""

PERIOD = re.compile(r"(?:FY ?)?(?:19|20)\d\d(?:[-/ ]?(?:Q[1-4]|H[12]|\d\d(?:\d\d)?))?")
"""A year, half-year, quarter or month, which may name a column of figures."""

UNIT = re.compile(r"[(\[][^()\[\]]{1,16}[)\]]|%|[€$£¥]")
"""A cell below a column's name that is only the unit of its figures."""

BEGINS_WITH_FIGURE = re.compile(r"[\W_]*\d")

SENTENCE = re.compile(r".*[.!?]|[*†‡§¹²³].*|.{81,}", re.DOTALL)
"""A cell that stands alone in its row and is a note, not the name of the rows below it."""

TOTAL = re.compile(
    r"(?:sub-?|grand )?(?:total|sum|average|mean|median|summe|gesamt|insgesamt|moyenne|suma)\b", re.IGNORECASE
)
"""The name of a row that counts over others, which do not share its group."""

LONGEST_NAME = 80
"""Characters of a cell that may be the name of a column."""

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
    if headers is None:
        headers = header_count(grid)
        upper = [_spread(row) if headers > 1 and _is_upper_header(row) else row for row in grid[:headers]]
    else:
        headers = sum(number < headers for number in numbers)
        upper = grid[:headers]
    names, body = column_names(upper, max(map(len, grid), default=0)), grid[headers:]
    for (place, column), text in continued_cells(names, body).items():
        body[place][column] = text
    named = {row for row, number in enumerate(numbers[headers:]) if number in groups} & _lone_cells(body)
    return _blocks(names, body, named or group_rows(body), _shorten(caption))


def _blocks(names: list[str], body: list[list[str]], groups: set[int], caption: str) -> list[ParsedBlock]:
    """Return the rows below a header as blocks; `groups` are those of them that name the rows below them."""
    lone = _lone_cells(body)
    last = max((row for row in range(len(body)) if row not in lone), default=-1)
    groups = {row for row in groups if row < last}
    blocks: list[ParsedBlock] = []
    if groups == {0}:
        title = next(filter(None, body[0]))
        blocks.append(ParsedBlock("prose", title))
        caption, body, last, lone, groups = caption or title, body[1:], last - 1, {row - 1 for row in lone}, set()
    lead = join_column_names(["", *names] if groups else names, caption)
    group = ""
    for number, row in enumerate(body):
        if number in groups:
            name = next(filter(None, row))
            group = f"{group}: {name}" if number - 1 in groups else name
        elif number in lone and number > last >= 0 and len(names) > 1 and SENTENCE.fullmatch("".join(row)):
            blocks.append(ParsedBlock("prose", "".join(row)))
        else:
            blocks.append(ParsedBlock("row", join_cells([group, *row] if groups else row), lead))
    return blocks


def header_count(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows at the top of a table look like the names of its columns: none, one, or two."""
    if len(rows) < 2:
        return 0
    if len(rows) > 2 and _is_upper_header(rows[0]) and _names_columns(rows[1], rows[2:]):
        named = [column for column, cell in enumerate(rows[1]) if cell]
        if any(_share_of_figures(rows[2:], column) > 0.5 for column in named):
            return 2
    if not _names_columns(rows[0], rows[1:]):
        return 0
    units = [cell for cell in rows[1] if cell]
    return 2 if len(rows) > 2 and units and all(UNIT.fullmatch(cell) for cell in units) else 1


def differs_from_below(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row of a table has words above a column of figures."""
    return len(rows) > 1 and any(
        cell and not BEGINS_WITH_FIGURE.match(cell) and _share_of_figures(rows[1:], column) > 0.5
        for column, cell in enumerate(rows[0])
    )


def group_rows(rows: Sequence[Sequence[str]]) -> set[int]:
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


def _is_upper_header(row: Sequence[str]) -> bool:
    """Return whether a row names several columns at once: behind one of its names, a cell is empty or the same."""
    if sum(map(bool, row)) < 1 + bool(row[0]) or len(set(filter(None, row))) < 1 + bool(row[0]):
        return False
    return any(before and cell in ("", before) for before, cell in pairwise(row))


def _names_columns(row: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    names = [cell for cell in row if cell]
    if len(row) < 2 or len(names) < max(len(row) - 1, 2):
        return False
    return all(_is_column_name(column, cell, below) for column, cell in enumerate(row) if cell)


def _is_column_name(column: int, cell: str, below: Sequence[Sequence[str]]) -> bool:
    if len(cell) > LONGEST_NAME:
        return False
    if not BEGINS_WITH_FIGURE.match(cell):
        return True
    if column == 0 or (FIGURE.fullmatch(cell) and not PERIOD.fullmatch(cell)):
        return False
    values = [row[column] for row in below if column < len(row) and row[column]]
    return _share_of_figures(below, column) > 0.5 and not any(map(PERIOD.fullmatch, values))


def _share_of_figures(rows: Sequence[Sequence[str]], column: int) -> float:
    values = [row[column] for row in rows if column < len(row) and row[column]]
    return sum(bool(FIGURE.fullmatch(value)) for value in values) / max(len(values), 1)


def column_names(headers: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return one name per column if several rows name them: "Llama 4" above "Scout" is "Llama 4 Scout"."""
    columns = ([row[column] for row in headers if column < len(row)] for column in range(width))
    return [" ".join(dict.fromkeys(filter(None, column))) for column in columns]


def _spread(row: Sequence[str]) -> list[str]:
    """Return a row whose names reach over the empty cells behind them."""
    spread: list[str] = []
    for cell in row:
        spread.append(cell or (spread[-1] if spread else ""))
    return spread


def _shorten(caption: str) -> str:
    caption = clean_text(caption)
    if len(caption) <= LONGEST_CAPTION:
        return caption
    return caption[:LONGEST_CAPTION].rpartition(" ")[0] + "…"
