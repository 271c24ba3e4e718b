"""PDF files: headings, paragraphs and tables, as far as the letters and lines of a page show them.

A PDF holds letters at places and lines between them, nothing else: columns, headings, tables and paragraphs are found
by size, weight and white space. Lines that recur on page after page are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2
from pypdfium2 import raw as pdfium

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._file_properties import pdf_fields
from index.parsing._pdf_blocks import build_blocks
from index.parsing._pdf_columns import reading_order
from index.parsing._pdf_drawings import Box, read_drawings
from index.parsing._pdf_forms import with_values
from index.parsing._pdf_lines import Line, Segment, make_line, note_marks, read_segments, rows_of
from index.parsing._pdf_ruled import ruled_tables
from index.parsing._pdf_running import running_segments
from index.parsing._pdf_scans import PictureReader, is_scan, recognized_words
from index.parsing._pdf_struck import mark_struck_out
from index.parsing._pdf_tables import Table, is_inside
from index.parsing._pdf_words import read_words
from index.parsing.layout import ParsedFile

__all__ = ["read_pdf"]

MOST_PAGES = 2_000

Item = Line | Table


@dataclass(slots=True)
class _Page:
    """A page as it is read: `scan` is "" for one with text, else "read", "late" or "unread"."""

    height: float
    segments: list[Segment]
    rules: list[Box]
    scan: str = ""


def read_pdf(data: bytes, picture_reader: PictureReader | None = None) -> ParsedFile:
    """Return the content of a PDF, and of pages that are pictures if there is a reader of these.

    Raises UnreadableSource.
    """
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise UnreadableSource(Message("is encrypted: save it without a password")) from error
        raise UnreadableSource(Message("is damaged, or no PDF: save it anew")) from error
    try:
        pdf.init_forms()
        return _read(pdf, pdf_fields(pdf.get_metadata_dict(), data), picture_reader)
    finally:
        pdf.close()


def _read(pdf: Any, fields: tuple[tuple[str, str], ...], picture_reader: PictureReader | None) -> ParsedFile:
    if len(pdf) > MOST_PAGES:
        raise UnreadableSource(Message("has more than {most} pages: split it", most=MOST_PAGES))
    pages = list(_pages(pdf, picture_reader))
    if not pages:
        raise UnreadableSource(Message("has no pages, or is damaged: save it anew"))
    if not any(page.segments for page in pages):
        raise UnreadableSource(_no_text(pages))
    notes = tuple(_notes(pages))
    running = running_segments([(page.height, page.segments) for page in pages])
    for page in pages:
        page.segments = [segment for segment in page.segments if segment not in running]
    items: list[Item] = []
    letters: Counter[float] = Counter()
    for page in pages:
        items.extend(_page_items(page, len(items)))
        for segment in page.segments:
            for word in segment.words:
                letters[round(word.size * 2) / 2] += len(word.text)
    return ParsedFile(dict(fields).get("title", ""), tuple(build_blocks(items, letters)), fields, notes)


def _no_text(pages: Sequence[_Page]) -> Message:
    if any(page.scan == "late" for page in pages):
        return Message("holds only pictures, which took too long to read: split it, or raise EXTRACT_SECONDS")
    if any(page.scan == "read" for page in pages):
        return Message("holds only pictures, in which no text was found")
    return Message("holds only pictures: there is no text to quote; install tesseract, or let a program for OCR add it")


def _notes(pages: Sequence[_Page]) -> Iterator[Message]:
    """Yield what a moderator has to know about pages that are pictures of text."""
    numbers = {
        kind: ", ".join(str(number) for number, page in enumerate(pages, 1) if page.scan == kind)
        for kind in ("read", "late", "unread")
    }
    if numbers["read"]:
        yield Message("is read by OCR on pages {pages}: check the wording", pages=numbers["read"])
    if numbers["late"]:
        yield Message(
            "has pictures on pages {pages} that took too long to read: split it, or raise EXTRACT_SECONDS",
            pages=numbers["late"],
        )
    if numbers["unread"]:
        yield Message(
            "has only pictures on pages {pages}, which were not read: install tesseract", pages=numbers["unread"]
        )


def _pages(pdf: Any, picture_reader: PictureReader | None) -> Iterator[_Page]:
    for number in range(len(pdf)):
        try:
            page = pdf[number]
        except pypdfium2.PdfiumError:
            continue
        text_page = page.get_textpage()
        drawings = read_drawings(page)
        frame, words, _ = read_words(page, text_page, number + 1, drawings.is_filled)
        words = with_values(pdf, page, frame, words)
        rules = mark_struck_out(words, [frame.box(*rule) for rule in drawings.rules])
        found = _Page(frame.height, [], rules)
        if is_scan(drawings, frame, sum(len(word.text) for word in words)):
            found.scan = "unread"
            if picture_reader is not None:
                recognized = recognized_words(page, picture_reader)
                found.scan = "late" if recognized is None else "read"
                words = recognized or words
        found.segments = read_segments(words)
        yield found
        text_page.close()
        page.close()


def _page_items(page: _Page, region: int) -> Iterator[Item]:
    """Yield the tables and lines of a page in reading order; its columns are numbered from `region`."""
    words = [word for segment in page.segments for word in segment.words]
    tables = ruled_tables(page.rules, words)
    segments = page.segments
    if tables:
        segments = read_segments([word for word in words if not any(is_inside(word, table.box) for table in tables)])
        segments += [_table_segment(table) for table in tables]
    marks = note_marks(segments)
    for number, column in enumerate(reading_order(segments)):
        left = min(segment.x0 for segment in column)
        right = max(segment.x1 for segment in column)
        for row in rows_of(column):
            contents = [segment.content for segment in row if isinstance(segment.content, Table)]
            text = [segment for segment in row if segment.words]
            if text:
                line = make_line(text, marks, region + number, left, right)
                if line.cells:
                    yield line
            yield from contents


def _table_segment(table: Table) -> Segment:
    left, top, right, bottom = table.box
    return Segment(left, right, top, bottom, top + 10, 10.0, content=table)
