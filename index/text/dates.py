"""Dates as pages, files and headings write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from index.domain.documents import SEPARATOR

__all__ = ["find_date", "heading_date", "iso_date", "without_dates", "written_dates"]

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTH = r"(?P<{}>" + "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + r"|sept)\.?"
DAY = rf"""
    (?<![\w.-]) (?:
      (?P<y1>\d{{4}}) (?P<sep>[-/.]) (?P<m1>\d{{1,2}}) (?P=sep) (?P<d1>\d{{1,2}})
    | {MONTH.format("m2")} \s+ (?P<d2>\d{{1,2}})(?:st|nd|rd|th)? ,? \s+ (?P<y2>\d{{4}})
    | (?P<d3>\d{{1,2}})(?:st|nd|rd|th|\.)? \s+ (?:of\s+)? {MONTH.format("m3")} ,? \s+ (?P<y3>\d{{4}})
    | (?P<d4>\d{{1,2}}) \. \s? (?P<m4>\d{{1,2}}) \. \s? (?P<y4>\d{{4}})
    ) (?!\d)
"""
WRITTEN = re.compile(DAY, re.IGNORECASE | re.VERBOSE)
"""Dates with day, month and year. "3/4/2026" is left out: it is one day in London and another in New York."""

WITH_MONTHS = re.compile(
    rf"{DAY} | (?<![\w.-]) {MONTH.format('m5')} ,? \s+ (?:of\s+)? (?P<y5>\d{{4}}) (?!\d)", re.IGNORECASE | re.VERBOSE
)


def written_dates(text: str) -> Iterator[tuple[str, str]]:
    """Yield each date in a text, as it is written and in ISO format."""
    for match in WRITTEN.finditer(text):
        if day := _day(match):
            yield match[0], day.isoformat()


def iso_date(text: str) -> str:
    """Return the first date in a text in ISO format; empty if there is none."""
    return next((iso for _, iso in written_dates(text)), "")


@lru_cache(4_096)
def find_date(text: str) -> date | None:
    """Return the first date of a text, of a month its first day; None if it holds none."""
    return next(filter(None, map(_day, WITH_MONTHS.finditer(text))), None)


def without_dates(text: str) -> str:
    """Return a text with a space in place of each date or month of a year."""
    return WITH_MONTHS.sub(" ", text)


def _day(match: re.Match[str]) -> date | None:
    """Return the day of a match, the first of a month that has none; None if no calendar has it."""
    values = {name: value for name, value in match.groupdict().items() if value and name != "sep"}
    number = next(iter(values))[-1]
    try:
        return date(int(values[f"y{number}"]), _month(values[f"m{number}"]), int(values.get(f"d{number}", 1)))
    except ValueError:
        return None


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return next(number for number, name in enumerate(MONTHS, 1) if name.startswith(text[:3].lower()))


def heading_date(section: str) -> date | None:
    """Return the date in a heading path, of the innermost heading that has one."""
    dates = (find_date(heading) for heading in section.split(SEPARATOR)[::-1])
    return next(filter(None, dates), None)
