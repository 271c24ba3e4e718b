"""PDF -> headings, paragraphs and tables, as far as a page's letters and lines tell them.

A PDF holds letters at places and lines between them, nothing else. Tables are those with ruled lines, and lines of
words that stand in the same columns; headings are what is set larger or in bold; lines that come back on page after
page are not read.
"""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfpage import PDFPage
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import PdfminerException

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing.layout import FIGURE, ParsedBlock, ParsedFile, plain, rows

__all__ = ["read_pdf"]

MOST_PAGES = 2_000
MOST_LETTERS = 200_000
"""Letters of one page; more are drawn, not written."""

LARGER = 1.12
"""A heading is set at least so much larger than the text, or in bold."""

LONGEST_HEADING = 120
COLUMN_GAP = 1.2
"""White space between two columns of a table, in heights of a letter, at least."""

EDGE = 0.09
"""Of the page's height: where running titles and page numbers stand."""

UNMAPPED = re.compile(r"\(cid:\d+\)")
BULLET = re.compile(r"^[•◦▪‣●○■□–—*·-]\s+")
UNTITLED = re.compile(r"untitled|microsoft word|\.(?:docx?|tex|indd|pdf|odt|pages)$|^\W*$", re.IGNORECASE)
DIGITS = re.compile(r"\d+")
WELDED = re.compile(r"[^\W\d_]{2,}-$")


@dataclass(frozen=True, slots=True)
class _Line:
    """Words on one line of a page: `cells` are the groups of them that wide gaps part."""

    cells: tuple[str, ...]
    starts: tuple[float, ...]
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    edge: bool

    @property
    def text(self) -> str:
        return " ".join(self.cells)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table with ruled lines."""

    rows: tuple[tuple[str, ...], ...]


def read_pdf(data: bytes) -> ParsedFile:
    """The document. Raises UnreadableSource."""
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
    pages: list[list[_Line | _Table]] = []
    letters: Counter[float] = Counter()
    for page in _pages(pdf):
        pages.append(list(_page(page)))
        letters.update(round(at["size"] * 2) / 2 for at in page.chars if not _at_the_edge(at, float(page.height)))
        page.close()
    if not pages:
        raise UnreadableSource(Message("has no pages, or is damaged: save it anew"))
    lines = [each for page in pages for each in page if isinstance(each, _Line)]
    if not any(line.text for line in lines) and not any(isinstance(each, _Table) for page in pages for each in page):
        raise UnreadableSource(Message("holds only pictures: there is no text to quote; let a program for OCR add it"))
    running = _running(pages)
    kept = [each for page in pages for each in page if not (isinstance(each, _Line) and _mask(each) in running)]
    title = plain(str(pdf.metadata.get("Title") or ""))
    return ParsedFile("" if UNTITLED.search(title) else title, tuple(_parts(kept, letters)))


def _pages(pdf: Any) -> Iterator[Any]:
    """The pages one after the other, so that what was read of one does not stay in memory."""
    top = 0.0
    for number, page in enumerate(PDFPage.create_pages(pdf.doc), 1):
        made = Page(pdf, page, page_number=number, initial_doctop=top)
        top += float(made.height)
        yield made


def _page(page: Any) -> Iterator[_Line | _Table]:
    """The tables and lines of a page, from top to bottom where the file keeps to that order."""
    if len(page.chars) > MOST_LETTERS:
        raise UnreadableSource(
            Message(
                "has more than {most} letters on page {page}: split it", most=MOST_LETTERS, page=str(page.page_number)
            )
        )
    tables = [(table, _Table(_cells(table))) for table in _ruled(page)]
    waiting = sorted(tables, key=lambda pair: float(pair[0].bbox[1]))
    for line in _lines(page, [table.bbox for table, _ in tables]):
        while waiting and waiting[0][0].bbox[1] < line.top:
            yield waiting.pop(0)[1]
        yield line
    yield from (table for _, table in waiting)


def _ruled(page: Any) -> list[Any]:
    """Tables with lines between their cells, of two columns and two rows at least."""
    if len(page.edges) > 20_000:
        return []  # a drawing
    found = [table for table in page.find_tables() if len(table.rows) > 1]
    return [table for table in found if max(len(row.cells) for row in table.rows) > 1]


def _cells(table: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_said(cell or "") for cell in row) for row in table.extract())


def _said(text: str) -> str:
    return plain(UNMAPPED.sub("", text))


def _lines(page: Any, without: Sequence[tuple[float, float, float, float]]) -> Iterator[_Line]:
    """Lines of the words outside the ruled tables."""
    words = page.extract_words(use_text_flow=True, extra_attrs=["size", "fontname"], keep_blank_chars=False)
    line: list[dict[str, Any]] = []
    for word in words:
        x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
        if any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in without):
            continue
        if line and not _same_line(line[-1], word):
            yield _line(line, float(page.height))
            line = []
        line.append(word)
    if line:
        yield _line(line, float(page.height))


def _same_line(one: dict[str, Any], other: dict[str, Any]) -> bool:
    overlap = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    height = min(one["bottom"] - one["top"], other["bottom"] - other["top"])
    return bool(overlap > 0.5 * height and other["x0"] >= one["x1"] - height)


def _line(words: Sequence[dict[str, Any]], height: float) -> _Line:
    letters = sum(len(word["text"]) for word in words)
    size = sum(word["size"] * len(word["text"]) for word in words) / letters
    cells: list[list[str]] = [[words[0]["text"]]]
    starts = [float(words[0]["x0"])]
    for one, other in pairwise(words):
        if other["x0"] - one["x1"] > COLUMN_GAP * size:
            cells.append([])
            starts.append(float(other["x0"]))
        elif other["x0"] - one["x1"] < 0.1 * size:  # a change of font within a word
            cells[-1][-1] += other["text"]
            continue
        cells[-1].append(other["text"])
    top, bottom = min(word["top"] for word in words), max(word["bottom"] for word in words)
    bold = sum(len(word["text"]) for word in words if re.search("bold|black|heavy", word["fontname"], re.IGNORECASE))
    return _Line(
        cells=tuple(_said(" ".join(cell)) for cell in cells),
        starts=tuple(starts),
        x0=starts[0],
        x1=float(words[-1]["x1"]),
        top=float(top),
        bottom=float(bottom),
        size=round(size * 2) / 2,
        bold=bold > 0.8 * letters,
        edge=_at_the_edge({"top": top, "bottom": bottom}, height),
    )


def _at_the_edge(word: Mapping[str, Any], height: float) -> bool:
    return bool(word["bottom"] < EDGE * height or word["top"] > (1 - EDGE) * height)


def _mask(line: _Line) -> str:
    """What running titles and page numbers have in common from page to page; empty for a line of the text."""
    return DIGITS.sub("#", line.text) if line.edge else ""


def _running(pages: Sequence[Sequence[_Line | _Table]]) -> set[str]:
    counts = Counter(mask for page in pages for mask in {_mask(at) for at in page if isinstance(at, _Line)} if mask)
    return {mask for mask, count in counts.items() if count >= 3 or mask.strip(" -–—") == "#"}


def _parts(found: Sequence[_Line | _Table], letters: Mapping[float, int]) -> Iterator[ParsedBlock]:
    """Tables, headings and paragraphs; `letters` counts those of each size."""
    body, sizes = _sizes(letters)
    at = 0
    while at < len(found):
        each = found[at]
        if isinstance(each, _Table):
            yield from rows(each.rows)
            at += 1
            continue
        run = [each]
        while at + len(run) < len(found) and isinstance(after := found[at + len(run)], _Line):
            run.append(after)
        at += len(run)
        yield from _of_lines(run, body, sizes)


def _sizes(letters: Mapping[float, int]) -> tuple[float, list[float]]:
    """The size of most letters, and the larger ones of headings, the largest first."""
    body = max(letters, key=lambda size: letters[size], default=0.0)
    return body, sorted((size for size in letters if size >= body * LARGER), reverse=True)[:4]


def _of_lines(lines: Sequence[_Line], body: float, sizes: Sequence[float]) -> Iterator[ParsedBlock]:
    at = 0
    while at < len(lines):
        if table := _aligned(lines[at:]):
            yield from rows(table)
            at += len(table)
            continue
        level = _level(lines[at], body, sizes)
        stop = at + 1
        while stop < len(lines) and _goes_on(lines[stop - 1], lines[stop], body, sizes) and not _aligned(lines[stop:]):
            stop += 1
        text = _welded([line.text for line in lines[at:stop]])
        if level and len(text) <= LONGEST_HEADING:
            yield ParsedBlock("heading", text, level=level)
        elif marked := BULLET.match(text):
            yield ParsedBlock("item", text[marked.end() :])
        else:
            yield ParsedBlock("prose", text)
        at = stop


def _level(line: _Line, body: float, sizes: Sequence[float]) -> int:
    """Of a heading, 1 for the largest; 0 for a line of the text."""
    if line.size in sizes:
        return sizes.index(line.size) + 1
    if line.bold and line.size >= body and not line.text.endswith((".", ",", ";", ":")):
        return len(sizes) + 1
    return 0


def _goes_on(one: _Line, other: _Line, body: float, sizes: Sequence[float]) -> bool:
    """Whether a line belongs to the paragraph, or the heading, of the line before it."""
    if BULLET.match(other.text) or _level(one, body, sizes) != _level(other, body, sizes):
        return False
    if other.top <= one.top:  # the next column or page: a sentence that is not at its end goes on there
        return not re.search(r"[.!?:][\"”’)\]]?$", one.text)
    return other.top - one.bottom < 0.7 * max(one.size, other.size)


def _aligned(lines: Sequence[_Line]) -> list[tuple[str, ...]]:
    """The rows at the beginning that are of a table without ruled lines; none where it is no table.

    A line of fewer cells is a row too, where each of them begins below those of one column: the other cells are empty.
    """
    width = len(lines[0].cells)
    if width < 2:
        return []
    near = [lines[0]]
    for one, other in pairwise(lines):
        if not 2 <= len(other.cells) <= width or other.top < one.top or other.top - one.bottom > 2 * one.size:
            break
        near.append(other)
    whole = [line for line in near if len(line.cells) == width]
    columns = [(min(starts), max(starts)) for starts in zip(*(line.starts for line in whole), strict=True)]
    found: list[tuple[str, ...]] = []
    for line in near:
        row = line.cells if len(line.cells) == width else _placed(line, columns)
        if not row:
            break
        found.append(row)
    values = [cell for row in found[1:] for cell in row[1:] if cell]
    figures = sum(bool(FIGURE.fullmatch(cell)) for cell in values)
    return found if len(found) > 1 and values and 2 * figures >= len(values) else []


def _placed(line: _Line, columns: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """Its cells, each in the column below which it begins, the first in the first; none where that is not plain."""
    row = [""] * len(columns)
    for cell, start in zip(line.cells, line.starts, strict=True):
        below = [at for at, (left, right) in enumerate(columns) if left - line.size <= start <= right + line.size]
        if len(below) != 1 or row[below[0]]:
            return ()
        row[below[0]] = cell
    return tuple(row) if row[0] else ()


def _welded(lines: Sequence[str]) -> str:
    """Lines as one, a word that was parted at the end of one whole again."""
    text = lines[0]
    for line in lines[1:]:
        parted = WELDED.search(text) and line[:1].islower() and "-" not in text.split(" ")[-1][:-1]
        text = f"{text[:-1]}{line}" if parted else f"{text} {line}"
    return text
