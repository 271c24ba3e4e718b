"""Word documents, read by way of HTML: insertions are read, deletions, hidden text and pictures are not.

mammoth converts tables, notes and deleted paragraphs; what it drops (formulas, numbers of lists, headers and footers,
text boxes, fields) is written into the document as plain text before.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile

import mammoth

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._docx_blocks import finish_blocks
from index.parsing._docx_parts import document_part, prepare
from index.parsing._docx_styles import STYLES
from index.parsing._file_properties import ooxml_fields
from index.parsing._html import read_html
from index.parsing.layout import ParsedFile

__all__ = ["read_docx"]

MOST_UNPACKED = 200_000_000
"""Bytes of a document once it is unpacked, pictures included."""

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"
"""The first bytes of a Word file from before 2007, and of an encrypted one."""

DOCUMENT_NAME = re.compile(r"word/document\d*\.xml")
NOT_A_WORD_FILE = Message("is no Word document: save it anew as .docx")


def read_docx(data: bytes) -> ParsedFile:
    """Return the content of a Word document. Raises UnreadableSource."""
    if data.startswith(OLE_SIGNATURE):
        raise UnreadableSource(Message("is encrypted, or an old .doc: save it as .docx without a password"))
    _check(data)
    logging.getLogger("mammoth").setLevel(logging.ERROR)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        prepared = prepare(archive, document_part(archive))
    converted = mammoth.convert_to_html(
        io.BytesIO(prepared),
        style_map="\n".join(f"p[style-name='{name}'] => {element}" for name, element in STYLES.items()),
        include_embedded_style_map=False,
    )
    parsed = read_html(f"<meta charset=utf-8><body>{converted.value}".encode("utf-8", "replace"), frame=False)
    blocks = finish_blocks(parsed.blocks)
    if not blocks:
        raise UnreadableSource(Message("holds only pictures or nothing: there is no text to quote"))
    fields = ooxml_fields(data)
    return ParsedFile(parsed.title or dict(fields).get("title", ""), tuple(blocks), fields)


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
    if not any(DOCUMENT_NAME.fullmatch(member.filename) for member in members):
        raise UnreadableSource(NOT_A_WORD_FILE)
