"""Readable text whose every character maps to an offset in the source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from index.domain.documents import Span, TextRun
from index.text.normalize import fix_mojibake

__all__ = ["ReadableText", "slice_runs", "source_span", "split_runs"]

LONGEST_WORD = 200
"""Characters of a word; a longer one is not repaired, since its offsets would be those of the whole word."""


def split_runs(text: str, start: int, reading: str | None = None) -> list[Span]:
    """Split a text into runs; a word whose mojibake is repaired is a run of its own.

    `start` is the offset of the text in the document. `reading` is given if the text reads as another one, such as the
    character of an entity: then it is one run.
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
    """The readings of runs as one text, with the offsets of its characters in the document."""

    def __init__(self, runs: Sequence[Span]) -> None:
        self.runs = list(runs)
        self.text = "".join(run.reading for run in self.runs)
        self._begins = list(accumulate((len(run.reading) for run in self.runs), initial=0))

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Return the offsets in the document of the characters `begin` to `end`, which must not be empty."""
        return self._offset(begin, last=False), self._offset(end - 1, last=True)

    def collapse(self, begin: int, end: int) -> tuple[str, tuple[TextRun, ...]]:
        """Return the characters `begin` to `end` with white space collapsed, and the runs of that text."""
        piece = self.text[begin:end]
        if piece == " ".join(piece.split()) and (whole := self._exact_run(begin, end)):
            return piece, (whole,)
        words = list(re.finditer(r"\S+", piece))
        runs: list[TextRun] = []
        place = 0
        for number, word in enumerate(words):
            if number:
                gap = (begin + words[number - 1].end(), begin + word.start())
                _append(runs, TextRun(place, 1, *self.span(*gap)))
                place += 1
            first = begin + word.start()
            while first < begin + word.end():
                last = min(begin + word.end(), self._begins[bisect_right(self._begins, first)])
                _append(runs, TextRun(place, last - first, *self.span(first, last)))
                place, first = place + last - first, last
        return " ".join(word.group() for word in words), tuple(runs)

    def _exact_run(self, begin: int, end: int) -> TextRun | None:
        """Return the one run of a piece of the text, if it stands for as many characters in a row; else None."""
        if begin >= end:
            return None
        index = bisect_right(self._begins, begin) - 1
        start = place = self.runs[index].start + begin - self._begins[index]
        while self._begins[index] < end:
            run, length = self.runs[index], self._begins[index + 1] - self._begins[index]
            if run.end - run.start != length or (self._begins[index] > begin and run.start != place):
                return None
            place, index = run.end, index + 1
        return TextRun(0, end - begin, start, start + end - begin)

    def keep_lines(self, begin: int, end: int) -> tuple[str, tuple[TextRun, ...]]:
        """Return the characters `begin` to `end` as they are, with the runs of that text."""
        runs: list[TextRun] = []
        first = begin
        while first < end:
            last = min(end, self._begins[bisect_right(self._begins, first)])
            _append(runs, TextRun(first - begin, last - first, *self.span(first, last)))
            first = last
        return self.text[begin:end], tuple(runs)

    def _offset(self, place: int, *, last: bool) -> int:
        index = bisect_right(self._begins, place) - 1
        run = self.runs[index]
        if len(run.reading) != run.end - run.start:
            return run.end if last else run.start
        return run.start + place - self._begins[index] + (1 if last else 0)


def source_span(runs: Sequence[TextRun], begin: int, end: int) -> tuple[int, int] | None:
    """Return the document's offsets of the characters `begin` to `end` of a text; None if they stand for nothing."""
    covered = [run for run in runs if run.begin < end and begin < run.begin + run.length and run.start < run.end]
    if not covered:
        return None
    first, last = covered[0], covered[-1]
    start, stop = first.start, last.end
    if first.length == first.end - first.start:
        start += max(0, begin - first.begin)
    if last.length == last.end - last.start:
        stop -= max(0, last.begin + last.length - end)
    return start, stop


def slice_runs(runs: Sequence[TextRun], begin: int, end: int) -> list[TextRun]:
    """Return the runs of the characters `begin` to `end` of a text, with places in that piece of it."""
    sliced = []
    for run in runs:
        first, last = max(run.begin, begin), min(run.begin + run.length, end)
        if first < last:
            exact = run.length == run.end - run.start
            start, stop = (
                (run.start + first - run.begin, run.start + last - run.begin) if exact else (run.start, run.end)
            )
            sliced.append(TextRun(first - begin, last - first, start, stop))
    return sliced


def _append(runs: list[TextRun], run: TextRun) -> None:
    """Append a run, joined to the last one if both read the same as what they stand for and that is one piece."""
    last = runs[-1] if runs else None
    exact = run.length == run.end - run.start
    if last and exact and last.length == last.end - last.start and last.end == run.start:
        runs[-1] = TextRun(last.begin, last.length + run.length, last.start, run.end)
    else:
        runs.append(run)
