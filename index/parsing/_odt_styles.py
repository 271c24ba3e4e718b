"""Styles of OpenDocument: what they say of the words, and how lists are numbered."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from index.parsing._archive import local_name

__all__ = ["OdtStyles", "attribute"]

MOST_PARENTS = 20
LIST_TYPES = {"1": "1", "a": "a", "A": "A", "i": "i", "I": "I"}


def attribute(element: etree._Element, name: str) -> str:
    """Return an attribute by its local name; empty if there is none."""
    return next((str(value) for key, value in element.attrib.items() if str(key).rpartition("}")[2] == name), "")


class OdtStyles:
    """The styles of a document, by their names."""

    def __init__(self, roots: Sequence[etree._Element]) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._lists: dict[str, dict[int, tuple[str, int]]] = {}
        for root in roots:
            for style in root.iter("{*}style"):
                self._styles[attribute(style, "name")] = style
            for style in root.iter("{*}list-style"):
                self._lists[attribute(style, "name")] = dict(map(_level, style))

    def marks(self, name: str) -> list[str]:
        """Return the elements of HTML that show a style's words: "sup", "sub", "s"; "hidden" if nobody sees them."""
        position, struck, hidden = "", "", ""
        for style in self._family(name):
            for properties in style.iter("{*}text-properties"):
                position = position or attribute(properties, "text-position")
                struck = struck or attribute(properties, "text-line-through-style")
                hidden = hidden or attribute(properties, "display")
        first = position.partition(" ")[0]
        found = ["hidden"] if hidden == "none" else []
        if struck and struck != "none":
            found.append("s")
        if first == "super" or (first[:1].isdigit() and first.strip("0%")):
            found.append("sup")
        elif first == "sub" or first.startswith("-"):
            found.append("sub")
        return found

    def base_name(self, name: str) -> str:
        """Return the name of the named style that a style is made of, with spaces as they are shown."""
        for style in self._family(name):
            name = attribute(style, "name")
            if not _is_automatic(style):
                break
            name = attribute(style, "parent-style-name") or name
        return name.replace("_20_", " ").replace("_", " ")

    def list_style(self, paragraph_style: str) -> str:
        """Return the list style that a paragraph style gives; empty if none."""
        return next(filter(None, (attribute(style, "list-style-name") for style in self._family(paragraph_style))), "")

    def numbering(self, list_style: str, level: int) -> tuple[str, int]:
        """Return how items are numbered ("1", "a", "i"; empty for bullets), and the first number."""
        return self._lists.get(list_style, {}).get(level, ("", 1))

    def _family(self, name: str) -> list[etree._Element]:
        """Return a style and those that it takes its properties from."""
        found: list[etree._Element] = []
        while len(found) < MOST_PARENTS and (style := self._styles.get(name)) is not None:
            found.append(style)
            name = attribute(style, "parent-style-name")
        return found


def _is_automatic(style: etree._Element) -> bool:
    parent = style.getparent()
    return parent is not None and local_name(parent) == "automatic-styles"


def _level(style: etree._Element) -> tuple[int, tuple[str, int]]:
    level, start = attribute(style, "level"), attribute(style, "start-value")
    form = attribute(style, "num-format") if local_name(style) == "list-level-style-number" else ""
    return int(level) if level.isdigit() else 1, (LIST_TYPES.get(form, ""), int(start) if start.isdigit() else 1)
