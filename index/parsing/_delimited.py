"""Comma- or tab-separated values: the rows of one table, each with its header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing.layout import ParsedFile, table_rows

__all__ = ["read_table"]

DELIMITERS = ",;\t|"
"""What may separate two values."""

SAMPLED_ROWS = 50
"""Rows by which the delimiter is chosen; csv.Sniffer takes time that grows with the square of a hostile line."""

MOST_COLUMNS, MOST_ROWS = 500, 50_000

LONGEST_CELL = 100_000
"""Characters; a longer value is the rest of the file after a quotation mark that was never closed."""


def read_table(text: str, delimiter: str = "") -> ParsedFile:
    """Return the rows of a table; an empty `delimiter` is detected. Raises UnreadableSource."""
    text = text.removeprefix("\ufeff")
    table = list(_rows(text, delimiter or _detect_delimiter(text)))
    if len(table) > MOST_ROWS:
        raise UnreadableSource(Message("has more than {most} rows: keep those that are asked about", most=MOST_ROWS))
    return ParsedFile("", tuple(table_rows(table)))


def _rows(text: str, delimiter: str) -> Iterator[Sequence[str]]:
    """Yield the rows that hold a value, at most one more than are accepted."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
    row_count = 0
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise UnreadableSource(
                    Message(
                        "has {columns} columns at line {line}: keep at most {most} of them",
                        columns=len(row),
                        line=str(reader.line_num),
                        most=MOST_COLUMNS,
                    )
                )
            if any(len(cell) > LONGEST_CELL for cell in row):
                raise UnreadableSource(_unclosed(reader.line_num))
            if any(cell.strip() for cell in row):
                row_count += 1
                yield row
            if row_count > MOST_ROWS:
                return
    except csv.Error as error:
        if "field larger" in str(error):
            raise UnreadableSource(_unclosed(reader.line_num)) from error
        raise UnreadableSource(
            Message("is no table at line {line}: {why}", line=str(reader.line_num), why=str(error))
        ) from error


def _unclosed(line: int) -> Message:
    return Message(
        'has a value of more than {most} characters that ends at line {line}: close its quotation mark (")',
        most=LONGEST_CELL,
        line=str(line),
    )


def _detect_delimiter(text: str) -> str:
    """Return the delimiter that splits the first rows most consistently, and into the most values."""

    def fitness(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in islice(_widths(text, delimiter), SAMPLED_ROWS)]
        if not widths or max(widths) < 2:
            return 0.0, 0
        common = max(set(widths), key=lambda width: (widths.count(width), width))
        return (widths.count(common) / len(widths) if common > 1 else 0.0), common

    return max(DELIMITERS, key=fitness)


def _widths(text: str, delimiter: str) -> Iterator[Sequence[str]]:
    try:
        yield from filter(None, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return
