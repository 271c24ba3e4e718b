"""HTML tables: the rows of data tables, with cells that span several rows or columns."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._html_tree import HEADING, is_hidden, visible_text, walk
from index.parsing._table_headers import marked_header_count
from index.parsing._tables import table_rows
from index.parsing.layout import ParsedBlock

__all__ = ["read_html_table", "read_role_table"]

MOST_CELLS = 500
"""Columns of a table, and rows or columns that one cell may span."""

Spans = dict[int, tuple[int, str]]
"""By column: for how many more rows a cell from above reaches down, and its text."""


def read_html_table(table: LexborNode) -> list[ParsedBlock] | None:
    """Return the caption and the rows of a data table; None if the table only arranges parts of the page.

    Raises UnreadableSource for too many columns.
    """
    grid: list[list[str]] = []
    above: list[list[str]] = []
    groups: set[int] = set()
    spans: Spans = {}
    header_rows, in_header, in_thead, names_rows, caption = 0, True, False, False, ""
    for event, node in walk(table, _is_cell):
        tag = node.tag or ""
        if tag == "table" and event == "open":
            return None
        if tag == "thead":
            in_thead = event == "open"
        elif tag == "caption" and event == "open":
            caption = visible_text(node)
        elif tag == "tr" and event == "open":
            cells = list(_cells(node))
            row = _row(cells, spans)
            if row is None:
                return None
            if len(cells) == 1 and 1 < len(row) == _span(cells[0], "colspan") and not in_thead:
                row = [row[0], *[""] * (len(row) - 1)]
                groups.add(len(grid))
            elif any(row):
                in_header = in_header and (in_thead or _names_columns(cells))
                if in_header and not header_rows:
                    above, grid, groups = grid, [], set()
                header_rows += in_header
                names_rows = names_rows or (not in_header and any(cell.tag == "th" for cell in cells))
            if any(row):
                grid.append(row)
    if max(map(len, grid), default=0) < 2:
        return None
    headers = marked_header_count(grid, header_rows, names_rows=names_rows)
    lines = [*filter(None, [caption]), *(row[0] for row in above)]
    rows = table_rows(grid, headers, groups=groups, caption=lines[-1] if lines else "")
    return [*(ParsedBlock("prose", line) for line in lines), *rows]


def read_role_table(node: LexborNode) -> list[ParsedBlock] | None:
    """Return the rows of a table that is made of other elements, by their roles; None if the element is none."""
    if not node.attributes or node.attributes.get("role") not in ("table", "grid"):
        return None
    grid: list[list[str]] = []
    headers = 0
    for row in node.css("[role=row]"):
        cells = row.css("[role=cell],[role=gridcell],[role=columnheader],[role=rowheader]")
        headers += len(grid) == headers and all(cell.attributes.get("role") == "columnheader" for cell in cells)
        grid.append([visible_text(cell) for cell in cells[:MOST_CELLS]])
    return table_rows(grid, headers) if any(map(len, grid)) else None


def _names_columns(cells: list[LexborNode]) -> bool:
    """Return whether all cells of a row are header cells, of columns, except for empty ones."""
    named = [cell for cell in cells if cell.tag == "th" or visible_text(cell)]
    scopes = {(cell.attributes.get("scope") or "").lower() for cell in named if cell.tag == "th"}
    return bool(named) and all(cell.tag == "th" for cell in named) and not scopes & {"row", "rowgroup"}


def _is_cell(node: LexborNode) -> bool:
    return node.tag in ("td", "th") or is_hidden(node)


def _cells(row: LexborNode) -> Iterator[LexborNode]:
    node = row.first_child
    while node is not None:
        if node.tag in ("td", "th") and not is_hidden(node):
            yield node
        node = node.next


def _holds_text(cell: LexborNode) -> bool:
    """Return whether a cell holds text, not parts of a page: tables or headings."""
    return not any(
        event == "open" and (node.tag == "table" or HEADING.fullmatch(node.tag or "")) for event, node in walk(cell)
    )


def _row(cells: list[LexborNode], spans: Spans) -> list[str] | None:
    """Return the texts of a row by column, None if a cell holds parts of a page; `spans` is updated for rows below."""
    row: list[str] = []
    for cell in cells:
        if not _holds_text(cell):
            return None
        _continue_spans(row, spans)
        text, columns, rows = visible_text(cell), _span(cell, "colspan"), _span(cell, "rowspan")
        if len(row) + columns > MOST_CELLS:
            raise UnreadableSource(
                Message("has a table of more than {most} columns: keep those that matter", most=MOST_CELLS)
            )
        for column in range(columns):
            if rows > 1:
                spans[len(row)] = (rows - 1, text)
            row.append(text if column == 0 or cell.tag == "th" else "")
    _continue_spans(row, spans)
    return row


def _continue_spans(row: list[str], spans: Spans) -> None:
    """Append the cells from above that reach into the next columns of a row."""
    while (column := len(row)) in spans:
        rows_left, text = spans.pop(column)
        if rows_left > 1:
            spans[column] = (rows_left - 1, text)
        row.append(text)


def _span(cell: LexborNode, attribute: str) -> int:
    value = (cell.attributes.get(attribute) or "").strip()
    return min(max(int(value), 1), MOST_CELLS) if value.isascii() and value.isdigit() and len(value) < 6 else 1
