"""Reading the windows that retrieval found, until one answers surely or all are read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from cachetools import LRUCache, cached

from index.domain.ports import Reader
from index.domain.reading import Reading, Window, WindowReading

__all__ = ["SURE", "WindowsReader"]

SURE = 3.5
"""Log-odds at which no further window is read."""

AT_ONCE = 2
"""Windows of a question that are read at a time; the same on every machine, since what is read decides the answer."""


CACHED_READINGS = 4_096
"""Readings that are kept: a rebuild asks the same suggestions of windows that are mostly the same, and a follow-up is
compared with the question before it.
"""


class WindowsReader:
    """Reads the windows of one question, and keeps the last readings. Thread-safe."""

    def __init__(self, reader: Reader, *, sure: float = SURE) -> None:
        self._read = cached(LRUCache(CACHED_READINGS), lock=Lock())(reader.read)
        self._sure = sure
        self._pool = ThreadPoolExecutor(max(AT_ONCE, os.cpu_count() or 1), "read")

    def read(self, question: str, windows: Sequence[Window]) -> list[WindowReading]:
        """Return readings, the likeliest to answer first; after a sure one no further window is read."""
        readings: list[WindowReading] = []
        for begin in range(0, len(windows), AT_ONCE):
            part = windows[begin : begin + AT_ONCE]
            texts = [window.text for window in part]
            results = list(self._pool.map(lambda text: self._read(question, text), texts))
            readings += (WindowReading(window, reading) for window, reading in zip(part, results, strict=True))
            if any(result.answerable >= self._sure for result in results):
                break
        return sorted(readings, key=lambda each: -each.reading.answerable)

    def read_text(self, question: str, text: str) -> Reading:
        """Return what the reader says of a question and a text that is no window, such as a quotation."""
        return self._read(question, text)
