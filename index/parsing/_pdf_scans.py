"""Pages of a PDF that are pictures of text, read by OCR."""

from __future__ import annotations

from typing import Any, Protocol

from index.parsing._ocr import RecognizedWord
from index.parsing._pdf_drawings import Drawings
from index.parsing._pdf_letters import Frame
from index.parsing._pdf_words import Word

__all__ = ["PictureReader", "is_scan", "recognized_words"]

DOTS_PER_INCH = 200
MOST_PIXELS = 20_000_000

FEWEST_LETTERS = 20
"""Letters beside a picture that fills a page: fewer are a stamp."""

LARGE = 0.5
"""Share of the page that such a picture takes."""


class PictureReader(Protocol):
    """Finds words in a picture."""

    def read(self, picture: bytes, dots_per_inch: int) -> list[RecognizedWord] | None:
        """Return the words in a picture in a format of Netpbm; None if it could not be read in time."""


def is_scan(drawings: Drawings, frame: Frame, letters: int) -> bool:
    """Return whether a page is a picture of text: it has a picture and no letters, or a large one and a few."""
    if letters >= FEWEST_LETTERS or not drawings.pictures:
        return False
    largest = max((right - left) * (top - bottom) for left, bottom, right, top in drawings.pictures)
    return letters == 0 or largest > LARGE * frame.width * frame.height


def recognized_words(page: Any, reader: PictureReader) -> list[Word] | None:
    """Return the words in the picture of a page; None if it could not be read in time."""
    width, height = page.get_size()
    scale = min(DOTS_PER_INCH / 72, (MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    stride, columns, rows = bitmap.stride, bitmap.width, bitmap.height
    data = bytes(bitmap.buffer)
    lines = (data[row * stride : row * stride + columns] for row in range(rows))
    found = reader.read(b"P5\n%d %d\n255\n%s" % (columns, rows, b"".join(lines)), round(72 * scale))
    bitmap.close()
    if found is None:
        return None
    return [
        Word(word.text, word.left / scale, word.right / scale, word.base / scale, word.height / scale, spaced=True)
        for word in found
    ]
