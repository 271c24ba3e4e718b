"""Archives of office documents and books: checked before they are unpacked, their XML parsed without entities."""

from __future__ import annotations

import io
import zipfile

from lxml import etree

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.text.normalize import collapse_whitespace

__all__ = ["ENCRYPTED", "element_text", "local_name", "open_archive", "parse_xml", "read_member"]

MOST_UNPACKED = 200_000_000
"""Bytes of a document once it is unpacked, pictures included."""

MOST_MEMBERS = 20_000

ENCRYPTED = Message("is encrypted: save it without a password")


def open_archive(data: bytes, refused: Message) -> zipfile.ZipFile:
    """Return the archive, whose reader enforces the sizes that it declares. Raises UnreadableSource with `refused`."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableSource(refused) from error
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableSource(ENCRYPTED)
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_UNPACKED:
        size, most = round(unpacked / 1e6), MOST_UNPACKED / 1e6
        raise UnreadableSource(Message("unpacks to {size} MB, more than {most}: split it", size=size, most=most))
    if len(members) > MOST_MEMBERS:
        raise UnreadableSource(refused)
    return archive


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the content of a member; empty if there is none of this name."""
    try:
        return archive.read(name)
    except KeyError:
        return b""


def parse_xml(data: bytes) -> etree._Element:
    """Return the root element; entities are not expanded, nothing is fetched, and libxml2 bounds depth and size."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    return etree.fromstring(data, parser)


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def element_text(root: etree._Element | None, name: str) -> list[str]:
    """Return the text of each element of this local name below another, without empty ones."""
    if root is None:
        return []
    texts = (collapse_whitespace("".join(element.itertext())) for element in root.iter(f"{{*}}{name}"))
    return [text for text in texts if text]
