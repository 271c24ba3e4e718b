"""Styles of a Word document: which paragraphs are headings, titles or code, which letters are hidden or struck out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from index.parsing._omml import WORD

__all__ = ["STYLES", "Styles", "is_on", "value"]

STYLES = {"Title": "h1:fresh", "Code": "pre:separator('\\n')"} | {f"Level{n}": f"h{n}:fresh" for n in range(1, 7)}
"""The only styles that the prepared document has, and the HTML for each."""

MOST_LEVELS = 6
HEADING = re.compile(
    r"(?:heading|head|überschrift|titre|título|titulo|titolo|rubrik|overskrift|otsikko|kop|nagłówek|nadpis|заголовок"
    r"|見出し|标题|標題)\s*(\d)",
    re.IGNORECASE,
)
CODE = frozenset(("code", "source code", "html preformatted", "preformatted text", "macro text", "macro"))
CONTENTS = re.compile(r"(?:toc\s*(?:\d|heading)|table of figures|contents\s*\d)", re.IGNORECASE)
CAPTION = re.compile(r"(?:table\s*)?caption", re.IGNORECASE)
MOST_PARENTS = 20


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles of a document by their ids."""

    elements: dict[str, Element] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Element | None) -> Styles:
        found = root.iter(f"{WORD}style") if root is not None else ()
        return cls({style.get(f"{WORD}styleId", ""): style for style in found})

    def is_contents(self, style: str) -> bool:
        """Return whether such paragraphs are lines of a table of contents."""
        return bool(CONTENTS.fullmatch(self._name(style)))

    def is_caption(self, style: str) -> bool:
        return any(CAPTION.fullmatch(self._name(inherited)) for inherited in self._inherited(style))

    def kind(self, style: str, properties: Element | None) -> str:
        """Return the style of `STYLES` for a paragraph with this style and its own properties, "" for prose."""
        level = value(properties, "outlineLvl")
        for inherited in self._inherited(style):
            name = self._name(inherited).lower()
            if name == "title":
                return "Title"
            if name in CODE:
                return "Code"
            level = level or value(self.elements[inherited].find(f"{WORD}pPr"), "outlineLvl")
            if not level and (match := HEADING.fullmatch(name)):
                level = str(max(int(match[1]), 1) - 1)
        return f"Level{min(int(level) + 1, MOST_LEVELS)}" if level in tuple("012345678") else ""

    def numbering(self, style: str) -> tuple[str, Element | None]:
        """Return the style that numbers such paragraphs, and its numbering."""
        for inherited in self._inherited(style):
            numbering = self.elements[inherited].find(f"{WORD}pPr/{WORD}numPr")
            if numbering is not None:
                return inherited, numbering
        return style, None

    def letters(self, style: str, name: str) -> Element | None:
        """Return a property of letters ("strike") that a style of letters has."""
        for inherited in self._inherited(style):
            found = self.elements[inherited].find(f"{WORD}rPr/{WORD}{name}")
            if found is not None:
                return found
        return None

    def _name(self, style: str) -> str:
        return value(self.elements.get(style), "name") or style

    def _inherited(self, style: str) -> Iterator[str]:
        """Yield a style and those that it is based on."""
        for _ in range(MOST_PARENTS):
            if style not in self.elements:
                return
            yield style
            style = value(self.elements[style], "basedOn")


def value(parent: Element | None, name: str) -> str:
    """Return the value of a property, "" if there is none."""
    found = parent.find(WORD + name) if parent is not None else None
    return "" if found is None else found.get(f"{WORD}val", "")


def is_on(element: Element | None) -> bool:
    """Return whether a property is there and not switched off."""
    return element is not None and element.get(f"{WORD}val", "true") not in ("0", "false", "off", "none")
