"""From the bytes of a source to a document."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from index.domain.documents import Document, Section
from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.domain.sources import SourceFile
from index.parsing._delimited import read_table
from index.parsing._front_matter import split_front_matter
from index.parsing._sandbox import read_confined
from index.parsing.formats import EXTRACTED, SECONDS, format_of
from index.parsing.layout import ParsedFile, laid_out
from index.parsing.markdown import read_markdown, read_plain

__all__ = ["extracted", "parse", "text_of"]


def extracted(document: Document) -> bool:
    """Whether a document's text is not its file's but what was taken out of it."""
    return format_of(SourceFile(document.source, b"", document.format)) in EXTRACTED


def text_of(file: SourceFile) -> str:
    """The text that offsets count in: the file's, or what is taken out of it. Raises UnreadableSource."""
    return parse(file).text if format_of(file) in EXTRACTED else file.data.decode("utf-8")


def parse(file: SourceFile, seconds: float = SECONDS, stopped: threading.Event | None = None) -> Document:
    """The document in a file, with sections, blocks and front matter; an extraction takes at most `seconds`, and ends
    where `stopped` is set.

    Raises UnreadableSource: the front matter is not YAML, the file is encrypted, damaged, holds no text, ...
    """
    form = format_of(file)
    if form in EXTRACTED:
        found = _extracted(form, file, seconds, stopped)
        text, sections = laid_out(found.parts)
        if not sections:
            raise UnreadableSource(Message("holds no text to quote"))
        heading = next((part.text for part in found.parts if part.kind == "heading" and part.level == 1), "")
        return _document(file, text, {}, sections, found.title or heading)
    text = file.data.decode("utf-8")
    if form == "txt":
        return _document(file, text, {}, read_plain(text), "")
    front = split_front_matter(text)
    title, sections = read_markdown(text, front.body_start)
    blocks = (front.section, *sections) if front.section else sections
    return _document(file, text, front.metadata, blocks, title)


def _extracted(form: str, file: SourceFile, seconds: float, stopped: threading.Event | None) -> ParsedFile:
    if form in ("csv", "tsv"):
        return read_table(file.data.decode("utf-8"), "\t" if form == "tsv" else "")
    return read_confined(form, file.data, seconds, stopped=stopped)


def _document(
    file: SourceFile, text: str, metadata: dict[str, str], sections: tuple[Section, ...], title: str
) -> Document:
    name = Path(file.source).stem.replace("_", " ").replace("-", " ").strip()
    return Document(
        id=hashlib.sha256(file.source.encode() + b"\0" + file.data).hexdigest()[:16],
        source=file.source,
        title=metadata.get("title") or title or name,
        url=metadata.get("url") or file.url,
        text=text,
        sections=sections,
        metadata=metadata,
        format=file.format,
    )
