"""Readable text whose every character maps to the source it was read from."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from index.domain.documents import Span
from index.text.normalize import fix_mojibake

__all__ = ["ReadableText", "split_runs"]

LONGEST_WORD = 200
"""A longer word is not repaired: its places would be those of the whole word, and its quotation that long."""


def split_runs(text: str, start: int, reading: str | None = None) -> list[Span]:
    """`text`, which stands at `start`, as runs: a word that is repaired is a run of its own.

    `reading` is given where it differs from the text in length (an entity): then it is one run.
    """
    if reading is not None and reading != text:
        return [Span(start, start + len(text), fix_mojibake(reading))]
    if text.isascii() or fix_mojibake(text) == text:
        return [Span(start, start + len(text), text)]
    runs = []
    for word in re.finditer(r"\S+|\s+", text):
        reading = fix_mojibake(word.group()) if len(word.group()) <= LONGEST_WORD else word.group()
        runs.append(Span(start + word.start(), start + word.end(), reading))
    return runs


class ReadableText:
    """The reading of a row of runs, and the way back from its characters to the text's offsets."""

    def __init__(self, runs: Sequence[Span]) -> None:
        self.runs = list(runs)
        self.text = "".join(run.reading for run in self.runs)
        self._begins = list(accumulate((len(run.reading) for run in self.runs), initial=0))

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Offsets in the document of the reading's characters `begin` to `end`, which must not be empty."""
        return self._offset(begin, last=False), self._offset(end - 1, last=True)

    def _offset(self, at: int, *, last: bool) -> int:
        index = bisect_right(self._begins, at) - 1
        run = self.runs[index]
        if len(run.reading) != run.end - run.start:
            return run.end if last else run.start
        return run.start + at - self._begins[index] + (1 if last else 0)
