"""OpenDocument text, written as a page and read as one; deletions, comments and contents are left out."""

from __future__ import annotations

import zipfile

from lxml import etree

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._archive import ENCRYPTED, local_name, open_archive, parse_xml, read_member
from index.parsing._file_properties import odf_fields
from index.parsing._html import read_html
from index.parsing._odt_page import OdtPage
from index.parsing._odt_styles import OdtStyles
from index.parsing.layout import ParsedFile

__all__ = ["read_odt"]

NOT_A_TEXT = Message("is no OpenDocument text, or is damaged: save it anew as .odt")


def read_odt(data: bytes) -> ParsedFile:
    """Return the content of a text document. Raises UnreadableSource."""
    archive = open_archive(data, NOT_A_TEXT)
    if b"encryption-data" in read_member(archive, "META-INF/manifest.xml"):
        raise UnreadableSource(ENCRYPTED)
    try:
        content = parse_xml(read_member(archive, "content.xml"))
        style_sheet = _optional(archive, "styles.xml")
        body = next(content.iter("{*}text"))
    except (etree.XMLSyntaxError, StopIteration) as error:
        raise UnreadableSource(NOT_A_TEXT) from error
    page = OdtPage(OdtStyles([content] if style_sheet is None else [style_sheet, content]), _formulas(archive))
    headers, footers = _running(style_sheet)
    html = page.write([*headers, body, *footers])
    fields = odf_fields(data)
    parsed = read_html(f"\ufeff<body>{html}".encode("utf-8", "replace"), frame=False)
    return ParsedFile(dict(fields).get("title", ""), parsed.blocks, fields)


def _optional(archive: zipfile.ZipFile, name: str) -> etree._Element | None:
    data = read_member(archive, name)
    return parse_xml(data) if data else None


def _running(style_sheet: etree._Element | None) -> tuple[list[etree._Element], list[etree._Element]]:
    """Return the headers and the footers of pages, each text once."""
    headers: dict[str, etree._Element] = {}
    footers: dict[str, etree._Element] = {}
    for element in style_sheet.iter("{*}master-page") if style_sheet is not None else ():
        for child in element:
            texts = headers if local_name(child).startswith("header") else footers
            if local_name(child) in ("header", "header-first", "footer", "footer-first"):
                texts.setdefault("".join(child.itertext()).strip(), child)
    return [*headers.values()], [*footers.values()]


def _formulas(archive: zipfile.ZipFile) -> dict[str, etree._Element]:
    """Return the formulas by the names of the objects that hold them."""
    formulas = {}
    for name in archive.namelist():
        if name.endswith("/content.xml") and b"<math" in (data := archive.read(name)).replace(b"<mml:math", b"<math"):
            try:
                formulas[name.removesuffix("/content.xml")] = parse_xml(data)
            except etree.XMLSyntaxError:
                continue
    return formulas
