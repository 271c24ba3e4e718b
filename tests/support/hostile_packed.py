"""Hostile files of packed formats, made of good ones by changing a part, and of notebooks and reStructuredText."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from tests.support.paths import DATA

__all__ = ["HOSTILE_PACKED"]

SOURCES = DATA / "sources"
DEPTH = 10_000
UNPACKED = bytes(250_000_000)

Change = Callable[[bytes], bytes]


def repacked(name: str, part: str, change: Change) -> bytes:
    """Return a file of tests/data/sources with one part changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(SOURCES / name) as good, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bad:
        for member in good.namelist():
            content = good.read(member)
            bad.writestr(member, change(content) if member == part else content)
    return packed.getvalue()


def zip_bomb(name: str, part: str) -> Callable[[], bytes]:
    return lambda: repacked(name, part, lambda content: UNPACKED)


def entity_bomb(name: str, part: str) -> Callable[[], bytes]:
    """Billion laughs: the first words of a part become an entity of entities of entities."""
    entities = "".join(f'<!ENTITY a{number} "{f"&a{number - 1};" * 10}">' for number in range(1, 12))
    declared = f'<!DOCTYPE d [<!ENTITY a0 "lol">{entities}]>'.encode()

    def change(content: bytes) -> bytes:
        head, _, body = content.partition(b"?>")
        body = re.sub(rb"<!DOCTYPE[^>]*>", b"", body)
        return head + b"?>" + declared + re.sub(rb">[^<]{3,}<", b">&a11;<", body, count=1)

    return lambda: repacked(name, part, change)


def replaced(name: str, part: str, old: bytes, new: bytes) -> Callable[[], bytes]:
    """Replace the first occurrence of some bytes, which must be there."""

    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return lambda: repacked(name, part, change)


LIST, LIST_END = b"<text:list><text:list-item>", b"</text:list-item></text:list>"
NESTED_LISTS = LIST * DEPTH + b"<text:p>deep</text:p>" + LIST_END * DEPTH


def laughing_substitutions() -> bytes:
    lines = [".. |a0| replace:: lol", *(f".. |a{n}| replace:: {f'|a{n - 1}| ' * 10}" for n in range(1, 12))]
    return "\n".join(["Laugh |a11| now.", "", *lines]).encode()


def zeros() -> bytes:
    """A sheet of two million zeros, which takes 60 MB unpacked."""
    row = b"<row>" + b"<c><v>0</v></c>" * 20 + b"</row>"
    sheet = b"<sheetData>" + row * 100_000 + b"</sheetData>"

    def change(content: bytes) -> bytes:
        return re.sub(rb"<sheetData>.*</sheetData>", lambda old: sheet, content, flags=re.DOTALL)

    return repacked("price-list.xlsx", "xl/worksheets/sheet1.xml", change)


BIG = "unpacks to 250 MB, more than 200: split it"

HOSTILE_PACKED: dict[str, tuple[Callable[[], bytes], str]] = {
    "unpacked.epub": (zip_bomb("handbook.epub", "EPUB/text/ch001.xhtml"), BIG),
    "entities.epub": (entity_bomb("handbook.epub", "EPUB/text/ch001.xhtml"), ""),
    "unpacked.odt": (zip_bomb("contract.odt", "content.xml"), BIG),
    "entities.odt": (entity_bomb("contract.odt", "content.xml"), "is damaged"),
    "spaces.odt": (
        replaced("contract.odt", "content.xml", b"Hosting agreement", b'Hosting<text:s text:c="2000000000"/>agreement'),
        "",
    ),
    "columns.odt": (
        replaced(
            "contract.odt",
            "content.xml",
            b"<table:table-cell ",
            b'<table:table-cell table:number-columns-repeated="2000000000" ',
        ),
        "",
    ),
    "lists.odt": (replaced("contract.odt", "content.xml", b"<text:p ", NESTED_LISTS + b"<text:p "), "is damaged"),
    "unpacked.pptx": (zip_bomb("slides.pptx", "ppt/slides/slide1.xml"), BIG),
    "entities.pptx": (entity_bomb("slides.pptx", "ppt/slides/slide1.xml"), "is damaged"),
    "unpacked.docx": (zip_bomb("manual.docx", "word/document.xml"), BIG),
    "unpacked.xlsx": (zip_bomb("price-list.xlsx", "xl/worksheets/sheet1.xml"), BIG),
    "entities.xlsx": (entity_bomb("price-list.xlsx", "xl/sharedStrings.xml"), "is damaged"),
    "zeros.xlsx": (zeros, "has more than"),
    "unpacked.ods": (zip_bomb("stock.ods", "content.xml"), BIG),
    "entities.ods": (entity_bomb("stock.ods", "content.xml"), "is damaged"),
    "rows.ods": (
        replaced(
            "stock.ods", "content.xml", b"<table:table-row", b'<table:table-row table:number-rows-repeated="2000000000"'
        ),
        "",
    ),
    "deep.ipynb": (lambda: b'{"cells": ' + b"[" * 1_000_000, "is no Jupyter notebook, or is damaged"),
    "number.ipynb": (lambda: b'{"cells": ' + b"9" * 1_000_000 + b"}", "is no Jupyter notebook, or is damaged"),
    "substitutions.rst": (laughing_substitutions, "takes longer than 5 s to read"),
    "nested.rst": (lambda: b"".join(b"  " * level + b"- a\n\n" for level in range(1_500)), "is nested too deeply"),
    "files.rst": (
        lambda: b"Harmless.\n\n.. include:: /etc/passwd\n\n.. csv-table:: x\n   :file: /etc/passwd\n",
        "",
    ),
}
"""The reason is empty for a file that is read, for nothing of it is harmful to the reader."""
