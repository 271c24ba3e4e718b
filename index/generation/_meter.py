"""How long the parts of writing take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from index.domain.generation import WritingTimes

__all__ = ["Meter"]


class Meter:
    """Measures one answer from now on, in seconds."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._first_piece = self._first_sentence = 0.0
        self._checks = 0.0
        self._pieces = 0

    def piece(self) -> None:
        """Count a piece of the output."""
        self._pieces += 1
        self._first_piece = self._first_piece or self._elapsed()

    def sentence(self) -> None:
        """Note that a sentence may be shown."""
        self._first_sentence = self._first_sentence or self._elapsed()

    @contextmanager
    def checking(self) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self._checks += time.monotonic() - began

    def times(self) -> WritingTimes:
        return WritingTimes(self._first_piece, self._first_sentence, self._elapsed(), self._checks, self._pieces)

    def _elapsed(self) -> float:
        return time.monotonic() - self._started
