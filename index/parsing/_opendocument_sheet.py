"""Spreadsheets of OpenDocument (.ods): the tables of each visible sheet, as displayed, which the file itself holds."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace

from lxml import etree

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._archive import ENCRYPTED, open_archive, read_member
from index.parsing._sheets import MOST_COLUMNS, Sheet, add_row, read_sheets
from index.parsing.layout import ParsedFile

__all__ = ["read_opendocument_sheet"]

NOT_A_WORKBOOK = Message("is no spreadsheet, or is damaged: save it anew")

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
SPACES = (f"{TEXT}s", f"{TEXT}tab", f"{TEXT}line-break")
READ = (f"{STYLE}style", f"{TABLE}table", f"{TABLE}table-column", f"{TABLE}table-row")

Above = dict[int, tuple[int, str]]
"""By column: for how many more rows a merged cell reaches down, and its text."""


def read_opendocument_sheet(data: bytes) -> ParsedFile:
    """Return the tables of a workbook, sheet by sheet. Raises UnreadableSource."""
    archive = open_archive(data, NOT_A_WORKBOOK)
    if b"encryption-data" in read_member(archive, "META-INF/manifest.xml"):
        raise UnreadableSource(ENCRYPTED)
    content = read_member(archive, "content.xml")
    if not content:
        raise UnreadableSource(NOT_A_WORKBOOK)
    try:
        return read_sheets("", list(_sheets(content)))
    except etree.XMLSyntaxError as error:
        raise UnreadableSource(NOT_A_WORKBOOK) from error


def _sheets(content: bytes) -> Iterator[Sheet]:
    """Yield the visible sheets."""
    hidden_styles: set[str] = set()
    hidden: set[int] = set()
    above: Above = {}
    sheet: Sheet | None = None
    column = missing = 0
    events = etree.iterparse(
        io.BytesIO(content), events=("start", "end"), tag=READ, resolve_entities=False, no_network=True, load_dtd=False
    )
    for event, element in events:
        if element.tag == f"{STYLE}style" and event == "end":
            properties = element.find(f"{STYLE}table-properties")
            if properties is not None and properties.get(f"{TABLE}display") == "false":
                hidden_styles.add(element.get(f"{STYLE}name") or "")
        elif element.tag == f"{TABLE}table":
            if event == "end" and sheet and element.get(f"{TABLE}style-name") not in hidden_styles:
                yield replace(sheet, uncalculated=missing)
            sheet, column, hidden, above = Sheet(element.get(f"{TABLE}name") or "", []), 0, set(), {}
            missing = 0
        elif element.tag == f"{TABLE}table-column" and event == "start":
            count = _count(element, "number-columns-repeated")
            if element.get(f"{TABLE}visibility") in ("collapse", "filter"):
                hidden.update(range(column, min(column + count, MOST_COLUMNS)))
            column += count
        elif element.tag == f"{TABLE}table-row" and event == "end":
            times = _count(element, "number-rows-repeated")
            row = _row(element, above, hidden)
            if sheet and element.get(f"{TABLE}visibility") not in ("collapse", "filter"):
                add_row(sheet.grid, row, times)
                missing += times * sum(map(_is_uncalculated, element))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _row(element: etree._Element, above: Above, hidden: set[int]) -> list[str]:
    """Return the visible cells of a row; those below the first of merged cells have its text."""
    row: list[str] = []
    column = 0
    for cell in element:
        if cell.tag not in CELLS:
            continue
        text, times = _text(cell), _count(cell, "number-columns-repeated")
        if not text and not any(place >= column for place in above):
            column += times
            row += [""] * min(times, MOST_COLUMNS + 1 - len(row))
            continue
        for place in range(column, column + min(times, MOST_COLUMNS + 1)):
            shown = text
            if place in above:
                rows, shown = above.pop(place)
                if rows > 1:
                    above[place] = (rows - 1, shown)
            if place not in hidden:
                row.append(shown)
        rows_spanned = _count(cell, "number-rows-spanned")
        if rows_spanned > 1 and text and cell.tag == CELLS[0]:
            above[column] = (rows_spanned - 1, text)
        column += times
    return row


def _text(cell: etree._Element) -> str:
    """Return a cell as it is displayed; a date as ISO writes it, if it is displayed to the day."""
    shown = "\n".join(_paragraph(paragraph) for paragraph in cell.iterchildren(f"{TEXT}p"))
    date = str(cell.get(f"{OFFICE}date-value", ""))
    if date and (not shown or len(re.findall(r"\d+", shown)) > 1):
        return date.removesuffix("T00:00:00").replace("T", " ")
    return shown or str(cell.get(f"{OFFICE}value", ""))


def _is_uncalculated(cell: etree._Element) -> bool:
    """Return whether a cell has a formula, but no value that it gave; the value may be an empty text."""
    is_formula = cell.tag in CELLS and f"{TABLE}formula" in cell.attrib
    return is_formula and not (_text(cell) or f"{OFFICE}value-type" in cell.attrib)


def _paragraph(element: etree._Element) -> str:
    pieces = [element.text or ""]
    for child in element:
        if child.tag in SPACES:
            pieces.append(" ")
        elif child.tag != f"{OFFICE}annotation" and isinstance(child.tag, str):
            pieces.append(_paragraph(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _count(element: etree._Element, name: str) -> int:
    value = element.get(f"{TABLE}{name}", "1")
    return max(int(value), 1) if value.isascii() and value.isdigit() and len(value) < 9 else 1
