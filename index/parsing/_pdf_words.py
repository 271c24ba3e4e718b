"""Words of a PDF page, in the order of the file: letters joined by the white space between them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.parsing._pdf_letters import Frame, Letter, read_letters

__all__ = ["WORD_GAP", "Word", "read_words"]

WORD_GAP = 0.095
"""White space between two words, in heights of a letter, at least.

LaTeX sets 0.15 to 0.5 between words and up to 0.06 within them; PDFium's boxes hold what an "f" hangs over, 0.05.
"""

SMALLEST_GAP = 0.07
"""The same if PDFium, too, takes it for a space."""

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


def read_words(
    page: Any, text_page: Any, number: int, is_filled: Callable[[float, float], bool]
) -> tuple[Frame, list[Word], bool]:
    """Return the words of a page, and whether they are those of a scan's invisible text.

    Letters that are not drawn, lie outside of the page, or are turned otherwise than most are left out. `is_filled`
    says whether something dark is drawn at a point of the page, under a white letter.
    """
    letters = read_letters(text_page, number)
    turned = Counter(letter.run.quarters for letter in letters if letter.run.quarters >= 0).most_common(1)
    left, bottom, right, top = page.get_bbox()
    frame = Frame(left, bottom, right, top, turned[0][0] if turned else 0)
    letters = [letter for letter in letters if letter.run.quarters == frame.quarters]
    hidden = sum(not letter.run.visible for letter in letters)
    is_layer = (len(letters) - hidden) * 10 < hidden
    shown = [
        letter
        for letter in letters
        if (is_layer or letter.run.visible) and (not letter.run.white or is_filled(*_middle(letter)))
    ]
    return frame, _without_shadows(list(_words(shown, frame))), is_layer


def _middle(letter: Letter) -> tuple[float, float]:
    left, bottom, right, top = letter.box
    return (left + right) / 2, (bottom + top) / 2


def _words(letters: Sequence[Letter], frame: Frame) -> Iterator[Word]:
    word: Word | None = None
    last: Letter | None = None
    is_level, width, height = frame.quarters == 0, frame.width, frame.height
    for order, letter in enumerate(letters):
        if is_level:
            x0, x1, base = letter.box[0] - frame.left, letter.box[2] - frame.left, frame.top - letter.y
        else:
            x0, _, x1, _ = frame.box(*letter.box)
            base = frame.place(letter.x, letter.y)[1]
        size = letter.run.size
        if not (-size <= x0 and x1 <= width + size and 0 <= base <= height + size):
            continue
        is_ligature = last is not None and letter.box == last.box
        if word is not None and (is_ligature or _continues(word, letter, x0, base)):
            if not is_ligature and x0 < word.x1 - 0.25 * size:
                word.text = _overlay(word.text, letter.char)
            else:
                word.text += letter.char
            if x1 > word.x1:
                word.x1 = x1
        else:
            if word is not None:
                yield _finish(word)
            word = Word(letter.char, x0, x1, base, size, letter.run.bold, letter.spaced, order)
        last = letter
    if word is not None:
        yield _finish(word)


def _without_shadows(words: Sequence[Word]) -> list[Word]:
    """Return words without those that are set a second time at nearly the same place, to look bold."""
    seen: dict[str, list[Word]] = {}
    kept = []
    for word in words:
        others = seen.setdefault(word.text, [])
        near = 0.3 * word.size
        if any(abs(word.x0 - other.x0) < near and abs(word.base - other.base) < near for other in others[-40:]):
            continue
        others.append(word)
        kept.append(word)
    return kept


def _continues(word: Word, letter: Letter, x0: float, base: float) -> bool:
    if letter.spaced:
        return False
    size = word.size
    gap = SMALLEST_GAP if letter.apart else WORD_GAP
    return (
        -0.6 * size < x0 - word.x1 < gap * size
        and abs(base - word.base) < 0.08 * size
        and letter.run.bold == word.bold
        and 0.9 * size < letter.run.size < 1.1 * size
    )


def _overlay(text: str, char: str) -> str:
    """Return text with one letter more, which is set over the last; an accent and its letter become one."""
    if text[-1] in ACCENTS and char.isalpha():
        return text[:-1] + unicodedata.normalize("NFC", char + ACCENTS[text[-1]])
    if char in ACCENTS and text[-1].isalpha():
        return text[:-1] + unicodedata.normalize("NFC", text[-1] + ACCENTS[char])
    return text + char


def _finish(word: Word) -> Word:
    if any("\ufb00" <= char <= "\ufb06" for char in word.text):
        word.text = "".join(
            unicodedata.normalize("NFKC", char) if "\ufb00" <= char <= "\ufb06" else char for char in word.text
        )
    return word
