"""Gaps as a table for a spreadsheet. Pure."""

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
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula, in full width too."""
BETWEEN = " | "


def gaps_to_csv(themes: Sequence[Theme]) -> bytes:
    """A line for each gap, those of one theme under its number, in UTF-8 with a BOM, without which Excel garbles it.

    Times are in UTC. No cell is a formula, and none has a line break.
    """
    table = io.StringIO(newline="")
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for number, theme in enumerate(themes, start=1):
        nearest = BETWEEN.join(map(_passage, theme.nearest))
        writer.writerows([escape_formula(cell) for cell in _cells(number, gap, nearest)] for gap in theme.gaps)
    return table.getvalue().encode("utf-8-sig")


def escape_formula(cell: str) -> str:
    """The cell with an apostrophe before it, if it begins as a formula does."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _cells(number: int, gap: Gap, nearest: str) -> tuple[str, ...]:
    newest = gap.newest.astimezone(UTC).isoformat(timespec="seconds")
    reasons = BETWEEN.join(fold(reason) for reason in gap.reasons)
    return str(number), fold(gap.question), str(gap.times), newest, gap.why, reasons, nearest


def _passage(citation: Citation) -> str:
    """Its words, then where they stand."""
    stands = " · ".join(part for part in map(fold, (citation.title, citation.section, citation.source)) if part)
    return f"“{fold(citation.shown)}” ({stands})"
