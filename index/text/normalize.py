"""What a person reads in a stretch of text: white space folded, broken characters repaired, offsets exact."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import ftfy

from index.domain.answers import Span

__all__ = [
    "BETWEEN_NAMES",
    "NAMELESS",
    "Reader",
    "cells_of",
    "clean",
    "named",
    "names_of",
    "repaired",
    "runs_of",
    "whole",
]

LONGEST_WORD = 200
"""A longer word is not repaired: its places would be those of the whole word, and its quotation that long."""


BETWEEN_NAMES = ", "
"""Between the names of a table's columns, where they are told together."""

NAMELESS = "–"  # a dash, as one writes it into such a cell
"""In the place of a column's name that is not given."""

CELLS = re.compile(r" ?\|(?: |$)")
"""Between two cells of a row; an empty one has nothing before it."""


def names_of(columns: Sequence[str]) -> str:
    """The names of a table's columns together, one for each column, so that cells can be told apart by them; empty
    where there is none."""
    return BETWEEN_NAMES.join(at.replace(BETWEEN_NAMES, " ") or NAMELESS for at in columns) if any(columns) else ""


def clean(text: str) -> str:
    """White space folded to single spaces, none at the ends."""
    return " ".join(text.split())


def named(names: str, row: str) -> str:
    """A row of a table with the name of its column before each value, as one would say it.

    `names` has commas between, `row` has bars; where they do not pair off, the names stand before the row.
    """
    paired = cells_of(names, row)
    if not paired:
        return f"{names}\n{row}"
    return " | ".join(cell if column == NAMELESS else f"{column}: {cell}".rstrip() for column, cell in paired)


def cells_of(names: str, row: str) -> list[tuple[str, str]]:
    """The cells of a row, each with the name of its column; none where they do not pair off. Cells that are lacking at
    the end are empty."""
    columns, cells = names.split(BETWEEN_NAMES), CELLS.split(row)
    if len(columns) < max(len(cells), 2):
        return []
    return list(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=True))


def repaired(text: str) -> str:
    """Text with mojibake repaired ("â€”" is a dash again) and nothing else changed."""
    return text if text.isascii() else ftfy.fix_encoding(text)


def whole(text: str) -> str:
    """The text with a question mark for each half character (lone surrogate), which no tokenizer reads and no file of
    UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def runs_of(text: str, start: int, reading: str | None = None) -> list[Span]:
    """`text`, which stands at `start`, as runs: a word that is repaired is a run of its own.

    `reading` is given where it differs from the text in length (an entity): then it is one run.
    """
    if reading is not None and reading != text:
        return [Span(start, start + len(text), repaired(reading))]
    if text.isascii() or repaired(text) == text:
        return [Span(start, start + len(text), text)]
    runs = []
    for word in re.finditer(r"\S+|\s+", text):
        reading = repaired(word.group()) if len(word.group()) <= LONGEST_WORD else word.group()
        runs.append(Span(start + word.start(), start + word.end(), reading))
    return runs


class Reader:
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
