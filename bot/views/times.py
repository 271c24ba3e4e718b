"""Times as Discord's markup, which each reader sees in their own language and zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime

__all__ = ["full_time", "mark_times", "relative_time", "utc_text"]

UTC_TIME = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d\\?:\d\d(?:\\?:\d\d)?) UTC\b")


def relative_time(time: datetime) -> str:
    """Return the markup for a time, shown as "2 hours ago"; a naive time is in UTC."""
    return _markup(time, "R")


def full_time(time: datetime) -> str:
    """Return the markup for a time, shown as "5 April 2025 at 14:00"; a naive time is in UTC."""
    return _markup(time, "f")


def utc_text(time: datetime) -> str:
    """Return a time as text that `mark_times` turns into markup; a naive time is in UTC."""
    return f"{_aware(time):%Y-%m-%d %H:%M:%S} UTC"


def mark_times(escaped: str) -> str:
    """Return escaped text of the bot's own with markup for its times in UTC; it never gets longer.

    Not for quotations, which stay as the source has them.
    """
    return UTC_TIME.sub(_from_text, escaped)


def _from_text(match: re.Match[str]) -> str:
    try:
        return full_time(datetime.fromisoformat(match[1].replace("\\", "")))
    except ValueError:  # a number of no day or hour
        return match[0]


def _markup(time: datetime, style: str) -> str:
    return f"<t:{int(_aware(time).timestamp())}:{style}>"


def _aware(time: datetime) -> datetime:
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
