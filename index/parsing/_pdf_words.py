"""Words of a PDF page, in the order of the file: letters at places, joined by the white space between them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from ctypes import byref, c_double, c_void_p, cast
from dataclasses import dataclass
from typing import Any

from pypdfium2 import raw as pdfium

from index.domain.errors import UnreadableSource
from index.domain.messages import Message

__all__ = ["Frame", "Word", "read_words"]

MOST_LETTERS = 200_000
"""Letters of one page; more are drawn, not written."""

WORD_GAP = 0.12
"""White space between two words, in heights of a letter, at least: LaTeX sets 0.15 to 0.5, within words up to 0.08."""

SMALLEST = 1.5
"""Points of a letter that a person can see."""

BOLD = re.compile(r"bold|black|heavy|medi$|demi|cmbx|cmssbx|sfbx", re.IGNORECASE)

REPLACED = {0x02: "-", 0xAD: "-", 0xFFFE: "-", 0x0F: "•", 0xF0B7: "•", 0xF0A7: "•", 0xF06E: "•", 0xF0D8: "•"}
"""What PDFium makes of a hyphen at the end of a line, and fonts of symbols of a bullet."""

ACCENTS = {
    "`": "\u0300",
    "´": "\u0301",
    "ˆ": "\u0302",
    "˜": "\u0303",
    "¯": "\u0304",
    "˘": "\u0306",
    "˙": "\u0307",
    "¨": "\u0308",
    "˚": "\u030a",
    "˝": "\u030b",
    "ˇ": "\u030c",
    "¸": "\u0327",
}
"""Accents that LaTeX's older fonts set over a letter, and what Unicode adds to the letter."""

INVISIBLE = 3
"""The render mode of text that is not drawn, as programs for OCR put it over a scan."""


@dataclass(slots=True)
class Word:
    """Letters without white space between them, in points from the page's upper left corner.

    `base` is the line that the letters stand on; `spaced` says that the file has a space before the word, `order` is
    its place in the file, `is_value` that it was filled into a form.
    """

    text: str
    x0: float
    x1: float
    base: float
    size: float
    bold: bool = False
    spaced: bool = False
    order: int = 0
    is_value: bool = False

    @property
    def top(self) -> float:
        return self.base - 0.75 * self.size

    @property
    def bottom(self) -> float:
        return self.base + 0.25 * self.size


@dataclass(frozen=True, slots=True)
class Frame:
    """The box of a page, and how many quarters its text is turned to the left."""

    left: float
    bottom: float
    right: float
    top: float
    quarters: int = 0

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.quarters % 2 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.quarters % 2 else self.top - self.bottom

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the page as the distance from the left and upper edge of its text."""
        if self.quarters == 0:
            return x - self.left, self.top - y
        if self.quarters == 1:
            return y - self.bottom, x - self.left
        if self.quarters == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Return a box of the page as left, top, right, bottom."""
        (x0, y0), (x1, y1) = self.place(left, bottom), self.place(right, top)
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


@dataclass(slots=True)
class _Run:
    """What letters of one text object have in common."""

    size: float
    bold: bool
    quarters: int
    visible: bool
    white: bool


@dataclass(slots=True)
class _Letter:
    char: str
    box: tuple[float, float, float, float]
    origin: tuple[float, float]
    run: _Run
    spaced: bool


def read_words(
    page: Any, text_page: Any, number: int, is_shown: Callable[[Frame, float, float], bool]
) -> tuple[Frame, list[Word], bool]:
    """Return the words of a page, and whether they are those of a scan's invisible text.

    Letters that are not drawn, lie outside of the page, or are turned otherwise than most are left out. `is_shown` says
    whether something is drawn under a white letter.
    """
    if pdfium.FPDFText_CountChars(text_page) > MOST_LETTERS:
        raise UnreadableSource(
            Message("has more than {most} letters on page {page}: split it", most=MOST_LETTERS, page=str(number))
        )
    letters = list(_letters(text_page))
    quarters = Counter(letter.run.quarters for letter in letters if letter.run.quarters >= 0).most_common(1)
    left, bottom, right, top = page.get_bbox()
    frame = Frame(left, bottom, right, top, quarters[0][0] if quarters else 0)
    letters = [letter for letter in letters if letter.run.quarters == frame.quarters]
    hidden = sum(not letter.run.visible for letter in letters)
    is_layer = (len(letters) - hidden) * 10 < hidden
    shown = [
        letter
        for letter in letters
        if (is_layer or letter.run.visible) and (not letter.run.white or _shown(letter, frame, is_shown))
    ]
    return frame, list(_words(shown, frame)), is_layer


def _shown(letter: _Letter, frame: Frame, is_shown: Callable[[Frame, float, float], bool]) -> bool:
    left, bottom, right, top = letter.box
    return is_shown(frame, *frame.place((left + right) / 2, (bottom + top) / 2))


def _letters(text_page: Any) -> Iterator[_Letter]:
    """Yield the letters of a page in the order of the file."""
    raw, box, matrix, x, y = text_page.raw, pdfium.FS_RECTF(), pdfium.FS_MATRIX(), c_double(), c_double()
    at, turned, right, up = byref(box), byref(matrix), byref(x), byref(y)
    runs: dict[int, _Run] = {}
    spaced, high = False, 0
    for number in range(pdfium.FPDFText_CountChars(raw)):
        code = pdfium.FPDFText_GetUnicode(raw, number)
        if code in (9, 10, 13, 32, 0xA0):
            spaced = spaced or pdfium.FPDFText_IsGenerated(raw, number) == 0
            continue
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code, high = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00, 0
        if code in (0, 0xFFFF, 0xFFFD) or not pdfium.FPDFText_GetLooseCharBox(raw, number, at):
            continue
        text_object = pdfium.FPDFText_GetTextObject(raw, number)
        address = cast(text_object, c_void_p).value or 0
        run = runs.get(address)
        if run is None:
            pdfium.FPDFText_GetMatrix(raw, number, turned)
            run = runs[address] = _run(text_object, pdfium.FPDFText_GetFontSize(raw, number), matrix)
        pdfium.FPDFText_GetCharOrigin(raw, number, right, up)
        char = REPLACED.get(code) or chr(code)
        yield _Letter(char, (box.left, box.bottom, box.right, box.top), (x.value, y.value), run, spaced)
        spaced = False


def _run(text_object: Any, size: float, matrix: Any) -> _Run:
    scale = math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
    turns = math.degrees(math.atan2(matrix.b, matrix.a)) / 90
    quarters = round(turns) % 4 if abs(turns - round(turns)) < 0.02 else -1
    if not text_object:
        return _Run(size * scale, bold=False, quarters=quarters, visible=True, white=False)
    red, green, blue, alpha = (pdfium.c_uint() for _ in range(4))
    filled = pdfium.FPDFPageObj_GetFillColor(text_object, byref(red), byref(green), byref(blue), byref(alpha))
    mode = pdfium.FPDFTextObj_GetTextRenderMode(text_object)
    return _Run(
        size * scale,
        bold=bool(BOLD.search(_font_name(text_object))),
        quarters=quarters,
        visible=mode != INVISIBLE and not (filled and alpha.value == 0) and size * scale >= SMALLEST,
        white=bool(filled and mode == 0 and min(red.value, green.value, blue.value) > 247),
    )


def _font_name(text_object: Any) -> str:
    font = pdfium.FPDFTextObj_GetFont(text_object)
    length = pdfium.FPDFFont_GetBaseFontName(font, None, 0) if font else 0
    if not length:
        return ""
    name = pdfium.create_string_buffer(length)
    pdfium.FPDFFont_GetBaseFontName(font, name, length)
    return bytes(name.value).decode("utf-8", "replace")


def _words(letters: Sequence[_Letter], frame: Frame) -> Iterator[Word]:
    word: Word | None = None
    last: _Letter | None = None
    for order, letter in enumerate(letters):
        x0, _, x1, _ = frame.box(*letter.box)
        base = frame.place(*letter.origin)[1]
        size = letter.run.size
        if not (-size <= x0 and x1 <= frame.width + size and 0 <= base <= frame.height + size):
            continue
        is_ligature = last is not None and letter.box == last.box
        if word is not None and (is_ligature or _continues(word, letter, x0, base)):
            word.text = _add(word.text, letter.char, not is_ligature and x0 < word.x1 - 0.25 * size)
            word.x1 = max(word.x1, x1)
        else:
            if word is not None:
                yield _finish(word)
            word = Word(letter.char, x0, x1, base, size, letter.run.bold, letter.spaced, order)
        last = letter
    if word is not None:
        yield _finish(word)


def _continues(word: Word, letter: _Letter, x0: float, base: float) -> bool:
    size = word.size
    return (
        not letter.spaced
        and abs(base - word.base) < 0.08 * size
        and 0.9 * size < letter.run.size < 1.1 * size
        and letter.run.bold == word.bold
        and -0.6 * size < x0 - word.x1 < WORD_GAP * size
    )


def _add(text: str, char: str, overlaps: bool) -> str:
    """Return text with one letter more; an accent and its letter, which overlap, become one."""
    if overlaps and text[-1] in ACCENTS and char.isalpha():
        return text[:-1] + unicodedata.normalize("NFC", char + ACCENTS[text[-1]])
    if overlaps and char in ACCENTS and text[-1].isalpha():
        return text[:-1] + unicodedata.normalize("NFC", text[-1] + ACCENTS[char])
    return text + char


def _finish(word: Word) -> Word:
    if any("\ufb00" <= char <= "\ufb06" for char in word.text):
        word.text = "".join(
            unicodedata.normalize("NFKC", char) if "\ufb00" <= char <= "\ufb06" else char for char in word.text
        )
    return word
