"""Limits of how often something may happen."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RateLimit"]


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `most` events of a key within `seconds`, which begin with the first of them."""

    key: str
    most: int
    seconds: float
