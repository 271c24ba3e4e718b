"""PDF files: headings, paragraphs and tables, as far as the letters and lines of a page show them.

A PDF holds letters at places and lines between them, nothing else. Tables are those with ruled lines, and lines of
words that stand in the same columns; headings are set larger or in bold. Lines that recur on page after page are left
out.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import PdfminerException

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._pdf_blocks import build_blocks
from index.parsing._pdf_lines import Line, is_at_edge, read_lines
from index.parsing._pdf_tables import Table, ruled_tables
from index.parsing.layout import ParsedFile, clean_text

__all__ = ["read_pdf"]

MOST_PAGES = 2_000
MOST_LETTERS = 200_000
"""Letters of one page; more are drawn, not written."""

UNTITLED = re.compile(r"untitled|microsoft word|\.(?:docx?|tex|indd|pdf|odt|pages)$|^\W*$", re.IGNORECASE)
DIGITS = re.compile(r"\d+")

Item = Line | Table


def read_pdf(data: bytes) -> ParsedFile:
    """Return the content of a PDF. Raises UnreadableSource."""
    logging.getLogger("pdfminer").setLevel(logging.CRITICAL)
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            return _read(pdf)
    except PdfminerException as error:
        if any(
            isinstance(cause, PDFPasswordIncorrect | PDFEncryptionError) for cause in (*error.args, error.__cause__)
        ):
            raise UnreadableSource(Message("is encrypted: save it without a password")) from error
        raise UnreadableSource(Message("is damaged, or no PDF: save it anew")) from error


def _read(pdf: Any) -> ParsedFile:
    if sum(1 for _ in islice(PDFPage.create_pages(pdf.doc), MOST_PAGES + 1)) > MOST_PAGES:
        raise UnreadableSource(Message("has more than {most} pages: split it", most=MOST_PAGES))
    pages: list[list[Item]] = []
    letters: Counter[float] = Counter()
    for page in _pages(pdf):
        pages.append(list(_page_items(page)))
        letters.update(round(char["size"] * 2) / 2 for char in page.chars if not is_at_edge(char, float(page.height)))
        page.close()
    if not pages:
        raise UnreadableSource(Message("has no pages, or is damaged: save it anew"))
    items = [item for page in pages for item in page]
    if not any(isinstance(item, Table) or item.text for item in items):
        raise UnreadableSource(Message("holds only pictures: there is no text to quote; let a program for OCR add it"))
    running = _running_titles(pages)
    content = [item for item in items if not (isinstance(item, Line) and _edge_pattern(item) in running)]
    title = clean_text(str(pdf.metadata.get("Title") or ""))
    return ParsedFile("" if UNTITLED.search(title) else title, tuple(build_blocks(content, letters)))


def _pages(pdf: Any) -> Iterator[Any]:
    """Yield the pages one by one: pdfplumber's own list would keep what was read of each in memory."""
    top = 0.0
    for number, pdf_page in enumerate(PDFPage.create_pages(pdf.doc), 1):
        page = Page(pdf, pdf_page, page_number=number, initial_doctop=top)
        top += float(page.height)
        yield page


def _page_items(page: Any) -> Iterator[Item]:
    """Yield the tables and lines of a page, from top to bottom if the file keeps that order."""
    if len(page.chars) > MOST_LETTERS:
        raise UnreadableSource(
            Message(
                "has more than {most} letters on page {page}: split it", most=MOST_LETTERS, page=str(page.page_number)
            )
        )
    tables = ruled_tables(page)
    waiting = sorted(tables, key=lambda pair: float(pair[0].bbox[1]))
    for line in read_lines(page, [found.bbox for found, _ in tables]):
        while waiting and waiting[0][0].bbox[1] < line.top:
            yield waiting.pop(0)[1]
        yield line
    yield from (table for _, table in waiting)


def _edge_pattern(line: Line) -> str:
    """Return what a running title or page number has in common with those of other pages; empty for other lines."""
    return DIGITS.sub("#", line.text) if line.edge else ""


def _running_titles(pages: Sequence[Sequence[Item]]) -> set[str]:
    """Return the patterns of running titles, which three pages have at least, and of page numbers."""
    counts = Counter(
        pattern
        for page in pages
        for pattern in {_edge_pattern(item) for item in page if isinstance(item, Line)}
        if pattern
    )
    return {pattern for pattern, count in counts.items() if count >= 3 or pattern.strip(" -–—") == "#"}
