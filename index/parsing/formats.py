"""Formats that a source may have, and whether bytes can be one of them."""

from __future__ import annotations

from pathlib import Path

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.domain.sources import SourceFile

__all__ = ["EMPTY", "EXTRACTED", "FORMATS", "SANDBOXED", "SECONDS", "check_content", "format_of", "too_large"]

FORMATS = {
    ".md": "md",
    ".txt": "txt",
    ".html": "html",
    ".htm": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".csv": "csv",
    ".tsv": "tsv",
}
"""The format by the end of a file's name."""


TEXT = {"md", "txt", "csv", "tsv"}
"""Formats that are text as they are."""


EXTRACTED = {"html", "pdf", "docx", "csv", "tsv"}
"""Formats whose text is extracted from the file."""


EMPTY = Message("is empty")


def format_of(file: SourceFile) -> str:
    """Return the file's format, one of the values of `FORMATS`; text if nothing says it."""
    return file.format or FORMATS.get(Path(file.source).suffix.lower(), "txt")


def check_content(data: bytes, form: str, max_bytes: int) -> bytes:
    """Return the bytes unchanged if they can be a source of this format. Raises UnreadableSource."""
    if len(data) > max_bytes:
        raise UnreadableSource(too_large(max_bytes))
    if not data:
        raise UnreadableSource(EMPTY)
    if form not in TEXT:
        return data
    if b"\0" in data:
        raise UnreadableSource(Message("is a binary file, not text"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableSource(
            Message("is not UTF-8 (byte {byte}): save it as UTF-8", byte=str(error.start))
        ) from error
    if not text.strip("\ufeff \t\r\n"):
        raise UnreadableSource(EMPTY)
    return data


def too_large(max_bytes: int) -> Message:
    """Return the reason to refuse a file with more bytes than that."""
    return Message("is larger than {size} MB: split it, or raise MAX_SOURCE_MB", size=max_bytes / 1e6)


SECONDS = 60.0
"""How long reading a file may take by default."""


SANDBOXED = ("html", "pdf", "docx")
"""Formats that are read in a sandboxed process."""
