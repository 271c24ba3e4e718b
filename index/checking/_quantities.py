"""Numbers of a text as values: digits and words, magnitudes, dates and units that measure the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from text_to_num import alpha2digit

__all__ = ["Quantity", "find_quantities"]

MAGNITUDES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "millions": 1e6, "b": 1e9, "bn": 1e9,
              "billion": 1e9, "billions": 1e9, "t": 1e12, "tn": 1e12, "trillion": 1e12, "trillions": 1e12}  # fmt: skip
"""Letters and words after a number that multiply it: "17B" is 17 billion. A lower-case letter counts for k alone."""

SIZES: dict[str, dict[str, float]] = {
    "second": {"ms millisecond": 1e-3, "s sec second": 1, "min minute": 60, "h hr hour": 3600, "day": 86_400,
               "week": 604_800},
    "month": {"month": 1, "quarter": 3, "year yr": 12, "decade": 120, "century": 1200},
    "byte": {"kb kib kilobyte": 1e3, "mb mib megabyte": 1e6, "gb gib gigabyte": 1e9, "tb tib terabyte": 1e12,
             "pb petabyte": 1e15},
    "meter": {"mm millimeter millimetre": 1e-3, "cm centimeter centimetre": 1e-2, "km kilometer kilometre": 1e3},
    "percent": {"% percent pct": 1},
}  # fmt: skip
UNITS = {
    name: (dimension, float(size))
    for dimension, sizes in SIZES.items()
    for names, size in sizes.items()
    for name in names.split()
}
"""Units that are written in several ways, each as a multiple of one of its kind."""

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
DATE = re.compile(r"(?<![\w.])(\d{4}|\d\d)([.\-/])(\d\d?)\2(\d\d?)(?![\w.]*\d)")
"""Dates by year, month and day: "2023-08-03", "23.08.03"."""
CLOCK = re.compile(r"(?<![\w.:])(?:(\d+)\s?h\s?)?(\d+)\s?m(?:in)?\s?(\d+(?:\.\d+)?)\s?s(?![\w])")
"""Durations: "4m30s", "2h 4m 9s"."""
FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
AND_A_HALF = re.compile(r"\b(\d+) and a half\b|\b(?:a|an|1) ([a-z]+) and a half\b", re.IGNORECASE)
DOZEN = re.compile(r"\b(?:a|1) dozen\b", re.IGNORECASE)
HALF = re.compile(r"\bhalf (?:a|of a) (?=1000|million|billion|trillion)", re.IGNORECASE)
PER_CENT = re.compile(r"\bper cent\b", re.IGNORECASE)
NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:e(?P<exponent>[-−+]?\d+))?"
    r"(?P<great>(?:\s?(?:thousand|millions?|billions?|trillions?|mn|bn|tn)\b|[kKMBT](?![\w])|\s10{3}(?:0{3})*\b)*)"
    r"(?:[\s-]?(?P<unit>%|[A-Za-z]+))?"
)
GREAT = re.compile(r"(?<=\s)10{3}(?:0{3})*\b")
GREAT_WORDS = {"1000": "thousand", "1000000": "million", "1000000000": "billion", "1000000000000": "trillion"}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number in a text; `unit` is the noun or sign after it in lower case, or the dimension of a known unit."""

    value: float
    unit: str
    text: str


@lru_cache(4_096)
def find_quantities(text: str) -> tuple[Quantity, ...]:
    """Return the numbers of a text in order, of known units as multiples of the smallest."""
    return tuple(_quantities(_spelt_as_digits(text)))


def _quantities(text: str) -> Iterator[Quantity]:
    for match in NUMBER.finditer(text):
        value = float(match["digits"].replace(",", ""))
        if match["exponent"]:
            value *= 10.0 ** max(-30, min(30, int(match["exponent"].replace("−", "-"))))
        for word in match["great"].lower().split() or ([match["great"].lower()] if match["great"] else []):
            value *= MAGNITUDES.get(word) or float(word)
        unit = (match["unit"] or "").lower()
        dimension, size = UNITS.get(unit) or UNITS.get(unit.removesuffix("s"), (unit.removesuffix("s"), 1.0))
        yield Quantity(float(f"{value * size:.6g}"), dimension, GREAT.sub(_great_word, match.group().strip()))


def _spelt_as_digits(text: str) -> str:
    text = "".join(FRACTIONS.get(char, char) for char in text)
    text = unicodedata.normalize("NFKC", text)
    text = CLOCK.sub(_seconds, DATE.sub(_spelt_date, text))
    lines = [str(alpha2digit(line, "en", threshold=0)) if line.strip() else line for line in text.split("\n")]
    text = PER_CENT.sub("percent", "\n".join(lines))
    text = HALF.sub("0.5 ", DOZEN.sub("12", text))
    return AND_A_HALF.sub(lambda match: f"{match[1]}.5" if match[1] else f"1.5 {match[2]}", text)


def _spelt_date(match: re.Match[str]) -> str:
    year = int(match[1]) + (2000 if len(match[1]) == 2 else 0)
    try:
        day = date(year, int(match[3]), int(match[4]))
    except ValueError:
        return match.group()
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _great_word(match: re.Match[str]) -> str:
    return GREAT_WORDS.get(match.group(), match.group())


def _seconds(match: re.Match[str]) -> str:
    return f"{int(match[1] or 0) * 3600 + int(match[2]) * 60 + float(match[3]):g} seconds"
