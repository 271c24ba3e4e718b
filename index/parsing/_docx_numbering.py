"""Numbers of the paragraphs of a Word document: "3.", "b)", "1.2.3", as its numbering counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from index.parsing._docx_styles import Styles, is_on, value
from index.parsing._numerals import numeral
from index.parsing._omml import WORD

__all__ = ["Numbering"]

LEVELS = 9
BULLET = "-"
STYLES = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
PLACEHOLDER = re.compile(r"%([1-9])")
LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts; `text` has a "%1" for the number of the first level."""

    start: int
    form: str
    text: str
    is_legal: bool
    restarts: bool
    style: str


@dataclass
class Counts:
    """The numbers so far of one list, by level; None until a level is used."""

    numbers: list[int | None] = field(default_factory=lambda: [None] * LEVELS)
    overridden: set[tuple[str, int]] = field(default_factory=set)


class Numbering:
    """Counts the paragraphs of a document in their order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, dict[int, Level]] = {}
        self._links: dict[str, str] = {}
        self._numbers: dict[str, Element] = {}
        self._counts: dict[str, Counts] = {}
        for element in root if root is not None else ():
            if element.tag == f"{WORD}abstractNum":
                key = element.get(f"{WORD}abstractNumId", "")
                self._lists[key] = dict(map(_level, element.findall(f"{WORD}lvl")))
                self._links[key] = value(element, "numStyleLink")
            elif element.tag == f"{WORD}num":
                self._numbers[element.get(f"{WORD}numId", "")] = element

    def label(self, style: str, properties: Element | None) -> tuple[int, str] | None:
        """Count a paragraph, and return its level from 0 and what is written before it; None if nothing is."""
        own = properties.find(f"{WORD}numPr") if properties is not None else None
        owner, inherited = self._styles.numbering(style)
        number = value(own, "numId") or value(inherited, "numId")
        key, levels = self._levels_of(number)
        depth = self._depth(value(own, "ilvl") or value(inherited, "ilvl"), owner, levels)
        if key is None or depth not in levels:
            return None
        text = self._count(number, key, levels, depth)
        return (depth, text) if text else None

    def _levels_of(self, number: str) -> tuple[str | None, dict[int, Level]]:
        """Return the list that a number belongs to, by way of a style if it is defined there, and its levels."""
        seen: set[str] = set()
        while number in self._numbers and number not in seen:
            seen.add(number)
            key = value(self._numbers[number], "abstractNumId")
            if not (link := self._links.get(key)):
                return (key, self._overridden(number, key)) if key in self._lists else (None, {})
            number = value(self._styles.numbering(link)[1], "numId")
        return None, {}

    def _overridden(self, number: str, key: str) -> dict[int, Level]:
        levels = dict(self._lists[key])
        for override in self._numbers[number].findall(f"{WORD}lvlOverride/{WORD}lvl"):
            depth, level = _level(override)
            levels[depth] = level
        return levels

    @staticmethod
    def _depth(written: str, style: str, levels: dict[int, Level]) -> int:
        if written:
            return _whole(written, 0)
        return next((depth for depth, level in levels.items() if style and level.style == style), 0)

    def _count(self, number: str, key: str, levels: dict[int, Level], depth: int) -> str:
        counts = self._counts.setdefault(key, Counts())
        numbers = counts.numbers
        for override in self._numbers.get(number, Element("none")).findall(f"{WORD}lvlOverride"):
            level = _whole(override.get(f"{WORD}ilvl", ""), 0)
            start = value(override, "startOverride")
            if level == depth and start and (number, level) not in counts.overridden:
                counts.overridden.add((number, level))
                numbers[level] = _whole(start, 1) - 1
        before = numbers[depth]
        numbers[depth] = levels[depth].start if before is None else before + 1
        for deeper in range(depth + 1, LEVELS):
            if deeper in levels and levels[deeper].restarts:
                numbers[deeper] = None
        return _label(levels, numbers, depth)


def _level(element: Element) -> tuple[int, Level]:
    depth = min(max(_whole(element.get(f"{WORD}ilvl", ""), 0), 0), LEVELS - 1)
    return depth, Level(
        start=_whole(value(element, "start"), 1),
        form=value(element, "numFmt") or "decimal",
        text=value(element, "lvlText"),
        is_legal=is_on(element.find(f"{WORD}isLgl")),
        restarts=value(element, "lvlRestart") != "0",
        style=value(element, "pStyle"),
    )


def _label(levels: dict[int, Level], numbers: list[int | None], depth: int) -> str:
    level = levels[depth]
    if level.form == "bullet":
        return BULLET
    if level.form == "none" and "%" in level.text:
        return ""

    def written(match: re.Match[str]) -> str:
        above = int(match[1]) - 1
        if above not in levels:
            return ""
        number = numbers[above]
        form = "decimal" if level.is_legal else levels[above].form
        return _written(levels[above].start if number is None else number, form)

    return PLACEHOLDER.sub(written, level.text).strip()[:LONGEST_LABEL]


def _written(number: int, form: str) -> str:
    if form == "decimalZero":
        return f"{number:02}"
    if form == "ordinal":
        ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"
    return "" if form == "none" else numeral(number, STYLES.get(form, "1"))


def _whole(text: str, missing: int) -> int:
    return int(text) if re.fullmatch(r"-?\d{1,6}", text, re.ASCII) else missing
