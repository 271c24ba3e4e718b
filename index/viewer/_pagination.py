"""A document in pages for a reader: blocks as a person reads them, cut only where they are longer than a page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import sentencex

from index.domain.answers import Citation
from index.domain.documents import HEADING, Block, Document, Section
from index.domain.errors import UnreadableSource
from index.domain.sources import SourceFile
from index.parsing.documents import is_extracted, parse
from index.parsing.markdown import read_plain
from index.text.normalize import collapse_whitespace

__all__ = ["GAP", "PAGE_CHARACTERS", "Piece", "paginate"]

PAGE_CHARACTERS = 1_500
"""No page is longer than this, in characters."""

SHORT = 500
"""Sections of at most so many characters share a page."""

NAME = 300
"""Characters of a heading or of a table's header that are shown in the text."""

GAP = "\n\n"
MORE = "…"
SPACE, LINES = re.compile(r"[\s\ufeff]*"), re.compile(r"(?:[^\S\r\n]*[\r\n])*")
KEY = re.compile(r"^([^\W\d_][\w .-]{0,60}):", re.MULTILINE)
JOINER, SKIN_TONES = "\u200d", "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, or a stretch of one that is longer than a page, with what is shown `before` and `after` its text.

    `quoted` are the characters of the text that the citation quotes. White space is folded but for lines of code.
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
    """Every page, at least one: its pieces, which with GAP between them have at most PAGE characters.

    A section begins a new page, but short sections share one, each with its heading. A block over the limit is cut
    between sentences, and not within the quotation where that fits on a page.
    """
    own = document.sections if is_extracted(document) else ()
    return _paged(document.source, document.format, document.text, own, (citation.start, citation.end))


@lru_cache(maxsize=8)
def _paged(
    source: str, form: str, text: str, own: tuple[Section, ...], cited: tuple[int, int]
) -> Sequence[Sequence[Piece]]:
    """Kept for who reads on; sections that are read anew, which take more room than their pages, are not."""
    made: list[list[Piece]] = []
    together: list[list[Piece]] = []

    def close() -> None:
        if together:
            made.append(together[0] if len(together) == 1 else [at for each in together for at in _titled(each)])
            together.clear()

    for section in own or _sections(source, form, text):
        pieces = list(_pieces(text, section, cited))
        if _size(pieces) > SHORT:
            close()
            made += _packed(pieces)
        elif pieces:
            if _size([at for each in [*together, pieces] for at in _titled(each)]) > PAGE_CHARACTERS:
                close()
            together.append(pieces)
    close()
    return tuple(map(tuple, made or [[]]))


def _sections(source: str, form: str, text: str) -> tuple[Section, ...]:
    """The sections with their blocks, which a snapshot does not keep of text."""
    try:
        return parse(SourceFile(source, text.encode("utf-8", "replace"), form)).sections
    except UnreadableSource:  # so it is for this program; the one that made the snapshot could read it
        return read_plain(text)


def _packed(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pages of one section, as full as they get."""
    page: list[Piece] = []
    for piece in pieces:
        if page and _size([*page, piece]) > PAGE_CHARACTERS:
            yield page
            page = []
        page.append(piece)
    yield page


def _size(pieces: Sequence[Piece]) -> int:
    return sum(len(at.whole) for at in pieces) + len(GAP) * (len(pieces) - 1)


def _titled(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of a section with its heading before the first."""
    first, *others = pieces
    heading = _name(first.section.rpartition(" > ")[2])
    return [replace(first, before=f"{heading}{GAP}{first.before}") if heading else first, *others]


def _pieces(text: str, section: Section, cited: tuple[int, int]) -> Iterator[Piece]:
    """The blocks of a section as they are shown: a table's first row behind its header, a field behind its name."""
    front = section.heading == HEADING and text.lstrip("\ufeff").startswith("---")
    end, header = section.start, ""
    for block in section.blocks:
        before = ""
        if block.kind == "row" and block.lead and block.lead != header:
            before = f"{_name(block.lead)}{GAP}"
        elif front and (names := KEY.findall(text, end, block.start)):
            before = f"{names[-1]}: "
        end, header = block.end, block.lead if block.kind == "row" else ""
        yield from _cut(section.heading, block, before, cited)


def _cut(section: str, block: Block, before: str, cited: tuple[int, int]) -> Iterator[Piece]:
    """A block whole, or in stretches that fit on a page."""
    text, code = "".join(run.reading for run in block.runs), block.kind == "code"
    quoted = _quoted(block, *cited)
    begin, last = _next(text, 0, code=code), len(text.rstrip())
    while begin < last:
        room = PAGE_CHARACTERS - len(before) - len(MORE) - 1
        end = last if last - begin <= room else begin + _stop(text[begin : begin + room], code=code)
        if quoted and begin < quoted[0] < end < quoted[1] <= quoted[0] + room:
            end = quoted[0]
        shown = text[begin:end].rstrip()
        yield Piece(
            section=section,
            text=shown if code else collapse_whitespace(shown),
            before=before,
            after=f" {MORE}" if end < last else "",
            quoted=_folded(shown, quoted[0] - begin, quoted[1] - begin, code=code) if quoted else None,
        )
        begin, before = _next(text, end, code=code), f"{MORE} "


def _next(text: str, at: int, *, code: bool) -> int:
    """Where the text goes on after white space; a line of code keeps its indentation."""
    found = (LINES if code else SPACE).match(text, at)
    return found.end() if found else at


def _stop(window: str, *, code: bool) -> int:
    """Where to cut a text of which more follows: between lines or sentences, else words, else characters."""
    sentences = [] if code else sentencex.get_sentence_boundaries("en", window)
    cut = sentences[-1]["start_index"] if sentences else window.rfind("\n")
    least = len(window) // 3
    if cut < least:
        cut = max(window.rfind(" "), window.rfind("\n"))
    if cut < least:
        cut = len(window) - 1
        while cut > least and _joined(window[cut - 1], window[cut]):
            cut -= 1
    return cut


def _joined(before: str, after: str) -> bool:
    """Whether two characters are parts of one visible character."""
    return JOINER in (before, after) or unicodedata.category(after).startswith("M") or after in SKIN_TONES


def _quoted(block: Block, start: int, end: int) -> tuple[int, int] | None:
    """The characters of a block's reading that read `start` to `end` of the document; None where none does."""
    if start >= end or end <= block.start or block.end <= start:
        return None
    found: list[tuple[int, int]] = []
    at = 0
    for run in block.runs:
        size = len(run.reading)
        if run.start < end and start < run.end:
            exact = size == run.end - run.start
            first, last = (max(start - run.start, 0), min(end - run.start, size)) if exact else (0, size)
            found.append((at + first, at + last))
        at += size
    return (found[0][0], found[-1][1]) if found else None


def _folded(shown: str, first: int, last: int, *, code: bool) -> tuple[int, int] | None:
    """Where characters of a stretch are once its white space is folded; None where they are but white space."""
    first = max(first, 0)
    words = shown[first : max(last, 0)]
    first += len(words) - len(words.lstrip())
    words = words.strip()
    if not words:
        return None
    place = first if code else len(collapse_whitespace(f"{shown[:first]}x")) - 1
    return place, place + len(words if code else collapse_whitespace(words))


def _name(text: str) -> str:
    line = collapse_whitespace(text)
    return line if len(line) <= NAME else f"{line[: NAME - 1]}{MORE}"
