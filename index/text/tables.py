"""Rows of a table in text: column names joined and split, cells labelled with the names of their columns.

What stands above a row, its `lead`, is what a reader sees above it: the table's caption if it has one, then a line with
the names of the columns ("| Model | Context |").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

__all__ = [
    "BAR",
    "ELLIPSIS",
    "UNNAMED_COLUMN",
    "cell_spans",
    "header_names",
    "is_header",
    "join_cells",
    "join_column_names",
    "label_cells",
    "show_row",
    "split_cells",
]

UNNAMED_COLUMN = "–"
"""Stands for the name of a column that has none: a dash, as people write it into such a cell."""

BAR = " | "
"""Between two cells as they are written here."""

CELL_SEPARATOR = re.compile(r" ?\|(?: |$)")
"""Between two cells of a row; an empty cell has nothing before it."""

ELLIPSIS = "…"


def join_cells(cells: Sequence[str]) -> str:
    """Return the cells of a row as one text that `split_cells` can split; empty cells at the end are left out."""
    kept = len(cells)
    while kept and not cells[kept - 1]:
        kept -= 1
    if any(BAR in cell for cell in cells):
        cells = [cell.replace(BAR, " ¦ ") for cell in cells]
    return " ".join(BAR.join(cells[:kept]).split())


def join_column_names(names: Sequence[str], caption: str = "") -> str:
    """Return what stands above the rows of a table: a line with its caption, and its column names if any is given."""
    joined = BAR.join(name.replace(BAR, " ¦ ") or UNNAMED_COLUMN for name in names)
    return f"{caption}\n" * bool(caption) + f"| {joined} |" * any(names)


def is_header(lead: str) -> bool:
    """Return whether a text that stands above a row ends with the names of columns, as joined above."""
    line = lead.rpartition("\n")[2]
    return line.startswith("| ") and line.endswith(" |")


def header_names(lead: str) -> str:
    """Return the names of columns above a row, written like a row: "Model | Context"; empty if there are none."""
    return lead.rpartition("\n")[2][2:-2] if is_header(lead) else ""


def label_cells(lead: str, row: str) -> str:
    """Return a row with the name of its column before each value: "Model: Scout | Price: $2", below the caption.

    If the numbers of names and cells differ, the lead precedes the row.
    """
    cells = split_cells(lead, row)
    if not cells:
        return f"{lead.rstrip()}\n{row}"
    caption = lead.rpartition("\n")[0]
    return "\n".join([*filter(None, [caption]), BAR.join(_labelled(*cell) for cell in cells)])


def show_row(lead: str, row: str, kept: Collection[int]) -> str:
    """Return a row for people: the `kept` cells, each with the name of its column, "…" for others that are not empty.

    The row is unchanged if its columns have no names.
    """
    cells = split_cells(lead, row)
    shown: list[str] = []
    for number, (name, cell) in enumerate(cells):
        if cell and number in kept:
            shown.append(_labelled(name, cell))
        elif cell and shown[-1:] != [ELLIPSIS]:
            shown.append(ELLIPSIS)
    return BAR.join(shown) or row


def split_cells(lead: str, row: str) -> list[tuple[str, str]]:
    """Return the cells of a row as (column name, cell); none if the names above them and cells do not pair off.

    Missing cells at the end are empty.
    """
    columns, cells = header_names(lead).split(BAR), CELL_SEPARATOR.split(row)
    if len(columns) < max(len(cells), 2):
        return []
    return list(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=True))


def cell_spans(row: str) -> list[tuple[int, int]]:
    """Return where the cells of a row stand in its text; those of empty cells are empty."""
    ends = [*((match.start(), match.end()) for match in CELL_SEPARATOR.finditer(row)), (len(row), len(row))]
    starts = [0, *(end for _, end in ends[:-1])]
    return [(start, end) for start, (end, _) in zip(starts, ends, strict=True)]


def _labelled(name: str, cell: str) -> str:
    return cell if name == UNNAMED_COLUMN else f"{name}: {cell}".rstrip()
