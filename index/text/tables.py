"""Rows of a table told with the names of their columns, and back."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["NAME_SEPARATOR", "UNNAMED_COLUMN", "join_column_names", "label_cells", "split_cells"]

NAME_SEPARATOR = ", "
"""Between the names of a table's columns, where they are told together."""


UNNAMED_COLUMN = "–"  # a dash, as one writes it into such a cell
"""In the place of a column's name that is not given."""


CELLS = re.compile(r" ?\|(?: |$)")
"""Between two cells of a row; an empty one has nothing before it."""


def join_column_names(columns: Sequence[str]) -> str:
    """The names of a table's columns together, one for each column, so that cells can be told apart by them; empty
    where there is none."""
    return (
        NAME_SEPARATOR.join(at.replace(NAME_SEPARATOR, " ") or UNNAMED_COLUMN for at in columns) if any(columns) else ""
    )


def label_cells(names: str, row: str) -> str:
    """A row of a table with the name of its column before each value, as one would say it.

    `names` has commas between, `row` has bars; where they do not pair off, the names stand before the row.
    """
    paired = split_cells(names, row)
    if not paired:
        return f"{names}\n{row}"
    return " | ".join(cell if column == UNNAMED_COLUMN else f"{column}: {cell}".rstrip() for column, cell in paired)


def split_cells(names: str, row: str) -> list[tuple[str, str]]:
    """The cells of a row, each with the name of its column; none where they do not pair off. Cells that are lacking at
    the end are empty."""
    columns, cells = names.split(NAME_SEPARATOR), CELLS.split(row)
    if len(columns) < max(len(cells), 2):
        return []
    return list(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=True))
