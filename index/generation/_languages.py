"""Sentences in other languages than English: whether one says the same numbers and names as its English version."""

from __future__ import annotations

import re

from babel.core import UnknownLocaleError
from babel.dates import get_month_names
from rapidfuzz.fuzz import ratio

from index.text.languages import detect_foreign_language, detect_language
from index.text.tokens import STOP_WORDS

__all__ = ["is_foreign", "proper_names", "says_the_same"]

MAGNITUDES = {
    **dict.fromkeys(("k", "thousand", "tausend", "tsd", "mil", "mille", "mila", "duizend", "千"), 1e3),
    **dict.fromkeys(("万", "萬"), 1e4),
    **dict.fromkeys(("m", "mio", "million", "millions", "millionen", "millón", "millones", "milhão", "milhões"), 1e6),
    **dict.fromkeys(("milione", "milioni", "miljoen", "miljoner"), 1e6),
    **dict.fromkeys(("億", "亿"), 1e8),
    **dict.fromkeys(("b", "bn", "billion", "billions", "milliarde", "milliarden", "mrd", "milliard", "milliards"), 1e9),
    **dict.fromkeys(("bilhão", "bilhões", "miliardo", "miliardi", "miljard", "miljarder"), 1e9),
    **dict.fromkeys(("t", "trillion", "trillions", "billionen", "billones", "兆"), 1e12),
}
"""Words after a number that multiply it, in the languages of whom the bot speaks."""

_WORDS = "|".join(sorted((re.escape(word) for word in MAGNITUDES), key=len, reverse=True))
NUMBER = re.compile(
    rf"\d+(?:[.,'’\u00a0\u202f]\d+)*(?:(?:[ \u00a0\u202f]?(?:{_WORDS})\b)|[千万萬億亿兆])*", re.IGNORECASE
)
MAGNITUDE = re.compile(r"[千万萬億亿兆]|[^\W\d_]+", re.IGNORECASE)
GROUPED = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+")
LATIN_WORD = re.compile(r"(?<![0-9A-Za-zÀ-ɏ])[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ0-9]*")
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
MONTHS = tuple(get_month_names("wide", "format", "en").values())
ENGLISH_NUMBERS = {"zero": 0.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
                   "seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0}  # fmt: skip
ALIKE = 60
"""Similarity of a name in two languages: "Englisch", "abril"."""


def is_foreign(text: str) -> bool:
    """Return whether a sentence is clearly in another language than English."""
    return bool(CJK.search(text)) or bool(detect_foreign_language(text))


def says_the_same(text: str, english: str, context: str) -> bool:
    """Return whether a sentence has the numbers, months and names of its English version, and no other ones.

    `context` is the text of the sources: a word that is never written small there is a name in any language.
    """
    months = [number for number, name in enumerate(MONTHS, 1) if re.search(rf"\b{name}\b", english)]
    if not all(_names_month(text, month) for month in months):
        return False
    numbers, own = _numbers(text), _numbers(english)
    if not own <= numbers or not numbers <= own | _number_words(english) | set(map(float, months)):
        return False
    words, told = LATIN_WORD.findall(text), LATIN_WORD.findall(english)
    known = proper_names(context) - {word.capitalize() for word in LATIN_WORD.findall(context) if word.islower()}
    names = {name for name in proper_names(english) - set(MONTHS) if name in known or name != told[0]}
    if not all(any(ratio(name.lower(), word.lower()) >= ALIKE for word in words) for name in names):
        return False
    checked = words if CJK.search(text) else [word for word in words if word in known]
    return {word.lower() for word in checked} <= {word.lower() for word in told}


def proper_names(text: str) -> set[str]:
    """Return the capitalised words of an English text that are no stop words."""
    return {word for word in LATIN_WORD.findall(text) if word[0].isupper() and word.lower() not in STOP_WORDS}


def _names_month(text: str, month: int) -> bool:
    """Return whether a text names a month in its own language, in full or by its number as in Japanese."""
    code = detect_language(text)[0]
    try:
        names = {get_month_names(width, "format", code)[month] for width in ("wide", "abbreviated")}
    except (UnknownLocaleError, ValueError):
        return False
    patterns = (re.escape(name.rstrip(".")) for name in names)
    return any(re.search(rf"(?<!\d){name}" if name[0].isdigit() else rf"\b{name}", text, re.I) for name in patterns)


def _numbers(text: str) -> set[float]:
    """Return the values of the numbers in a text, whichever marks separate their digits."""
    return {_value(match.group()) for match in NUMBER.finditer(text)}


def _value(number: str) -> float:
    digits = re.match(r"\d+(?:[.,'’\u00a0\u202f]\d+)*", number)
    written = digits.group() if digits else "0"
    if GROUPED.fullmatch(written):
        value = float(re.sub(r"\D", "", written))
    else:
        parts = re.split(r"\D", written)
        value = float(f"{''.join(parts[:-1])}.{parts[-1]}") if len(parts) > 1 else float(written)
    for word in MAGNITUDE.findall(number[len(written) :]):
        value *= MAGNITUDES[word.lower()]
    return float(f"{value:.6g}")


def _number_words(english: str) -> set[float]:
    return {ENGLISH_NUMBERS[word] for word in english.lower().split() if word in ENGLISH_NUMBERS}
