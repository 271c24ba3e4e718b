"""Times as Discord's markup, which each reader sees in their own language and zone."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["full_time", "relative_time"]


def relative_time(time: datetime) -> str:
    """Return the markup for a time, shown as "2 hours ago"; a naive time is in UTC."""
    return _markup(time, "R")


def full_time(time: datetime) -> str:
    """Return the markup for a time, shown as "5 April 2025 at 14:00"; a naive time is in UTC."""
    return _markup(time, "f")


def _markup(time: datetime, style: str) -> str:
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return f"<t:{int(aware.timestamp())}:{style}>"
