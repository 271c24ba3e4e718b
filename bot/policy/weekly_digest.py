"""When a server's weekly digest is due."""

from __future__ import annotations

from datetime import datetime, time, timedelta

__all__ = ["DAYS", "HOUR", "LATEST", "WEEK", "due_since", "last_moment"]

DAYS = 7
WEEK = timedelta(days=DAYS)
HOUR = time(9)
"""The time of day, in UTC, of all digests."""
LATEST = timedelta(days=2)
"""A digest that was missed is sent if it is less late than this, else left out."""
LEAST_BETWEEN = timedelta(days=4)
"""Between two digests, of which one may have been late, or whose weekday was changed."""


def last_moment(now: datetime, weekday: int) -> datetime:
    """Return the last time that it was the digest's hour on a weekday, 0 for Monday; `now` is in UTC."""
    moment = datetime.combine(now.date(), HOUR, now.tzinfo) - timedelta(days=(now.weekday() - weekday) % DAYS)
    return moment if moment <= now else moment - WEEK


def due_since(now: datetime, weekday: int, before: datetime) -> datetime | None:
    """Return since when the next digest is due; None if it is not, or so late that it is left out.

    `before` is the moment that the last digest was for.
    """
    moment = last_moment(now, weekday)
    return moment if moment - before >= LEAST_BETWEEN and now - moment < LATEST else None
