"""Numbers and dates in a text: English words, digits as English writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.suggestions._grammar import MONTHS
from index.text.tokens import STOP_WORDS, tokenize

__all__ = ["Quantity", "find_dates", "find_numbers"]

SMALL_WORDS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
"""
TEN_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
UNIT_WORDS = """
    men women people children percent pence kb mb gb tb km m kg cm mm mph kmh hz ghz mhz ms bits per staff troops dollar
    euro pound cent mile feet foot inch year month week day hour minute second degree head cattle sheep
"""
DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
SPELT = "|".join(sorted([*SMALL_WORDS.split(), *TEN_WORDS.split()], key=len, reverse=True))
GREATER = "hundred|thousand|million|billion|trillion|dozen"
ABOUT = (
    "more than|less than|fewer than|at least|at most|up to|nearly|almost|over|about|around|roughly|approximately|only"
)
NUMBER = re.compile(
    rf"(?<![\w.,/:+-])(?P<about>(?:{ABOUT}|just)\s+)?(?P<money>US\$|[$€£¥])?\s?"
    rf"(?P<amount>{DIGITS}|\b(?:{SPELT})(?:[ -](?:{SPELT}))*\b|\b(?:a|several)(?=\s(?:{GREATER})))"
    rf"(?P<great>(?:[\s-](?:{GREATER})\b)*)(?P<share>\s?%|\s(?:percent|per cent)\b)?(?![\w:/]|[.,-]\d|-[A-Z])",
    re.IGNORECASE,
)
UNIT = re.compile(r"[\s-]+([A-Za-z][A-Za-z'’]*(?:-[a-z]+)*)")
SINGULAR_UNITS = frozenset(UNIT_WORDS.split())
MOST_UNIT_WORDS = 4
"""Words after a number up to the noun it counts: "17 billion active parameters"."""

MONTH = rf"(?:{'|'.join(month.title() for month in MONTHS)}|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
YEAR = r"(?:1\d{3}|20\d{2})"
DAY = r"(?:[12]?\d|3[01])(?:st|nd|rd|th)?"
PART = r"(?:(?:the\s+)?(?:early|mid|late|middle|beginning|end|first half|second half)(?:\s+of)?(?:\s+the)?[\s-]+)?"
DATE = re.compile(
    rf"(?<![\w.,$€£/-])(?:\d{{4}}-\d\d-\d\d(?:T[\d:.]+Z?)?|"
    rf"{DAY}(?:\s+of)?\s+{MONTH}(?:,?\s+{YEAR})?|{PART}{MONTH}\s+{DAY}\b(?:,?\s+{YEAR})?|{PART}{MONTH},?\s+(?:of\s+)?{YEAR}|"
    rf"{PART}\d{{1,2}}(?:st|nd|rd|th)(?:\s+(?:and|to)\s+\d{{1,2}}(?:st|nd|rd|th))?[\s-]+(?:century|centuries)|"
    rf"{PART}{YEAR}s|{PART}{YEAR}(?:\s?[–-]\s?(?:{YEAR}|\d\d)\b)?|{MONTH}(?=[\s.,;)]|$))(?!\w|[,.]\d|%)"
)
MEASURE = re.compile(
    r"\b(?:scores?|scored|totals?|ratings?|rated|counts?|numbers?|prices?|heights?|population|speeds?|average|sum|costs?|"
    r"rate|size|depth|length|elevation|version|page|room|model)(?:\s+(?:of|is|was|at|to))?\s+$|[:|=]\s*$",
    re.IGNORECASE,
)
"""Words before a number of four digits that make it a measure and no year."""

MODAL_MAY = re.compile(r"May(?!\s*\d|\s+of\b)")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a date in a text.

    Attributes
    ----------
    start, end : int
        Its characters.
    unit_end : int
        Where the noun that is counted ends; `end` if there is none, 0 for a date.
    kind : str
        "number", "year", "money", "share" or "date".
    """

    start: int
    end: int
    unit_end: int = 0
    kind: str = "number"


def find_numbers(text: str) -> Iterator[Quantity]:
    """Yield the numbers that count or measure, in order.

    Numbers in a name ("LLaMA 4", "GPT-4.5") and in a date are none, but a bare year is, of kind "year".
    """
    dates = [date for date in find_dates(text) if not re.fullmatch(YEAR, text[date.start : date.end])]
    for match in NUMBER.finditer(text):
        start, end = match.start(), match.end()
        start += len(match.group()) - len(match.group().lstrip())
        if any(date.start < end and match.start("amount") < date.end for date in dates) or _is_in_name(text, match):
            continue
        unit_end = _unit_end(text, end)
        if match["amount"].lower() == "one" and re.match(r"\s+of\b", text[end:]):
            continue
        is_plain = not (unit_end > end or match["money"] or match["share"] or match["great"])
        is_year = re.fullmatch(YEAR, match["amount"]) and is_plain
        kind = "year" if is_year else "money" if match["money"] else "share" if match["share"] else "number"
        yield Quantity(start, end, unit_end, kind)


def find_dates(text: str) -> Iterator[Quantity]:
    """Yield days, months, years, decades and centuries in order."""
    for match in DATE.finditer(text):
        date = match.group()
        if MODAL_MAY.fullmatch(date) and not re.search(
            r"\b(?:in|of|since|until|by|late|early)\s+$", text[: match.start()]
        ):
            continue
        is_bare_year = re.fullmatch(YEAR, date)
        if is_bare_year and (_unit_end(text, match.end()) > match.end() or MEASURE.search(text[: match.start()])):
            continue
        yield Quantity(match.start(), match.end(), kind="date")


def _is_in_name(text: str, match: re.Match[str]) -> bool:
    """Return whether the number is part of a name: "Stage 2", "Gemini 2.0 Flash"."""
    if match["about"] or match["money"]:
        return False
    before = re.search(r"([^\W\d_][\w.’'&-]*)\s+$", text[: match.start("amount")])
    if not before or not before[1][0].isupper() or before[1][-1] == ".":
        return False
    words = tokenize(before[1])
    return bool(words) and words[-1] not in STOP_WORDS


def _unit_end(text: str, end: int) -> int:
    """Return where the noun ends that a number counts; the number's own end if it counts nothing."""
    place = end
    for _ in range(MOST_UNIT_WORDS):
        match = UNIT.match(text, place)
        word = match[1].lower() if match else ""
        if not match or (word in STOP_WORDS and word not in SINGULAR_UNITS) or "\n\n" in match.group():
            break
        place = match.end()
        if word in SINGULAR_UNITS or (word.endswith("s") and not word.endswith(("ss", "us", "is"))):
            return place
    return end
