"""Books (EPUB): the chapters in their reading order, read as pages; navigation is left out."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lxml import etree

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._archive import element_text, open_archive, parse_xml, read_member
from index.parsing._html import decode_html, read_html
from index.parsing.layout import ParsedBlock, ParsedFile

__all__ = ["read_epub"]

NOT_A_BOOK = Message("is no EPUB book, or is damaged: save it anew")
PROTECTED = Message("is protected against copying: there is no text to quote")

MOST_CHAPTERS = 5_000

CHAPTER_TYPES = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml"}

EMPTY_ELEMENT = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s[^<>]*?)?)/>")
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
"""Elements of HTML that have no end; any other that XHTML leaves empty would take in what follows it."""

FIELDS = (
    ("title", "title"),
    ("author", "creator"),
    ("publisher", "publisher"),
    ("description", "description"),
    ("tags", "subject"),
)
"""Names of fields, and the elements of Dublin Core that hold them."""


def read_epub(data: bytes) -> ParsedFile:
    """Return the content of a book. Raises UnreadableSource."""
    archive = open_archive(data, NOT_A_BOOK)
    try:
        container = parse_xml(read_member(archive, "META-INF/container.xml"))
        root_file = next(container.iter("{*}rootfile")).get("full-path", "")
        package = parse_xml(read_member(archive, root_file))
    except (etree.XMLSyntaxError, StopIteration) as error:
        raise UnreadableSource(NOT_A_BOOK) from error
    names = list(_chapters(package, posixpath.dirname(root_file)))
    if _encrypted(archive).intersection(names):
        raise UnreadableSource(PROTECTED)
    if len(names) > MOST_CHAPTERS:
        raise UnreadableSource(Message("has more than {most} chapters: split it", most=MOST_CHAPTERS))
    blocks: list[ParsedBlock] = []
    for name in names:
        blocks += _chapter(read_member(archive, name))
    fields = tuple(_fields(package))
    return ParsedFile(next((value for name, value in fields if name == "title"), ""), tuple(blocks), fields)


def _chapter(data: bytes) -> tuple[ParsedBlock, ...]:
    html = EMPTY_ELEMENT.sub(
        lambda match: match[0] if match[1].lower() in VOID else f"<{match[1]}{match[2]}></{match[1]}>",
        decode_html(data),
    )
    return read_html(f"\ufeff{html}".encode("utf-8", "replace"), frame=False).blocks


def _chapters(package: etree._Element, folder: str) -> Iterator[str]:
    """Yield the names of the files in reading order, each once, without the table of contents."""
    manifest = {item.get("id"): item for item in package.iter("{*}item")}
    seen = set()
    for reference in package.iter("{*}itemref"):
        item = manifest.get(reference.get("idref"))
        if item is None or item.get("media-type", "") not in CHAPTER_TYPES:
            continue
        if "nav" in (item.get("properties") or "").split():
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(urlsplit(item.get("href", "")).path)))
        if name not in seen:
            seen.add(name)
            yield name


def _encrypted(archive: zipfile.ZipFile) -> set[str]:
    """Return the names of files that cannot be read without a key."""
    data = read_member(archive, "META-INF/encryption.xml")
    if not data:
        return set()
    return {unquote(element.get("URI", "")) for element in parse_xml(data).iter("{*}CipherReference")}


def _fields(package: etree._Element) -> Iterator[tuple[str, str]]:
    metadata = next(package.iter("{*}metadata"), None)
    for name, element in FIELDS:
        if texts := element_text(metadata, element):
            yield name, re.sub(r"<[^<>]*>", " ", texts[0] if name == "title" else ", ".join(dict.fromkeys(texts)))
    for text in element_text(metadata, "date")[:1]:
        yield "published", text.partition("T")[0]
    for meta in metadata.iter("{*}meta") if metadata is not None else ():
        if meta.get("property") == "dcterms:modified" and meta.text:
            yield "updated", meta.text.strip().partition("T")[0]
