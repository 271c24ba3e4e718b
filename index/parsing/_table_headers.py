"""Headers of tables: which rows at the top name the columns, and the names of these."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["FIGURE", "column_names", "differs_from_below", "header_count", "marked_header_count"]

FIGURE = re.compile(r"[\W_]*\d[\d.,:/%\s]*\D{0,3}")
"""A cell that holds a number, not the name of a column or row."""

PERIOD = re.compile(r"(?:FY ?)?(?:19|20)\d\d(?:[-/ ]?(?:Q[1-4]|H[12]|\d\d(?:\d\d)?))?")
"""A year, half-year, quarter or month, which may name a column of figures."""

UNIT = re.compile(r"[(\[][^()\[\]]{1,16}[)\]]|%|[€$£¥]")
"""A cell below a column's name that is only the unit of its figures."""

BEGINS_WITH_FIGURE = re.compile(r"[\W_]*\d")

LEAST_KINDS = 3
KINDS = (
    ("date", re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}\.? [^\W\d_]{3,9}\.? \d{4}")),
    ("number", re.compile(r"[+−-]?\d[\d.,\s]*")),
    ("truth", re.compile(r"true|false|yes|no", re.IGNORECASE)),
    ("quantity", re.compile(r"\W*\d[\d.,\s]*\W*[^\W\d_]{0,4}")),
    ("address", re.compile(r"\S+@\S+|https?://\S+")),
)
"""Kinds of values; a column of a table holds one or two of them."""

LONGEST_NAME = 80
"""Characters of a cell that may be the name of a column."""


def marked_header_count(rows: Sequence[Sequence[str]], marked: int, *, names_rows: bool) -> int:
    """Return how many rows at the top name the columns, `marked` of which are marked so.

    Without any mark, a label beside its value, or a row whose name is marked (`names_rows`), is taken for names of
    columns only if a column of figures is below it.
    """
    width = max(map(len, rows), default=0)
    if marked or ((names_rows or width == 2) and not differs_from_below(rows)):
        return marked
    return header_count(rows)


def header_count(rows: Sequence[Sequence[str]]) -> int:
    """Return how many rows at the top of a table look like the names of its columns: none, one, or two."""
    if len(rows) < 2 or _is_key_value(rows):
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


def _is_key_value(rows: Sequence[Sequence[str]]) -> bool:
    """Return whether rows of two cells are names with values of many kinds, not two columns with a header."""
    if max(map(len, rows)) != 2:
        return False
    values = [row[1].strip() for row in rows if len(row) > 1 and row[1].strip()]
    return len({_kind(value) for value in values}) >= LEAST_KINDS


def _kind(value: str) -> str:
    return next((name for name, pattern in KINDS if pattern.fullmatch(value)), "words")


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
    headers = [*(_spread(row) if _is_upper_header(row) else row for row in headers[:-1]), *headers[-1:]]
    columns = ([row[column] for row in headers if column < len(row)] for column in range(width))
    return [" ".join(dict.fromkeys(filter(None, column))) for column in columns]


def _spread(row: Sequence[str]) -> list[str]:
    """Return a row whose names reach over the empty cells behind them."""
    spread: list[str] = []
    for cell in row:
        spread.append(cell or (spread[-1] if spread else ""))
    return spread
