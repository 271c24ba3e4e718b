"""Rows of tables as they are shown: values with the names of their columns, of a long row its name and what answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from index.domain.documents import Passage
from index.text.offsets import source_span
from index.text.passages import passage_lead
from index.text.tables import cell_spans, show_row, split_cells

__all__ = ["answer_cell", "name_cells", "row_caption", "rows_of_table", "show_cells"]

MOST_CELLS, SHORT_ROW = 4, 120
"""Cells, or characters, of a row that is shown whole; of a longer one its name and the values that answer are shown."""

MOST_NAMES = 3
"""First cells that may be needed to tell a row from the others of its table."""

NEAREST_ROWS = 100
"""Rows before a row, and behind it, that its name must tell it from."""

WORD = re.compile(r"[^\W\d_]{2,}")


def show_cells(row: int, passages: Sequence[Passage], start: int, end: int) -> str:
    """Return how a row reads if characters `start` to `end` of its document answer; all of it if none of them is in it.

    A passage that is no row of a table whose columns have names reads as it is.
    """
    passage = passages[row]
    lead = passage_lead(passages, row) if passage.kind == "row" else ""
    cells = [cell for _, cell in split_cells(lead, passage.reading)]
    kept = {number for number, cell in enumerate(cells) if cell}
    whole = show_row(lead, passage.reading, kept)
    answers = _cells_between(passage, start, end)
    if len(kept) <= MOST_CELLS or len(whole) <= SHORT_ROW or not answers:
        return whole
    return show_row(lead, passage.reading, answers.union(name_cells(row, passages)))


def row_caption(row: int, passages: Sequence[Passage]) -> str:
    """Return the caption of a row's table; empty if it has none, and for other passages."""
    return passage_lead(passages, row).rpartition("\n")[0] if passages[row].kind == "row" else ""


def _cells_between(passage: Passage, start: int, end: int) -> set[int]:
    """Return the numbers of the cells of a row that stand for characters of the document."""
    places = [source_span(passage.runs, *span) for span in cell_spans(passage.reading)]
    return {number for number, place in enumerate(places) if place and place[0] < end and start < place[1]}


def answer_cell(row: int, passages: Sequence[Passage], start: int, end: int) -> int | None:
    """Return the number of the one cell of a row that characters `start` to `end` stand in; None if it is not one."""
    cells = _cells_between(passages[row], start, end) if passages[row].kind == "row" else set()
    return cells.pop() if len(cells) == 1 else None


def name_cells(row: int, passages: Sequence[Passage]) -> list[int]:
    """Return the numbers of the first cells, as many as tell the rows of a table apart; one of them holds a word."""
    lead = passage_lead(passages, row)
    cells = [cell for _, cell in split_cells(lead, passages[row].reading)]
    table = [[cell for _, cell in split_cells(lead, passages[other].reading)] for other in rows_of_table(row, passages)]
    distinct = [len({tuple(names[:count]) for names in table}) for count in range(1, MOST_NAMES + 1)]
    count = distinct.index(max(distinct)) + 1
    words = (number for number, cell in enumerate(cells) if WORD.search(cell))
    return [*range(count)] if any(map(WORD.search, cells[:count])) else [*range(count), *[next(words, 0)]]


def rows_of_table(row: int, passages: Sequence[Passage]) -> list[int]:
    """Return the rows of the table that a row is of, itself among them, those near to it."""
    before = range(row - 1, max(row - 1 - NEAREST_ROWS, -1), -1)
    behind = range(row, min(row + NEAREST_ROWS, len(passages)))
    return [
        other
        for rows in (before, behind)
        for other in takewhile(lambda other: _is_of_table(passages[other], passages[row]), rows)
    ]


def _is_of_table(other: Passage, passage: Passage) -> bool:
    return other.kind == "row" and (other.document_id, other.section, other.before) == (
        passage.document_id,
        passage.section,
        passage.before,
    )
