"""The tree of an HTML page: walking it, and the text of it that a visitor sees."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from selectolax.lexbor import LexborNode

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing.layout import clean_text

__all__ = ["HEADING", "INLINE", "is_hidden", "visible_text", "walk"]

MOST_NODES = 2_000_000

HIDDEN_NAMES = """
    script style template noscript iframe object embed canvas svg audio video map head title link meta
    button input select option textarea datalist progress meter dialog
"""
HIDDEN_TAGS = frozenset(HIDDEN_NAMES.split())
INLINE_NAMES = """
    a abbr acronym b br bdi bdo big cite code data del dfn em font i img ins kbd label mark math mi mn
    mo mrow ms msup msub mtext output q rp rt ruby s samp semantics small span strike strong sub sup
    time tt u var wbr nobr picture source annotation
"""
INLINE = frozenset(INLINE_NAMES.split())
"""Tags that do not end a block of text."""

HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
HEADING = re.compile(r"h[1-6]")


def walk(root: LexborNode, skip: Callable[[LexborNode], bool] | None = None) -> Iterator[tuple[str, LexborNode]]:
    """Yield ("open" or "close", element) and ("text", node) below an element in the order of the document.

    Recursion is avoided, since a page may be nested as deep as it likes. `skip` leaves out an element with all that is
    in it. Raises UnreadableSource for too many elements.
    """
    count = 0
    ancestors: list[LexborNode] = []
    node = root.first_child
    while node is not None or ancestors:
        if node is None:
            closed = ancestors.pop()
            yield "close", closed
            node = closed.next
            continue
        count += 1
        if count > MOST_NODES:
            raise UnreadableSource(Message("has more than {most} elements: split it", most=MOST_NODES))
        if node.is_text_node:
            yield "text", node
        elif node.is_element_node and not (skip and skip(node)):
            yield "open", node
            ancestors.append(node)
            node = node.first_child
            continue
        node = node.next


def is_hidden(node: LexborNode) -> bool:
    """Return whether a visitor does not see an element."""
    if node.tag in HIDDEN_TAGS:
        return True
    if not node.attributes:
        return False
    attributes = node.attributes
    style = attributes.get("style") or ""
    return "hidden" in attributes or attributes.get("aria-hidden") == "true" or bool(HIDDEN_STYLE.search(style))


def visible_text(node: LexborNode) -> str:
    """Return the text of an element that a visitor sees, white space collapsed."""
    pieces = []
    for event, child in walk(node, is_hidden):
        if event == "text":
            pieces.append(child.text_content or "")
        elif child.tag not in INLINE:
            pieces.append(" ")
    return clean_text("".join(pieces))
