"""Gaps as a CSV file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC
from typing import TYPE_CHECKING

from bot.text.escape import fold

if TYPE_CHECKING:
    from index.domain.activity import Gap, Theme
    from index.domain.answers import Citation

__all__ = ["escape_formula", "gaps_to_csv"]

COLUMNS = ("theme", "question", "times", "newest", "why", "reasons", "nearest passages")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters that a spreadsheet may take for the start of a formula, in full width too."""
SEPARATOR = " | "


def gaps_to_csv(themes: Sequence[Theme]) -> bytes:
    """Return a line for each gap, with the number of its theme.

    Returns
    -------
    bytes
        UTF-8 with a byte order mark, without which Excel misreads it. Times are in UTC; no cell is a formula, and
        none has a line break.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for number, theme in enumerate(themes, start=1):
        nearest = SEPARATOR.join(map(_passage, theme.nearest))
        writer.writerows([escape_formula(cell) for cell in _cells(number, gap, nearest)] for gap in theme.gaps)
    return table.getvalue().encode("utf-8-sig")


def escape_formula(cell: str) -> str:
    """Return the cell with an apostrophe before it if it starts like a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _cells(number: int, gap: Gap, nearest: str) -> tuple[str, ...]:
    newest = gap.newest.astimezone(UTC).isoformat(timespec="seconds")
    reasons = SEPARATOR.join(fold(reason) for reason in gap.reasons)
    return str(number), fold(gap.question), str(gap.times), newest, gap.why, reasons, nearest


def _passage(citation: Citation) -> str:
    names = map(fold, (citation.title, citation.section, citation.source))
    location = " · ".join(name for name in names if name)
    return f"“{fold(citation.shown)}” ({location})"
