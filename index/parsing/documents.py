"""Documents from the bytes of sources."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from index.domain.documents import HEADING, Document, Section
from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.domain.sources import SourceFile
from index.parsing._deadline import Deadline
from index.parsing._delimited import read_table
from index.parsing._front_matter import split_front_matter
from index.parsing._sandbox import read_in_sandbox
from index.parsing.encodings import decode_text, encoding_notes
from index.parsing.fields import is_evidence, to_metadata
from index.parsing.formats import SANDBOXED, SECONDS, TEXT, format_of, is_extracted_format
from index.parsing.layout import ParsedFile, lay_out
from index.parsing.markdown import read_markdown, read_plain
from index.text.dates import iso_date

__all__ = ["document_id", "is_extracted", "parse", "source_text"]


class ReadWithinLimits(Protocol):
    """Reads a file in a process with limits, as `read_in_sandbox` does."""

    def __call__(
        self, form: str, data: bytes, seconds: float = ..., *, stopped: threading.Event | None = ...
    ) -> ParsedFile: ...


DATED_NAME = re.compile(r"(\d{4}-\d\d-\d\d)[-_ ](?=.*\w)")
"""The name of a post that begins with the day on which it came out: 2026-02-03-release.md."""


def is_extracted(document: Document) -> bool:
    """Return whether a document's text was extracted from its file, rather than being the file's own."""
    return is_extracted_format(format_of(SourceFile(document.source, b"", document.format)))


def source_text(file: SourceFile) -> str:
    """Return the text that offsets count in: the file's own, or what is extracted from it. Raises UnreadableSource."""
    return parse(file).text if is_extracted_format(format_of(file)) else decode_text(file.data).text


def parse(
    file: SourceFile,
    seconds: float = SECONDS,
    stopped: threading.Event | None = None,
    *,
    read: ReadWithinLimits = read_in_sandbox,
) -> Document:
    """Return the document of a file; reading it takes at most `seconds`, and ends once `stopped` is set.

    `read` reads a file of the formats in `SANDBOXED`, in a process with limits. Raises UnreadableSource: the file is
    encrypted, damaged, holds no text, ...
    """
    form = format_of(file)
    if is_extracted_format(form):
        parsed = _extract(form, file, partial(read, seconds=seconds, stopped=stopped))
        fields = [(name, value) for name, value in parsed.fields if is_evidence(name, value)]
        text, sections = lay_out(parsed.blocks, fields)
        if all(section.heading == HEADING for section in sections):
            raise UnreadableSource(Message("holds no text to quote"))
        heading = next((block.text for block in parsed.blocks if block.kind == "heading" and block.level == 1), "")
        metadata = to_metadata(parsed.fields)
        return _document(file, text, metadata, sections, parsed.title or heading, parsed.notes)
    decoded = decode_text(file.data)
    text, notes = decoded.text, encoding_notes(decoded)
    if form == "txt":
        return _document(file, text, {}, read_plain(text), "", notes)
    front = split_front_matter(text)
    title, sections = read_markdown(text, front.body_start, Deadline(seconds, stopped).check)
    sections = (front.section, *sections) if front.section else sections
    return _document(file, text, front.metadata, sections, title, (*notes, *front.notes))


def document_id(file: SourceFile) -> str:
    """Return the id of the document of a file: the same for the same name and bytes."""
    return hashlib.sha256(file.source.encode() + b"\0" + file.data).hexdigest()[:16]


def _extract(form: str, file: SourceFile, read: Callable[[str, bytes], ParsedFile]) -> ParsedFile:
    if form not in TEXT:
        return read(form, file.data)
    decoded = decode_text(file.data)
    if form in SANDBOXED:
        parsed = read(form, decoded.text.encode("utf-8", "replace"))
    else:
        parsed = read_table(decoded.text, "\t" if form == "tsv" else "")
    return replace(parsed, notes=(*encoding_notes(decoded), *parsed.notes))


def _document(
    file: SourceFile,
    text: str,
    metadata: dict[str, str],
    sections: tuple[Section, ...],
    title: str,
    notes: tuple[str, ...] = (),
) -> Document:
    stem = Path(file.source).stem
    if (dated := DATED_NAME.match(stem)) and (day := iso_date(dated[1])):
        stem = stem[dated.end() :]
        if not metadata.keys() & {"published", "updated"}:
            metadata = {**metadata, "published": day}
    name = stem.replace("_", " ").replace("-", " ").strip()
    return Document(
        id=document_id(file),
        source=file.source,
        title=metadata.get("title") or title or name,
        url=metadata.get("url") or file.url,
        text=text,
        sections=sections,
        metadata=metadata,
        format=file.format,
        notes=notes,
    )
