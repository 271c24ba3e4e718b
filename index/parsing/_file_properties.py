"""What the properties of Office, OpenDocument and PDF files say of them: title, author, dates, subject, keywords.

When a file was made is not when its text was written or published, and whoever reads "File created: 2026-04-02" takes
it for that: such dates are no evidence (`index.parsing.fields.FILE_DATES`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from xml.etree import ElementTree

from index.parsing.fields import FILE_DATES, is_placeholder
from index.parsing.layout import clean_text
from index.text.dates import iso_date

__all__ = ["odf_fields", "ooxml_fields", "pdf_fields"]

MOST_BYTES = 1_000_000
"""Bytes of properties; more are no properties."""

LONGEST = 300

Fields = tuple[tuple[str, str], ...]

CREATED, CHANGED = FILE_DATES

NAMES = {
    "title": "title",
    "creator": "author",
    "author": "author",
    "subject": "subject",
    "description": "description",
    "keywords": "keywords",
    "keyword": "keywords",
    "version": "version",
    "publicationdate": "published",
    "issued": "published",
    "created": CREATED,
    "createdate": CREATED,
    "creation-date": CREATED,
    "creationdate": CREATED,
    "modified": CHANGED,
    "modifydate": CHANGED,
    "moddate": CHANGED,
}
"""Fields by the names that Dublin Core, XMP and PDF give them, without name spaces and in lower case."""
ODF_NAMES = {"initial-creator": "author", "date": "modified"}
"""What OpenDocument names otherwise: its "creator" is who saved the file last."""

ORDER = ("title", "author", "authors", "published", "version", "subject", "description", "keywords", *FILE_DATES)
DATES = frozenset({"published", *FILE_DATES})

TEMPLATE_DATES = frozenset({"2013-01-27", "2013-12-23", "1601-01-01", "1970-01-01", "1980-01-01"})
"""Dates that programs write: python-pptx's and python-docx's of their templates, and beginnings of calendars."""

PDF_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")
XMP = (b"<x:xmpmeta", b"</x:xmpmeta>")
GENERATED = re.compile(r"generated (?:by|from|using|with)|created (?:by|with)|converted (?:by|from)", re.IGNORECASE)


def ooxml_fields(data: bytes) -> Fields:
    """Return the fields of a Word, PowerPoint or Excel file."""
    return _fields(_elements(_member(data, "docProps/core.xml")))


def odf_fields(data: bytes) -> Fields:
    """Return the fields of an OpenDocument file."""
    elements = [(ODF_NAMES.get(name, name), text) for name, text in _elements(_member(data, "meta.xml"))]
    has_author = any(name == "author" and text for name, text in elements)
    return _fields((name, text) for name, text in elements if name != "creator" or not has_author)


def pdf_fields(information: Mapping[str, str], data: bytes) -> Fields:
    """Return the fields of a PDF by its information dictionary, else by the XMP in its bytes."""
    end = data.rfind(XMP[1])
    start = data.rfind(XMP[0], max(0, end - MOST_BYTES), end) if end >= 0 else -1
    packet = data[start : end + len(XMP[1])] if start >= 0 else b""
    entries = ((key.lower(), str(value)) for key, value in information.items() if key != "Creator")  # a program
    return _fields([*entries, *_elements(packet, attributes=True)])


def _member(data: bytes, name: str) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo(name)
            return archive.read(info) if info.file_size <= MOST_BYTES else b""
    except (KeyError, ValueError, NotImplementedError, RuntimeError, OSError, zipfile.BadZipFile, EOFError):
        return b""


def _elements(content: bytes, *, attributes: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the elements and attributes of XML; none if it is broken."""
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  # expat bounds entities; the process bounds the rest
    except (ElementTree.ParseError, ValueError, LookupError):
        return
    for element in root.iter():
        if attributes:
            yield from ((_local_name(key), value) for key, value in element.attrib.items())
        if len(element) == 0:
            yield _local_name(element.tag), element.text or ""
        else:
            for item in element.iterfind("./*/*"):
                if _local_name(item.tag) == "li":
                    yield _local_name(element.tag), item.text or ""


def _local_name(tag: object) -> str:
    """Return the name without its name space; that of XMP's own history and media is kept apart by it."""
    space, _, name = str(tag).rpartition("}")
    return "" if re.search(r"/(?:mm|sType|g/img)/?", space) else name.lower()


def _fields(properties: Iterable[tuple[str, str]]) -> Fields:
    found: dict[str, list[str]] = {}
    for key, value in properties:
        name, text = NAMES.get(key, ""), clean_text(value)[:LONGEST]
        if name in DATES:
            text = _date(text)
        if not name or not text or is_placeholder(name, text) or GENERATED.search(text):
            continue
        values = found.setdefault(name, [])
        parts = [part.strip() for part in text.split(";")] if name == "author" else [text]
        if name in ("author", "keywords") or not values:
            values += [part for part in parts if part and part not in values and not is_placeholder(name, part)]
    if found.get(CHANGED) == found.get(CREATED):
        found.pop(CHANGED, None)
    authors = found.get("author", [])
    if len(authors) > 1:
        joined = authors[0] == ", ".join(authors[1:])
        found["authors"] = authors[1:] if joined else authors
        del found["author"]
    return tuple((name, ", ".join(found[name])) for name in ORDER if found.get(name))


def _date(text: str) -> str:
    written = PDF_DATE.match(text)
    iso = iso_date(f"{written[1]}-{written[2]}-{written[3]}" if written else text)
    return "" if iso in TEMPLATE_DATES else iso
