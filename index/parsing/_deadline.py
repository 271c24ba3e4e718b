"""The time that reading a file may take."""

from __future__ import annotations

import threading
import time

from index.domain.errors import UnreadableSource
from index.domain.messages import Message

__all__ = ["CANCELLED", "Deadline", "too_slow"]

CANCELLED = Message("was not read to its end, for that was not wanted any more")


class Deadline:
    """Ends the reading of a file in this process; `stopped` is set when it is not wanted any more."""

    def __init__(self, seconds: float, stopped: threading.Event | None = None) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._stopped = stopped

    def check(self) -> None:
        """Raise UnreadableSource if the time is over or the file is not wanted any more."""
        if time.monotonic() >= self._end:
            raise UnreadableSource(too_slow(self._seconds))
        if self._stopped is not None and self._stopped.is_set():
            raise UnreadableSource(CANCELLED)


def too_slow(seconds: float) -> Message:
    """Return the reason to give up a file that takes longer."""
    return Message("takes longer than {seconds} s to read: split it, or raise EXTRACT_SECONDS", seconds=float(seconds))
