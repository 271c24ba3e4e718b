"""Word documents, read by way of HTML: insertions are read, deletions, hidden text and pictures are not."""

from __future__ import annotations

import io
import logging
import zipfile
from xml.dom import minidom

import mammoth

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._html import read_html
from index.parsing.layout import ParsedFile

__all__ = ["read_docx"]

MOST_UNPACKED = 200_000_000
"""Bytes of a document once it is unpacked, pictures included."""

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"
"""The first bytes of a Word file from before 2007, and of an encrypted one."""

NOT_A_WORD_FILE = Message("is no Word document: save it anew as .docx")

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Code'] => pre:separator('\\n')
p[style-name='HTML Preformatted'] => pre:separator('\\n')
"""


def read_docx(data: bytes) -> ParsedFile:
    """Return the content of a Word document. Raises UnreadableSource."""
    if data.startswith(OLE_SIGNATURE):
        raise UnreadableSource(Message("is encrypted, or an old .doc: save it as .docx without a password"))
    _check(data)
    logging.getLogger("mammoth").setLevel(logging.ERROR)
    converted = mammoth.convert_to_html(
        io.BytesIO(_visible_document(data)),
        style_map=STYLES,
        include_embedded_style_map=False,
        convert_image=_no_picture,
    )
    parsed = read_html(f"<meta charset=utf-8><body>{converted.value}".encode("utf-8", "replace"), frame=False)
    if not parsed.blocks:
        raise UnreadableSource(Message("holds only pictures or nothing: there is no text to quote"))
    return parsed


def _no_picture(image: object) -> list[object]:
    return []


def _visible_document(data: bytes) -> bytes:
    """Return the document without hidden text, which mammoth would read, and without pictures."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(output, "w") as copy:
        for member in archive.infolist():
            if member.filename.endswith((".xml", ".rels")):
                content = archive.read(member)
                if member.filename == "word/document.xml" and b"vanish" in content:
                    content = _without_hidden_text(content)
                copy.writestr(member.filename, content)
    return output.getvalue()


def _without_hidden_text(content: bytes) -> bytes:
    tree = minidom.parseString(content)  # noqa: S318  # expat bounds what entities grow to; the process bounds the rest
    for mark in tree.getElementsByTagNameNS(WORD, "vanish"):
        run = mark.parentNode.parentNode if mark.parentNode else None
        off = mark.getAttributeNS(WORD, "val") in ("0", "false", "off")
        if not off and run is not None and run.localName == "r" and run.parentNode is not None:
            run.parentNode.removeChild(run)
    return bytes(tree.toxml("utf-8"))


def _check(data: bytes) -> None:
    """Refuse what is not a Word file or unpacks to too much; the archive's reader enforces the declared sizes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableSource(NOT_A_WORD_FILE) from error
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableSource(Message("is encrypted: save it without a password"))
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_UNPACKED:
        size, most = round(unpacked / 1e6), MOST_UNPACKED / 1e6
        raise UnreadableSource(Message("unpacks to {size} MB, more than {most}: split it", size=size, most=most))
    if not any(member.filename == "word/document.xml" for member in members):
        raise UnreadableSource(NOT_A_WORD_FILE)
