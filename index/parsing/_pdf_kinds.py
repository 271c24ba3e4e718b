"""What a line of a PDF is by its look: a heading, a list's item, a caption, a label with its value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.parsing._pdf_lines import Line

__all__ = [
    "BULLET",
    "CAPTION",
    "NUMBER",
    "SENTENCE_END",
    "Sizes",
    "begins_pair",
    "has_bold_labels",
    "heading_level",
    "is_label",
    "is_numbered",
    "is_short",
    "pair_count",
]

LARGER = 1.12
"""A heading is at least so much larger than the text, or bold."""

BULLET = re.compile(r"^[•◦▪‣●○■□➢➤✓–—*·-]\s+")
NUMBER = re.compile(r"^(\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|\[\d{1,3}\])\s+(?=\S)")
SECTION = re.compile(r"^(?:\d{1,2}(?:\.\d{1,2})*\.?|[A-Z](?:\.\d{1,2})+\.?|[IVX]{1,5}\.)\s+(?=[^\W\d_])")
CAPTION = re.compile(
    r"^(?:fig(?:ure)?|table|abb(?:ildung)?|tabelle|tableau|figura|tabla|algorithm)\.?\s*(?:\d+|[IVX]+)\s*(?:[:.|—–-]|$)",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"[.!?:;][\"”’)\]]?$")
PAGE = re.compile(r"\d{1,4}|[ivxlc]{1,6}")
LABEL = re.compile(r"(?![a-z])[^\W\d_][^:;,!?]{0,40}:$")
LABELLED = re.compile(r"(?![a-z])[^\W\d_][^:;,!?]{0,40}:\s+\S")


@dataclass(frozen=True, slots=True)
class Sizes:
    """The size of most letters of a document, and the larger ones of its headings, the largest first."""

    body: float
    headings: tuple[float, ...]

    @classmethod
    def of(cls, letters: Mapping[float, int]) -> Sizes:
        """Return the sizes of a document; `letters` counts its letters of each size."""
        body = max(letters, key=lambda size: letters[size], default=0.0)
        return cls(body, tuple(sorted((size for size in letters if size >= body * LARGER), reverse=True)[:6]))


def heading_level(lines: Sequence[Line], sizes: Sizes) -> int:
    """Return the level of the heading that begins with the first line, 1 for the largest; 0 for a line of the text."""
    line = lines[0]
    if "@" in line.text or _is_contents(line) or line.note or len(line.cells) > 3:
        return 0
    if not any(map(str.isalpha, line.text)) or _runs_in(lines):
        return 0
    if line.size in sizes.headings:
        return 0 if BULLET.match(line.text) else sizes.headings.index(line.size) + 1
    section = SECTION.match(line.text)
    depth = section.group().strip().rstrip(".").count(".") + 1 if section else 1
    if line.bold and line.size >= sizes.body and not line.text.endswith((".", ",", ";", ":")):
        return len(sizes.headings) + depth
    if section and line.text.isupper() and len(line.text) > 7 and len(lines) > 1 and is_short(line):  # small capitals
        return len(sizes.headings) + 1
    return 0


def _runs_in(lines: Sequence[Line]) -> bool:
    """Return whether the first line, in bold, is only the beginning of a paragraph that goes on below."""
    if len(lines) < 2 or not lines[0].bold:
        return False
    for line, following in pairwise(lines[:4]):
        if following.region != line.region or not 0 < following.top - line.top < 1.7 * line.size:
            return False
        if not following.bold:
            goes_on = following.text[:1].islower() or following.begins_bold
            return goes_on and abs(following.size - line.size) < 0.6
    return False


def is_numbered(lines: Sequence[Line]) -> bool:
    """Return whether the first line begins an item of a numbered list, not a sentence that begins with a number."""
    first = NUMBER.match(lines[0].text)
    if not first:
        return False
    mark = first.group(1).strip("()[].")
    if mark not in ("1", "a", "A", "i"):
        return mark.isdigit() or len(mark) == 1 or first.group(1)[-1] == ")"
    expected = {"1": "2", "a": "b", "A": "B", "i": "ii"}[mark]
    following = (NUMBER.match(line.text) for line in lines[1:40])
    return any(match and match.group(1).strip("()[].") == expected for match in following)


def pair_count(lines: Sequence[Line]) -> int:
    """Return how many lines, from the first, hold labels with their values as a form has them."""
    for number, line in enumerate(lines):
        is_pair = _is_labelled(line) and (len(line.cells) > 1 or number > 0 or _are_labelled(lines[:2]))
        is_pair = is_pair or (has_bold_labels(line) and (number > 0 or any(map(has_bold_labels, lines[1:2]))))
        if not line.values and not is_pair:
            return number
    return len(lines)


def begins_pair(line: Line, first: Line) -> bool:
    """Return whether a line begins another label with its value, below one that begins with the first line."""
    is_below = abs(line.x0 - first.x0) < line.size or (is_short(first) and is_short(line))
    return bool(LABELLED.match(line.text) and LABELLED.match(first.text)) and is_below


def is_label(cell: str) -> bool:
    """Return whether a cell is a label whose value follows: "Contact:"."""
    return bool(LABEL.fullmatch(cell))


def has_bold_labels(line: Line) -> bool:
    """Return whether every other cell of a line is a label in bold, each before its value."""
    labels = line.cells[::2]
    return line.labels == (True, False) * len(labels) and all(
        any(map(str.isalpha, label)) and not SENTENCE_END.search(label.rstrip(":")) and len(label.split()) < 5
        for label in labels
    )


def is_short(line: Line) -> bool:
    """Return whether a line ends well before the right side of its column."""
    return not line.right or line.x1 - line.left < 0.7 * (line.right - line.left)


def _are_labelled(lines: Sequence[Line]) -> bool:
    return len(lines) > 1 and all(map(_is_labelled, lines)) and begins_pair(lines[1], lines[0])


def _is_labelled(line: Line) -> bool:
    """Return whether a label begins the line, as in "Contact: Rita Olsen", with or without other such pairs."""
    first = line.cells[0]
    if CAPTION.match(first) or SECTION.match(first) or len(first.split(":")[0].split()) > 5:
        return False
    if len(line.cells) == 1:
        return bool(LABELLED.match(first))
    labels = sum(bool(is_label(cell) or LABELLED.match(cell)) for cell in line.cells)
    return bool(is_label(first) or LABELLED.match(first)) and 2 * labels >= len(line.cells) - 1


def _is_contents(line: Line) -> bool:
    """Return whether a line is an entry in a table of contents: its page number stands by itself at the right."""
    return len(line.cells) > 1 and line.right - line.x1 < 2 * line.size and bool(PAGE.fullmatch(line.cells[-1]))
