"""Notices a model that writes the same over and over."""

from __future__ import annotations

__all__ = ["RepetitionGuard"]

WINDOW = 1_200
"""Characters at the end that are looked at; they repeat if they have a period of at most a quarter."""
STEP = 200
"""Characters between two looks."""


class RepetitionGuard:
    """Reads the pieces of one output."""

    def __init__(self) -> None:
        self._end = ""
        self._unseen = 0

    def repeats(self, piece: str) -> bool:
        """Return whether the output, with this piece, ends in at least four times the same."""
        self._end = (self._end + piece)[-WINDOW:]
        self._unseen += len(piece)
        if len(self._end) < WINDOW or self._unseen < STEP:
            return False
        self._unseen = 0
        return any(self._end.startswith(self._end[period:]) for period in range(1, WINDOW // 4 + 1))
