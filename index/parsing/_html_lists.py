"""Lists of an HTML page, with the numbers that a browser shows before their items."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from index.parsing._numerals import numeral

__all__ = ["OpenList"]

NO_MARK = re.compile(r"list-style(?:-type)?\s*:[^;]*\bnone", re.IGNORECASE)
CSS_STYLES = re.compile(r"list-style(?:-type)?\s*:[^;]*\b(lower|upper)-(alpha|latin|roman)", re.IGNORECASE)
MOST_ITEMS = 1_000_000


@dataclass
class OpenList:
    """A list while its items are read: `lead` are the words before it, `mark` is of the item that is open."""

    lead: str
    style: str = ""
    number: int = 1
    step: int = 1
    mark: str = "-"

    @classmethod
    def of(cls, node: LexborNode, lead: str) -> OpenList:
        """Return the list of a "ul" or "ol" element; its style is "" if its items have no numbers."""
        attributes = node.attributes
        css = attributes.get("style") or ""
        if node.tag != "ol" or NO_MARK.search(css):
            return cls(lead)
        style = attributes.get("type") or "1"
        if found := CSS_STYLES.search(css):
            letter = "i" if found[2].lower() == "roman" else "a"
            style = letter.upper() if found[1].lower() == "upper" else letter
        backwards = "reversed" in attributes
        first = _number(attributes.get("start"))
        if first is None:
            first = _count_items(node) if backwards else 1
        return cls(lead, style, first, -1 if backwards else 1)

    def begin_item(self, item: LexborNode) -> None:
        """Set the mark of the next item."""
        attributes = item.attributes
        if not self.style:
            self.mark = "-"
            return
        if (value := _number(attributes.get("value"))) is not None:
            self.number = value
        self.mark = f"{numeral(self.number, self.style)}."
        self.number += self.step

    def take_mark(self) -> str:
        """Return the mark of the open item, and "" for whatever follows in the same item."""
        mark, self.mark = self.mark, ""
        return mark


def _number(text: str | None) -> int | None:
    match = re.fullmatch(r"\s*([+-]?\d{1,9})\s*", text or "", re.ASCII)
    return int(match[1]) if match else None


def _count_items(node: LexborNode) -> int:
    count, child = 0, node.first_child
    while child is not None and count < MOST_ITEMS:
        count += child.tag == "li"
        child = child.next
    return count
