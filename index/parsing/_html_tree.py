"""The tree of an HTML page: walking it, and the text of it that a visitor sees."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator

from selectolax.lexbor import LexborNode

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing._html_hidden import is_hidden
from index.parsing._html_inline import InlineText
from index.parsing._tex import replace_tex
from index.parsing.layout import clean_text

__all__ = ["HEADING", "INLINE", "checkbox_state", "is_hidden", "visible_text", "walk"]

MOST_NODES = 2_000_000

INLINE_NAMES = """
    a abbr acronym b br bdi bdo big button cite code data del dfn em font i img ins kbd label mark math
    output q rp rt ruby s samp semantics small span strike strong sub sup
    time tt u var wbr nobr picture source mjx-container mjx-assistive-mml g-emoji relative-time time-ago local-time
"""
INLINE = frozenset(INLINE_NAMES.split())
"""Tags that do not end a block of text."""

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


def visible_text(node: LexborNode, enough: int = sys.maxsize) -> str:
    """Return the text of an element that a visitor sees, white space collapsed; of pictures alone, what they show.

    Of a longer text than `enough` characters, more may be left out.
    """
    words = InlineText()
    length = 0
    for event, child in walk(
        node, lambda child: words.replace(child) or _add_checkbox(child, words) or is_hidden(child)
    ):
        if event == "text":
            text = child.text_content or ""
            words.add(text)
            length += len(text.strip())
            if length > enough:
                break
            continue
        if child.tag == "li" and event == "open":
            words.separate()
        if child.tag == "br" or child.tag not in INLINE:
            words.add(" ")
        if event == "open":
            words.open(child)
        else:
            words.close()
    return clean_text(replace_tex(words.take())).replace(" , ", ", ") or _pictures(node)


def checkbox_state(node: LexborNode) -> bool | None:
    """Return whether a box is ticked; None if the element is no box."""
    attributes = node.attributes
    if not attributes:
        return None
    if node.tag == "input" and (attributes.get("type") or "").lower() == "checkbox":
        return "checked" in attributes
    if attributes.get("role") == "checkbox" and "aria-checked" in attributes:
        return attributes["aria-checked"] == "true"
    classes = attributes.get("class") or ""
    if "checkbox-o" not in classes:
        return None
    names = classes.split()
    return "checkbox-on" in names if "checkbox-on" in names or "checkbox-off" in names else None


def _add_checkbox(node: LexborNode, words: InlineText) -> bool:
    state = checkbox_state(node)
    if state is not None:
        words.add("☑ " if state else "☐ ")
    return state is not None


def _pictures(node: LexborNode) -> str:
    """Return what the pictures of an element show, in the words that the page gives for them."""
    texts = []
    for event, child in walk(node):
        if (
            event == "open"
            and child.tag in ("img", "svg", "i", "span")
            and child.attributes.get("aria-hidden") != "true"
        ):
            texts.append(child.attributes.get("alt") or child.attributes.get("aria-label") or "")
    return clean_text(" ".join(texts))
