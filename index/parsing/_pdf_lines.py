"""Lines of a PDF page: words at places, gathered into lines and into cells that wide gaps separate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from index.parsing.layout import clean_text

__all__ = ["Line", "clean_pdf_text", "is_at_edge", "read_lines"]

COLUMN_GAP = 1.2
"""White space between two columns of a table, in heights of a letter, at least."""

WORD_GAP = 0.1
"""White space between two words, in heights of a letter, at least; less is a change of font within a word."""

EDGE = 0.09
"""Share of the page's height at its top and bottom that holds running titles and page numbers."""

UNMAPPED = re.compile(r"\(cid:\d+\)")
BOLD = re.compile("bold|black|heavy", re.IGNORECASE)

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line of a page, with the box around them in points.

    `cells` are groups of words that wide gaps separate, `starts` their left sides; `size` is the mean size of the
    letters, `bold` says that nearly all are, `edge` that the line stands at the top or bottom of the page.
    """

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


def read_lines(page: Any, exclude: Sequence[Box]) -> Iterator[Line]:
    """Yield the lines of a page of pdfplumber, without the words in some boxes."""
    words = page.extract_words(use_text_flow=True, extra_attrs=["size", "fontname"], keep_blank_chars=False)
    line: list[dict[str, Any]] = []
    for word in words:
        x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
        if any(left <= x <= right and top <= y <= bottom for left, top, right, bottom in exclude):
            continue
        if line and not _same_line(line[-1], word):
            yield _line(line, float(page.height))
            line = []
        line.append(word)
    if line:
        yield _line(line, float(page.height))


def clean_pdf_text(text: str) -> str:
    """Return text without letters that the file maps to no character."""
    return clean_text(UNMAPPED.sub("", text))


def is_at_edge(word: Mapping[str, Any], height: float) -> bool:
    """Return whether a word or letter is at the top or bottom of a page, like running titles and page numbers."""
    return bool(word["bottom"] < EDGE * height or word["top"] > (1 - EDGE) * height)


def _same_line(word: dict[str, Any], next_word: dict[str, Any]) -> bool:
    overlap = min(word["bottom"], next_word["bottom"]) - max(word["top"], next_word["top"])
    height = min(word["bottom"] - word["top"], next_word["bottom"] - next_word["top"])
    return bool(overlap > 0.5 * height and next_word["x0"] >= word["x1"] - height)


def _line(words: Sequence[dict[str, Any]], height: float) -> Line:
    letters = sum(len(word["text"]) for word in words)
    size = sum(word["size"] * len(word["text"]) for word in words) / letters
    cells: list[list[str]] = [[words[0]["text"]]]
    starts = [float(words[0]["x0"])]
    for word, next_word in pairwise(words):
        gap = next_word["x0"] - word["x1"]
        if gap > COLUMN_GAP * size:
            cells.append([])
            starts.append(float(next_word["x0"]))
        elif gap < WORD_GAP * size:
            cells[-1][-1] += next_word["text"]
            continue
        cells[-1].append(next_word["text"])
    top, bottom = min(word["top"] for word in words), max(word["bottom"] for word in words)
    bold = sum(len(word["text"]) for word in words if BOLD.search(word["fontname"]))
    return Line(
        cells=tuple(clean_pdf_text(" ".join(cell)) for cell in cells),
        starts=tuple(starts),
        x0=starts[0],
        x1=float(words[-1]["x1"]),
        top=float(top),
        bottom=float(bottom),
        size=round(size * 2) / 2,
        bold=bold > 0.8 * letters,
        edge=is_at_edge({"top": top, "bottom": bottom}, height),
    )
