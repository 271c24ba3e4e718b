"""Comma- or tab-separated values -> the rows of one table, each with its header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing.layout import ParsedFile, rows

__all__ = ["read_table"]

MARKS = ",;\t|"
"""What may stand between two values."""

LOOKED_AT = 50
"""Rows by which the mark is chosen. csv.Sniffer would take time that grows with the square of a hostile line."""

MOST_COLUMNS, MOST_ROWS = 500, 50_000

LONGEST_CELL = 100_000
"""A longer value is the rest of the file behind a quotation mark that nobody closed."""


def read_table(text: str, mark: str = "") -> ParsedFile:
    """The rows of the table; `mark` stands between two values, empty where that is to be found out.

    Raises UnreadableSource.
    """
    text = text.removeprefix("\ufeff")
    table = list(_rows(text, mark or _mark(text)))
    if len(table) > MOST_ROWS:
        raise UnreadableSource(Message("has more than {most} rows: keep those that are asked about", most=MOST_ROWS))
    return ParsedFile("", tuple(rows(table)))


def _rows(text: str, mark: str) -> Iterator[Sequence[str]]:
    """The rows that hold a value, at most one more than are taken."""
    found = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=False)
    count = 0
    try:
        for row in found:
            if len(row) > MOST_COLUMNS:
                raise UnreadableSource(
                    Message(
                        "has {columns} columns at line {line}: keep at most {most} of them",
                        columns=len(row),
                        line=str(found.line_num),
                        most=MOST_COLUMNS,
                    )
                )
            if any(len(cell) > LONGEST_CELL for cell in row):
                raise UnreadableSource(_unclosed(found.line_num))
            if any(cell.strip() for cell in row):
                count += 1
                yield row
            if count > MOST_ROWS:
                return
    except csv.Error as error:
        if "field larger" in str(error):
            raise UnreadableSource(_unclosed(found.line_num)) from error
        raise UnreadableSource(
            Message("is no table at line {line}: {why}", line=str(found.line_num), why=str(error))
        ) from error


def _unclosed(line: int) -> Message:
    return Message(
        'has a value of more than {most} characters that ends at line {line}: close its quotation mark (")',
        most=LONGEST_CELL,
        line=str(line),
    )


def _mark(text: str) -> str:
    """The mark that parts the first rows into the same number of values most often, and into the most."""

    def fitness(mark: str) -> tuple[float, int]:
        widths = [len(row) for row in islice(_widths(text, mark), LOOKED_AT)]
        if not widths or max(widths) < 2:
            return 0.0, 0
        common = max(set(widths), key=lambda width: (widths.count(width), width))
        return (widths.count(common) / len(widths) if common > 1 else 0.0), common

    return max(MARKS, key=fitness)


def _widths(text: str, mark: str) -> Iterator[Sequence[str]]:
    try:
        yield from filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error:
        return
