"""Dates as pages and files write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

__all__ = ["iso_date", "written_dates"]

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTH = r"(?P<{}>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r"|sept)\.?"
WRITTEN = re.compile(
    rf"""
    (?<![\w.-]) (?:
      (?P<y1>\d{{4}}) (?P<sep>[-/.]) (?P<m1>\d{{1,2}}) (?P=sep) (?P<d1>\d{{1,2}})
    | {MONTH.format("m2")} \s+ (?P<d2>\d{{1,2}})(?:st|nd|rd|th)? ,? \s+ (?P<y2>\d{{4}})
    | (?P<d3>\d{{1,2}})(?:st|nd|rd|th|\.)? \s+ (?:of\s+)? {MONTH.format("m3")} ,? \s+ (?P<y3>\d{{4}})
    | (?P<d4>\d{{1,2}}) \. \s? (?P<m4>\d{{1,2}}) \. \s? (?P<y4>\d{{4}})
    ) (?!\d)
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Dates with day, month and year. "3/4/2026" is left out: it is one day in London and another in New York."""


def written_dates(text: str) -> Iterator[tuple[str, str]]:
    """Yield each date in a text, as it is written and in ISO format."""
    for match in WRITTEN.finditer(text):
        for number in "1234":
            if match[f"y{number}"]:
                try:
                    day = date(int(match[f"y{number}"]), _month(match[f"m{number}"]), int(match[f"d{number}"]))
                except ValueError:
                    continue
                yield match[0], day.isoformat()


def iso_date(text: str) -> str:
    """Return the first date in a text in ISO format; empty if there is none."""
    return next((iso for _, iso in written_dates(text)), "")


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next(number for number, name in enumerate(MONTHS, 1) if name.startswith(text[:3].lower()))
