"""How many tokens of evidence a server reads in the time that there is, learnt from its first pieces."""

from __future__ import annotations

from threading import Lock

__all__ = ["ReadingSpeed"]

ASSUMED = 400.0
"""Tokens a second until a first piece came: a small model on a processor without a graphics card."""

SHARE = 0.25
"""Share of the time that may go into reading."""

WEIGHT = 0.5
"""Weight of the newest measurement."""


class ReadingSpeed:
    """Thread-safe."""

    def __init__(self) -> None:
        self._speed = ASSUMED
        self._lock = Lock()

    def observe(self, tokens: int, seconds: float) -> None:
        """Learn that the first piece of an output, or the end of all patience, came so long after a request."""
        with self._lock:
            self._speed += WEIGHT * (tokens / max(seconds, 0.001) - self._speed)

    def most(self, seconds: float) -> int:
        """Return the tokens that are surely read in time."""
        with self._lock:
            return int(SHARE * seconds * self._speed)
