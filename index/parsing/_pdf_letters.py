"""Letters of a PDF page as PDFium finds them: each with its place, its size, and whether it can be seen."""

from __future__ import annotations

import math
import re
from ctypes import addressof, byref, c_double
from dataclasses import dataclass
from typing import Any, NamedTuple

from pypdfium2 import raw as pdfium

from index.domain.errors import UnreadableSource
from index.domain.messages import Message

__all__ = ["Frame", "Letter", "Run", "read_letters"]

MOST_LETTERS = 200_000
"""Letters of one page; more are drawn, not written."""

SMALLEST = 1.5
"""Points of a letter that a person can see."""

BOLD = re.compile(r"bold|black|heavy|medi$|demi|cmbx|cmssbx|sfbx", re.IGNORECASE)

SPACES = frozenset((9, 10, 13, 32, 0xA0))
UNREADABLE = frozenset((0, 0xFFFD, 0xFFFF))

REPLACED = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)} | {
    0x02: "-",
    0xAD: "-",
    0xFFFE: "-",
    0x0F: "•",
    0x88: "•",
    0xF06E: "•",
    0xF0A7: "•",
    0xF0B7: "•",
    0xF0D8: "•",
}
"""What PDFium makes of a hyphen at a line's end, and of characters for which a font says no more than their number."""

INVISIBLE = 3
"""The render mode of text that is not drawn, as programs for OCR put it over a scan."""


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
class Run:
    """What letters of one text object have in common; `quarters` is -1 for letters that are turned aslant."""

    size: float
    bold: bool
    quarters: int
    visible: bool
    white: bool


class Letter(NamedTuple):
    """A letter with its box (left, bottom, right, top) and the place where it stands on its line.

    `spaced` says that the file has a space before it, `apart` that PDFium takes the white space for one.
    """

    char: str
    box: tuple[float, float, float, float]
    x: float
    y: float
    run: Run
    spaced: bool
    apart: bool


def read_letters(text_page: Any, number: int) -> list[Letter]:
    """Return the letters of a page, whose number is for an error, in the order of the file. Raises UnreadableSource."""
    raw, box, matrix, x, y = text_page.raw, pdfium.FS_RECTF(), pdfium.FS_MATRIX(), c_double(), c_double()
    box_at, matrix_at, x_at, y_at = byref(box), byref(matrix), byref(x), byref(y)
    get_code, get_box, get_origin = (
        pdfium.FPDFText_GetUnicode,
        pdfium.FPDFText_GetLooseCharBox,
        pdfium.FPDFText_GetCharOrigin,
    )
    get_object = pdfium.FPDFText_GetTextObject
    count = pdfium.FPDFText_CountChars(raw)
    if count > MOST_LETTERS:
        raise UnreadableSource(
            Message("has more than {most} letters on page {page}: split it", most=MOST_LETTERS, page=str(number))
        )
    letters: list[Letter] = []
    runs: dict[int, Run] = {}
    spaced, apart, high = False, False, 0
    for place in range(count):
        code = get_code(raw, place)
        if code in SPACES:
            spaced, apart = spaced or pdfium.FPDFText_IsGenerated(raw, place) == 0, True
            continue
        if 0xD800 <= code < 0xE000:
            if code < 0xDC00:
                high = code
                continue
            code = 0x10000 + ((high or 0xD800) - 0xD800 << 10) + code - 0xDC00
        if code in UNREADABLE or not get_box(raw, place, box_at):
            continue
        text_object = get_object(raw, place)
        address = addressof(text_object.contents) if text_object else 0
        run = runs.get(address)
        if run is None:
            pdfium.FPDFText_GetMatrix(raw, place, matrix_at)
            run = runs[address] = _run(text_object, pdfium.FPDFText_GetFontSize(raw, place), matrix)
        get_origin(raw, place, x_at, y_at)
        char = REPLACED.get(code) or chr(code)
        corners = (box.left, box.bottom, box.right, box.top)
        letters.append(Letter(char, corners, x.value, y.value, run, spaced, apart))
        spaced = apart = False
    return letters


def _run(text_object: Any, size: float, matrix: Any) -> Run:
    scale = math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
    turns = math.degrees(math.atan2(matrix.b, matrix.a)) / 90
    quarters = round(turns) % 4 if abs(turns - round(turns)) < 0.02 else -1
    if not text_object:
        return Run(size * scale, bold=False, quarters=quarters, visible=True, white=False)
    red, green, blue, alpha = (pdfium.c_uint() for _ in range(4))
    filled = pdfium.FPDFPageObj_GetFillColor(text_object, byref(red), byref(green), byref(blue), byref(alpha))
    mode = pdfium.FPDFTextObj_GetTextRenderMode(text_object)
    return Run(
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
