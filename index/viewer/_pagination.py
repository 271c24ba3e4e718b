"""Pagination of a document: blocks as a person reads them, cut only if they are longer than a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import regex
import sentencex

from index.domain.answers import Citation
from index.domain.documents import HEADING, SEPARATOR, Block, Document, Section
from index.domain.errors import UnreadableSource
from index.domain.sources import SourceFile
from index.parsing.documents import is_extracted, parse
from index.parsing.markdown import read_plain
from index.text.normalize import collapse_whitespace
from index.text.tables import header_names

__all__ = ["GAP", "KEY", "PAGE_CHARACTERS", "Piece", "paginate", "parse_sections"]

PAGE_CHARACTERS = 1_500
"""Characters of the longest page."""

SHORT_SECTION = 500
"""Sections of at most so many characters share a page."""

LONGEST_HEADING = 300
"""Characters shown of a heading or of a table's header."""

GAP = "\n\n"
MORE = "…"
SPACE, LINES = re.compile(r"[\s\ufeff]*"), re.compile(r"(?:[^\S\r\n]*[\r\n])*")
KEY = re.compile(r"^([^\W\d_][\w .-]{0,60}):", re.MULTILINE)
GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, or a part of one that is longer than a page, with what is shown `before` and `after` its text.

    `quoted` is the range of characters of the text that the citation quotes. White space is collapsed except in code.
    """

    section: str
    text: str
    before: str
    after: str
    quoted: tuple[int, int] | None

    @property
    def whole(self) -> str:
        return f"{self.before}{self.text}{self.after}"


def paginate(document: Document, citation: Citation) -> Sequence[Sequence[Piece]]:
    """Return the pages, at least one, as pieces that with GAP between them have at most PAGE_CHARACTERS.

    A section begins a new page, but short sections share one, each with its heading. A block over the limit is cut
    between sentences, and not within the quotation if that fits on a page.
    """
    sections = document.sections if is_extracted(document) else ()
    return _paginate(document.source, document.format, document.text, sections, (citation.start, citation.end))


@lru_cache(maxsize=8)
def _paginate(
    source: str, format_: str, text: str, sections: tuple[Section, ...], cited: tuple[int, int]
) -> Sequence[Sequence[Piece]]:
    """Return the pages, cached for a reader who turns them; sections that are parsed again are not cached."""
    pages: list[list[Piece]] = []
    short: list[list[Piece]] = []  # sections that share the next page

    def close_page() -> None:
        if short:
            pages.append(short[0] if len(short) == 1 else _join_sections(short))
            short.clear()

    for section in sections or parse_sections(source, format_, text):
        pieces = list(_pieces(text, section, cited))
        if _size(pieces) > SHORT_SECTION:
            close_page()
            pages += _fill_pages(pieces)
        elif pieces:
            if _size(_join_sections([*short, pieces])) > PAGE_CHARACTERS:
                close_page()
            short.append(pieces)
    close_page()
    return tuple(map(tuple, pages or [[]]))


def parse_sections(source: str, format_: str, text: str) -> tuple[Section, ...]:
    """Return the sections with their blocks, which snapshots keep only of extracted documents."""
    try:
        return parse(SourceFile(source, text.encode("utf-8", "replace"), format_)).sections
    except UnreadableSource:  # by this version; the one that made the snapshot could read it
        return read_plain(text)


def _fill_pages(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield the pages of one section, as full as they get."""
    page: list[Piece] = []
    for piece in pieces:
        if page and _size([*page, piece]) > PAGE_CHARACTERS:
            yield page
            page = []
        page.append(piece)
    yield page


def _size(pieces: Sequence[Piece]) -> int:
    return sum(len(piece.whole) for piece in pieces) + len(GAP) * (len(pieces) - 1)


def _join_sections(sections: Sequence[Sequence[Piece]]) -> list[Piece]:
    return [piece for pieces in sections for piece in _with_heading(pieces)]


def _with_heading(pieces: Sequence[Piece]) -> list[Piece]:
    first, *others = pieces
    heading = _shorten(first.section.rpartition(SEPARATOR)[2])
    return [replace(first, before=f"{heading}{GAP}{first.before}") if heading else first, *others]


def _pieces(text: str, section: Section, cited: tuple[int, int]) -> Iterator[Piece]:
    """Yield the blocks of a section: a table's first row after its header, a field after its name."""
    front = section.heading == HEADING and text.lstrip("\ufeff").startswith("---")
    end, header = section.start, ""
    for block in section.blocks:
        before = ""
        if block.kind == "row" and block.lead != header and (names := header_names(block.lead)):
            before = f"{_shorten(names)}{GAP}"
        elif front and (keys := KEY.findall(text, end, block.start)):
            before = f"{keys[-1]}: "
        end, header = block.end, block.lead if block.kind == "row" else ""
        yield from _cut(section.heading, block, before, cited)


def _cut(section: str, block: Block, before: str, cited: tuple[int, int]) -> Iterator[Piece]:
    """Yield a block, in parts that fit on a page."""
    text, code = "".join(run.reading for run in block.runs), block.kind == "code"
    quoted = _quoted(block, *cited)
    begin, last = _skip_space(text, 0, code=code), len(text.rstrip())
    while begin < last:
        room = PAGE_CHARACTERS - len(before) - len(MORE) - 1
        end = last if last - begin <= room else begin + _find_cut(text[begin : begin + room], code=code)
        if quoted and begin < quoted[0] < end < quoted[1] <= quoted[0] + room:
            end = quoted[0]
        shown = text[begin:end].rstrip()
        yield Piece(
            section=section,
            text=shown if code else collapse_whitespace(shown),
            before=before,
            after=f" {MORE}" if end < last else "",
            quoted=_collapsed_range(shown, quoted[0] - begin, quoted[1] - begin, code=code) if quoted else None,
        )
        begin, before = _skip_space(text, end, code=code), f"{MORE} "


def _skip_space(text: str, start: int, *, code: bool) -> int:
    """Return where the text continues after white space; a line of code keeps its indentation."""
    match = (LINES if code else SPACE).match(text, start)
    return match.end() if match else start


def _find_cut(window: str, *, code: bool) -> int:
    """Return where to cut a text too long for a page: between lines or sentences, else words, else graphemes."""
    sentences = [] if code else sentencex.get_sentence_boundaries("en", window)
    cut = sentences[-1]["start_index"] if sentences else window.rfind("\n")
    least = len(window) // 3
    if cut < least:
        cut = max(window.rfind(" "), window.rfind("\n"))
    if cut < least:
        *_, last = GRAPHEME.finditer(window)
        cut = max(last.start(), least)
    return cut


def _quoted(block: Block, start: int, end: int) -> tuple[int, int] | None:
    """Return the range of a block's reading that shows `start` to `end` of the document; None if none does."""
    if start >= end or end <= block.start or block.end <= start:
        return None
    ranges: list[tuple[int, int]] = []
    offset = 0
    for run in block.runs:
        size = len(run.reading)
        if run.start < end and start < run.end:
            exact = size == run.end - run.start
            first, last = (max(start - run.start, 0), min(end - run.start, size)) if exact else (0, size)
            ranges.append((offset + first, offset + last))
        offset += size
    return (ranges[0][0], ranges[-1][1]) if ranges else None


def _collapsed_range(shown: str, first: int, last: int, *, code: bool) -> tuple[int, int] | None:
    """Return a range of a text once its white space is collapsed; None if it is only white space."""
    first = max(first, 0)
    words = shown[first : max(last, 0)]
    first += len(words) - len(words.lstrip())
    words = words.strip()
    if not words:
        return None
    place = first if code else len(collapse_whitespace(f"{shown[:first]}x")) - 1
    return place, place + len(words if code else collapse_whitespace(words))


def _shorten(text: str) -> str:
    line = collapse_whitespace(text)
    return line if len(line) <= LONGEST_HEADING else f"{line[: LONGEST_HEADING - 1]}{MORE}"
