"""Rows of a table in text: column names joined and split, cells labelled with the names of their columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["NAME_SEPARATOR", "UNNAMED_COLUMN", "join_column_names", "label_cells", "split_cells"]

NAME_SEPARATOR = ", "

UNNAMED_COLUMN = "–"
"""Stands for the name of a column that has none: a dash, as people write it into such a cell."""

CELL_SEPARATOR = re.compile(r" ?\|(?: |$)")
"""Between two cells of a row; an empty cell has nothing before it."""


def join_column_names(names: Sequence[str]) -> str:
    """Return the names of a table's columns as one text that `split_cells` can split; empty if none has a name."""
    joined = NAME_SEPARATOR.join(name.replace(NAME_SEPARATOR, " ") or UNNAMED_COLUMN for name in names)
    return joined if any(names) else ""


def label_cells(names: str, row: str) -> str:
    """Return a row with the name of its column before each value: "Model: Scout | Price: $2".

    If their numbers differ, the names precede the row.
    """
    cells = split_cells(names, row)
    if not cells:
        return f"{names}\n{row}"
    return " | ".join(cell if name == UNNAMED_COLUMN else f"{name}: {cell}".rstrip() for name, cell in cells)


def split_cells(names: str, row: str) -> list[tuple[str, str]]:
    """Return the cells of a row as (column name, cell); none if `names`, as joined above, and cells do not pair off.

    Missing cells at the end are empty.
    """
    columns, cells = names.split(NAME_SEPARATOR), CELL_SEPARATOR.split(row)
    if len(columns) < max(len(cells), 2):
        return []
    return list(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=True))
