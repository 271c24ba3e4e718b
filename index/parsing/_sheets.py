"""Sheets of a spreadsheet: bounded grids of cells, each below its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._grids import sheet_blocks
from index.parsing.layout import ParsedBlock, ParsedFile

__all__ = ["MOST_COLUMNS", "MOST_ROWS", "Sheet", "add_row", "read_sheets"]

MOST_COLUMNS, MOST_ROWS = 500, 50_000

DEFAULT_NAME = re.compile(r"[^\W\d_]+ ?\d{1,3}")
"""A sheet's name that says nothing: "Sheet1", "Tabelle1"."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with its rows of cells; `uncalculated` of them have a formula whose value the file does not hold."""

    name: str
    grid: list[list[str]]
    uncalculated: int = 0


def read_sheets(title: str, sheets: Sequence[Sheet]) -> ParsedFile:
    """Return the tables of sheets. Raises UnreadableSource if nothing was ever calculated in them."""
    notes = tuple(
        Message(
            "cells in {sheet} whose formulas were never calculated: {cells}; open the file in a spreadsheet program "
            "and save it there",
            sheet=sheet.name,
            cells=sheet.uncalculated,
        )
        for sheet in sheets
        if sheet.uncalculated
    )
    blocks = tuple(_blocks(sheets))
    if notes and not blocks:
        raise UnreadableSource(notes[0])
    return ParsedFile(title, blocks, notes=notes)


def add_row(grid: list[list[str]], row: Sequence[str], times: int = 1) -> None:
    """Append a row, several times; of empty rows one. Raises UnreadableSource for more cells than are read."""
    width = max((number for number, cell in enumerate(row, 1) if cell.strip()), default=0)
    if width > MOST_COLUMNS:
        raise UnreadableSource(
            Message(
                "has {columns} columns at line {line}: keep at most {most} of them",
                columns=width,
                line=str(len(grid) + 1),
                most=MOST_COLUMNS,
            )
        )
    if width:
        grid += [[*row[:width]] for _ in range(min(times, MOST_ROWS + 1))]
    elif grid and grid[-1]:
        grid.append([])
    if len(grid) > MOST_ROWS:
        raise UnreadableSource(Message("has more than {most} rows: keep those that are asked about", most=MOST_ROWS))


def _blocks(sheets: Sequence[Sheet]) -> Iterator[ParsedBlock]:
    """Yield the tables of sheets, each below its name, unless it is the only one and its name says nothing."""
    for sheet in sheets:
        blocks = list(sheet_blocks(sheet.grid))
        if blocks and not (len(sheets) == 1 and DEFAULT_NAME.fullmatch(sheet.name)):
            yield ParsedBlock("heading", sheet.name, level=2)
        yield from blocks
