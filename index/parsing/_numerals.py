"""Numbers of list items and headings, as letters and Roman numerals too."""

from __future__ import annotations

__all__ = ["numeral"]

ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
LARGEST_ROMAN = 3999
MOST_LETTERS = 1000


def numeral(number: int, style: str) -> str:
    """Return a number as "1" (by default), "a", "A", "i" or "I" counts it."""
    lower = style.lower()
    if lower == "a" and 0 < number <= MOST_LETTERS:
        text = _letters(number)
    elif lower == "i" and 0 < number <= LARGEST_ROMAN:
        text = _roman(number)
    else:
        return str(number)
    return text if style == lower else text.upper()


def _letters(number: int) -> str:
    """Return "a" to "z", then "aa" to "zz" as spreadsheets and browsers count."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("a") + place) + letters
    return letters


def _roman(number: int) -> str:
    text = ""
    for value, letters in ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text
