"""Spreadsheets made by tests."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import openpyxl

from tests.support.archives import archive

__all__ = ["ods", "xlsx"]

NAMES = "urn:oasis:names:tc:opendocument:xmlns"


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]], formats: Mapping[str, str] | None = None) -> bytes:
    """An Excel workbook of sheets by their names; `formats` are number formats by cell of the last one ("B2")."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for cell, number_format in (formats or {}).items():
            if name == list(sheets)[-1]:
                sheet[cell].number_format = number_format
    packed = io.BytesIO()
    workbook.save(packed)
    return packed.getvalue()


def ods(tables: str, styles: str = "") -> bytes:
    """An OpenDocument workbook of tables as the format writes them."""
    names = " ".join(f'xmlns:{name}="{NAMES}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    content = (
        f"<office:document-content {names}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    return archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content})
