"""Moments that people name: "last week", "2025-04-05", "3 days ago", "the last reindex". English, and ISO dates."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from dateutil import parser as dateparser
from dateutil.relativedelta import relativedelta, weekday

from index.domain.messages import Message

__all__ = ["Moment", "find_since", "parse_moment"]

UNITS = ("hour", "day", "week", "month", "year")
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
NUMBERS |= {"a": 1, "an": 1, "the": 1, "": 1}
WEEKDAYS = {name.lower(): day for day, name in enumerate(calendar.day_name)}
MONTHS = {name.lower() for names in (calendar.month_name, calendar.month_abbr) for name in names if name}

AGO = re.compile(rf"(\d{{1,3}}|[a-z]+) ({'|'.join(UNITS)})s? ago")
LAST = re.compile(rf"(?:the )?(?:last|past) (?:(\d{{1,3}}|[a-z]+) )?({'|'.join(UNITS)})s?")
THIS = re.compile(r"(?:the start of )?this (week|month|year)")
REINDEX = re.compile(
    r"(?:the |your )?(?:last|previous|latest) (?:re-?index|index|snapshot|build)|the (?:re-?index|snapshot)"
)
SNAPSHOT = re.compile(r"(?:snapshot )?(\d{8}T\d*Z?(?:-[0-9a-f]*)?)", re.IGNORECASE)
LETTERS = re.compile(r"(?:the )?snapshot ([0-9a-f]{4,8})")
"""A snapshot by the first letters of its id after the time, as the bot shows it."""
YEAR = re.compile(r"\b(?:19|20)\d{2}(?:\d{4})?(?!\d)")
AMBIGUOUS = re.compile(r"\d/\d")
"""One day in London and another in New York."""
LAST_REINDEX = Message("the last reindex")

SINCE = re.compile(r"\bsince\s+(.+)", re.IGNORECASE | re.DOTALL)
MOST_WORDS = 6
"""Words after "since" that may name a moment."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment to look back to: a time, else a snapshot by a part of its id, else the last reindex.

    `text` is how it is called.
    """

    text: str
    time: datetime | None = None
    snapshot: str = ""


def find_since(text: str, now: datetime) -> tuple[str, Moment] | None:
    """Return a request without "since ..." and the moment that this names; None if it names none."""
    if not (match := SINCE.search(text)):
        return None
    words = match[1].split()
    for most in range(min(MOST_WORDS, len(words)), 0, -1):
        if moment := parse_moment(" ".join(words[:most]), now):
            rest = f"{text[: match.start()].rstrip()} {' '.join(words[most:])}"
            return rest.strip(), moment
    return None


def parse_moment(text: str, now: datetime) -> Moment | None:
    """Return the moment that a text names, without one in words of its own; None if it names none.

    A day or longer begins at midnight in UTC; a month or weekday without a year is the last one that began.
    """
    words = " ".join(text.split()).strip(" .?!,;\"'").lower()
    if snapshot := SNAPSHOT.fullmatch(words):
        part = snapshot[1].upper() if "-" not in snapshot[1] else "-".join(_id_parts(snapshot[1]))
        return Moment(part, snapshot=part)
    if letters := LETTERS.fullmatch(words):
        return Moment(letters[1], snapshot=letters[1])
    if REINDEX.fullmatch(words):
        return Moment(LAST_REINDEX)
    time = _relative(words, now.astimezone(UTC)) or _absolute(words, now.astimezone(UTC))
    return (
        Moment(time.strftime("%Y-%m-%d" if time == _midnight(time) else "%Y-%m-%d %H:%M UTC"), time) if time else None
    )


def _id_parts(text: str) -> tuple[str, str]:
    time, _, checksum = text.partition("-")
    return time.upper(), checksum.lower()


def _relative(words: str, now: datetime) -> datetime | None:
    today = _midnight(now)
    if words in ("today", "yesterday"):
        return today - relativedelta(days=words == "yesterday")
    if match := AGO.fullmatch(words) or LAST.fullmatch(words):
        number = match[1] or ""
        count = int(number) if number.isdecimal() else NUMBERS.get(number)
        if count is None:
            return None
        return now - relativedelta(hours=count) if match[2] == "hour" else _back(today, count, match[2])
    if match := THIS.fullmatch(words):
        if match[1] == "week":
            return today - relativedelta(days=today.weekday())
        return today.replace(day=1, month=1 if match[1] == "year" else today.month)
    if (day := WEEKDAYS.get(words.removeprefix("last "))) is not None:
        return today + relativedelta(days=-1, weekday=weekday(day, -1))
    return None


def _back(day: datetime, count: int, unit: str) -> datetime | None:
    try:
        days, weeks, months, years = (count if unit == each else 0 for each in ("day", "week", "month", "year"))
        return day - relativedelta(days=days, weeks=weeks, months=months, years=years)
    except (OverflowError, ValueError):
        return None


def _absolute(words: str, now: datetime) -> datetime | None:
    """Return a date with its year or month's name, which no version of a program has."""
    year = YEAR.search(words)
    if not year and MONTHS.isdisjoint(re.findall(r"[a-z]+", words)):
        return None
    if AMBIGUOUS.search(words):
        return None
    try:
        time = dateparser.parse(words, default=datetime(now.year, 1, 1), dayfirst="." in words)
    except (ValueError, OverflowError):
        return None
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return time if year or time <= now else time - relativedelta(years=1)


def _midnight(time: datetime) -> datetime:
    return time.replace(hour=0, minute=0, second=0, microsecond=0)
