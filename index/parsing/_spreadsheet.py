"""Spreadsheets of Excel (.xlsx, .xlsm): the tables of each visible sheet, as displayed; formulas by their last value.

openpyxl gives the number formats, without which 12 % would read as 0.12; hidden rows and merged cells, which it does
not give while it streams, are found in the sheet's XML.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

import openpyxl
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._archive import open_archive, read_member
from index.parsing._number_formats import display
from index.parsing._sheets import MOST_COLUMNS, Sheet, add_row, read_sheets
from index.parsing.layout import ParsedFile

__all__ = ["read_spreadsheet"]

NOT_A_WORKBOOK = Message("is no spreadsheet, or is damaged: save it anew")
OLD = Message("is encrypted, or an old .xls: save it as .xlsx without a password")
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"

MOST_CELLS = 1_000_000
"""Values in a sheet; reading as many takes about 20 seconds."""

MOST_MERGED = 10_000

ROW = re.compile(rb"<(?:\w{1,20}:)?row\s([^<>]*)>")
COLUMN = re.compile(rb"<(?:\w{1,20}:)?col\s([^<>]*)>")
MERGED = re.compile(rb"<(?:\w{1,20}:)?mergeCell\s[^<>]*?ref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
FORMULA = re.compile(
    rb"<(?:\w{1,20}:)?c\s([^<>]*)>\s*<(?:\w{1,20}:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w{1,20}:)?f>)"
    rb"\s*(?:<(?:\w{1,20}:)?v(?:\s[^<>]*)?>([^<]*)<)?"
)
"""A cell with a formula: its attributes, and its value if it has one."""
PLACE = re.compile(rb"\br=\"([A-Z]{1,3}[1-9]\d{0,6})\"")
TEXT_VALUE = re.compile(rb"\bt=\"str\"")
RECALCULATED = re.compile(rb"<(?:\w{1,20}:)?calcPr\s[^<>]*\bfullCalcOnLoad=\"(?:1|true)\"")
"""What a program writes that does not calculate; some write a zero as the value of each formula."""
HIDDEN = re.compile(rb"\bhidden=\"(?:1|true)\"")
NUMBERS = re.compile(rb"\b(r|min|max)=\"(\d{1,7})\"")


def read_spreadsheet(data: bytes) -> ParsedFile:
    """Return the tables of a workbook, sheet by sheet. Raises UnreadableSource."""
    if data.startswith(OLE_SIGNATURE):
        raise UnreadableSource(OLD)
    archive = open_archive(data, NOT_A_WORKBOOK)
    if not any(name.endswith("workbook.xml") for name in archive.namelist()):
        raise UnreadableSource(NOT_A_WORKBOOK)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions that it does not know
        workbook = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        is_recalculated = RECALCULATED.search(read_member(archive, "xl/workbook.xml"))
        no_values = (b"", b"0") if is_recalculated else (b"",)
        sheets = []
        for sheet in workbook.worksheets:
            if sheet.sheet_state == "visible":
                xml = read_member(archive, str(getattr(sheet, "_worksheet_path", "")).lstrip("/"))
                sheets.append(_read_sheet(sheet, xml, no_values))
    return read_sheets(workbook.properties.title or "", sheets)


def _read_sheet(sheet: Any, xml: bytes, no_values: tuple[bytes, ...]) -> Sheet:
    """Return the visible cells of a sheet; several empty rows are one. Raises UnreadableSource."""
    if xml.count(b"<v>") + xml.count(b"<is>") > MOST_CELLS:
        raise UnreadableSource(Message("has more than {most} cells: keep those that are asked about", most=MOST_CELLS))
    hidden_rows = {number for attributes in _hidden(ROW, xml) for number in attributes.values()}
    spans = [(attributes.get("min", 1), attributes.get("max", 0)) for attributes in _hidden(COLUMN, xml)]
    hidden_columns = {column for first, last in spans for column in range(first, min(last, MOST_COLUMNS) + 1)}
    uncalculated, missing = _uncalculated_cells(xml, no_values), 0
    above = _continued_cells(xml)
    origins = set(above.values())
    values: dict[tuple[int, int], str] = {}
    grid: list[list[str]] = []
    sheet.reset_dimensions()  # it may claim any size
    for number, cells in enumerate(sheet.iter_rows(), 1):
        row: list[str] = []
        for column, cell in enumerate(cells, 1):
            place = (number, column)
            is_missing = place in uncalculated
            text = "" if cell.value is None or is_missing else display(cell.value, cell.number_format)
            if above:
                text = text or values.get(above.get(place, place), "")
                if text and place in origins:
                    values[place] = text
            if column not in hidden_columns:
                row.append(text)
                missing += is_missing and number not in hidden_rows
        if number not in hidden_rows:
            add_row(grid, row)
    return Sheet(sheet.title, grid, missing)


def _hidden(element: re.Pattern[bytes], xml: bytes) -> Iterator[dict[str, int]]:
    """Yield the numbers in the attributes of elements that are hidden."""
    for match in element.finditer(xml):
        if HIDDEN.search(match[1]):
            yield {name.decode(): int(value) for name, value in NUMBERS.findall(match[1])}


def _uncalculated_cells(xml: bytes, no_values: tuple[bytes, ...]) -> set[tuple[int, int]]:
    """Return where cells have a formula, but no value that it gave."""
    found: set[tuple[int, int]] = set()
    for attributes, value in FORMULA.findall(xml):
        if value in no_values and not TEXT_VALUE.search(attributes) and (place := PLACE.search(attributes)):
            found.add(coordinate_to_tuple(place[1].decode()))
    return found


def _continued_cells(xml: bytes) -> dict[tuple[int, int], tuple[int, int]]:
    """Return, for cells below the first of cells that are merged, where that first one is."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for match in MERGED.finditer(xml):
        left, top, _, bottom = range_boundaries(match[1].decode())
        if len(found) < MOST_MERGED and left and top and bottom:
            found.update({(row, left): (top, left) for row in range(top + 1, min(bottom, top + MOST_MERGED) + 1)})
    return found
