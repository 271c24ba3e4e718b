"""Values separated by commas, semicolons, tabs or bars: the rows of tables, and the lines around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._grids import grid_blocks
from index.parsing.layout import ParsedFile

__all__ = ["read_table"]

DELIMITERS = "\t;|,"
"""What may separate two values; of two that fit equally well the first: a comma may stand within each number."""

SAMPLED_ROWS = 50
"""Rows by which the delimiter is chosen."""

MOST_COLUMNS, MOST_ROWS = 500, 50_000

LONGEST_CELL = 100_000
"""Characters of a value."""

SEPARATOR_LINE = re.compile(r"sep=(.)[ \t]*(?:\r\n|\n|\r|$)", re.IGNORECASE)
"""The first line by which Excel is told the delimiter."""

COMMENT = re.compile(r"#+[ \t]*")

LINE_BREAK = re.compile(r"\r\n|\n|\r")

QUOTED = re.compile(r'"((?:[^"]|"")*+)"')
ESCAPED = re.compile(r'"((?:[^"\\]|\\.|"")*+)"', re.DOTALL)
"""A quoted value in which quotation marks are doubled, or have a backslash before them."""


def read_table(text: str, delimiter: str = "") -> ParsedFile:
    """Return the rows of the tables of a text; an empty `delimiter` is detected. Raises UnreadableSource."""
    text = text.removeprefix("\ufeff")
    if line := SEPARATOR_LINE.match(text):
        text, delimiter = text[line.end() :], line[1]
    delimiter = delimiter or _detect_delimiter(text)
    table: list[list[str]] = []
    row_count = 0
    for line_number, row in _Rows(text, delimiter):
        if len(row) > MOST_COLUMNS:
            raise UnreadableSource(
                Message(
                    "has {columns} columns at line {line}: keep at most {most} of them",
                    columns=len(row),
                    line=str(line_number),
                    most=MOST_COLUMNS,
                )
            )
        if max(map(len, row)) > LONGEST_CELL:
            raise UnreadableSource(
                Message(
                    'has a value of more than {most} characters that ends at line {line}: close its quotation mark (")',
                    most=LONGEST_CELL,
                    line=str(line_number),
                )
            )
        row_count += any(map(str.strip, row))
        if row_count > MOST_ROWS:
            raise UnreadableSource(
                Message("has more than {most} rows: keep those that are asked about", most=MOST_ROWS)
            )
        table.append(row)
    return ParsedFile("", tuple(grid_blocks(_without_comment_marks(table))))


def _without_comment_marks(table: list[list[str]]) -> list[list[str]]:
    """Return the rows without "#" before comments; before the first name of a header it is no part of it, either."""
    first = next((row for row in table if len(row) > 1), [])
    return [
        [COMMENT.sub("", row[0], count=1), *row[1:]] if row is first or not any(map(str.strip, row[1:])) else row
        for row in table
    ]


class _Rows:
    """The rows of a text as (number of the last line, values), empty ones too.

    Quotation marks enclose a value only if one begins it and another ends it. One that is never closed, or closed lines
    below each of which has all columns, is a character like any other: `5" screens`, `"Wait" and see`.
    """

    def __init__(self, text: str, delimiter: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self._end = re.compile(
            rf"[ \t]*(?:{re.escape(delimiter)}|\r\n|\n|\r|\Z)" if delimiter != "\t" else r" *(?:\t|\r\n|\n|\r|\Z)"
        )
        self._value_end = re.compile(rf"{re.escape(delimiter)}|\r\n|\n|\r|\Z")
        self._opening = re.compile(r" *(?=\")")
        self._width = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        place, line = 0, 0
        while place < len(self._text):
            start = place
            end = LINE_BREAK.search(self._text, start)
            stop, place = end.span() if end else (len(self._text), len(self._text))
            if self._text.find('"', start, stop) < 0:
                row = self._text[start:stop].split(self._delimiter)
                line += 1
            else:
                row, place = self._quoted_row(start)
                line += len(LINE_BREAK.findall(self._text, start, place)) or 1
            self._width = self._width or (len(row) if len(row) > 1 else 0)
            yield line, row

    def _quoted_row(self, start: int) -> tuple[list[str], int]:
        """Return the values of a row with quotation marks, and the place behind it."""
        row: list[str] = []
        place, ended = start, False
        while not ended:
            value, place, ended = self._value(place, start)
            row.append(value)
        return row, place

    def _value(self, place: int, row_start: int) -> tuple[str, int, bool]:
        """Return the value that begins at a place, the place behind it and its delimiter, and whether the row ends."""
        opening = self._opening.match(self._text, place)
        if opening:
            for pattern, mark in ((QUOTED, '""'), (ESCAPED, '\\"')):
                quoted = pattern.match(self._text, opening.end())
                end = quoted and self._end.match(self._text, quoted.end())
                if quoted and end and not self._holds_rows(row_start, quoted):
                    return quoted[1].replace(mark, '"').replace('""', '"'), end.end(), not self._is_delimiter(end[0])
        end = self._value_end.search(self._text, place)
        if end is None:
            return self._text[place:], len(self._text), True
        return self._text[place : end.start()], end.end(), not self._is_delimiter(end[0])

    def _is_delimiter(self, end: str) -> bool:
        return end.endswith(self._delimiter)

    def _holds_rows(self, row_start: int, quoted: re.Match[str]) -> bool:
        """Return whether each line of a quoted value has as many delimiters as a row: then they are rows."""
        if not LINE_BREAK.search(quoted[1]) or self._width < 2:
            return False
        line_end = LINE_BREAK.search(self._text, quoted.end())
        lines = LINE_BREAK.split(self._text[row_start : line_end.start() if line_end else len(self._text)])
        return all(line.count(self._delimiter) == self._width - 1 for line in lines)


def _detect_delimiter(text: str) -> str:
    """Return the delimiter that splits the first rows most consistently, and into the most values."""

    def fitness(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for _, row in islice(_Rows(text, delimiter), SAMPLED_ROWS) if row != [""]]
        if not widths or max(widths) < 2:
            return 0.0, 0
        common = max(set(widths), key=lambda width: (width > 1, widths.count(width), width))
        return widths.count(common) / len(widths), common

    return max(DELIMITERS, key=fitness) if any(mark in text for mark in DELIMITERS) else ","
