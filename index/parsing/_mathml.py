"""MathML in a page, as one line of text."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from index.parsing._math import MOST_DEPTH, Formula, linear_text
from index.text.normalize import collapse_whitespace

__all__ = ["mathml_text"]

NARROWEST = 0.15
"""Ems of a space that keeps words apart."""


def mathml_text(math: LexborNode) -> str:
    """Return the formula of a "math" element as one line, by its MathML, not by the TeX that may come with it."""
    formula = _formula(math, MOST_DEPTH)
    if formula is None:
        return collapse_whitespace(math.text(deep=True))
    return linear_text(formula) or collapse_whitespace(math.attributes.get("alttext") or "")


def _formula(node: LexborNode, levels: int) -> Formula | None:
    """Return the formula below a node; None if it is nested too deeply."""
    if levels == 0:
        return None
    kind = node.tag or ""
    if kind == "mspace":
        return Formula("mspace" if _is_wide(node.attributes.get("width") or "") else "none")
    children = list(_children(node))
    if not any(child.is_element_node for child in children):
        return Formula(kind, (), "".join(child.text_content or "" for child in children))
    parts = []
    for child in children:
        if child.is_element_node:
            part = _formula(child, levels - 1)
            if part is None:
                return None
            parts.append(part)
    return Formula(kind, tuple(parts), _attribute_text(node))


def _children(node: LexborNode) -> list[LexborNode]:
    children = []
    child = node.first_child
    while child is not None:
        children.append(child)
        child = child.next
    return children


def _attribute_text(node: LexborNode) -> str:
    """Return what is written in attributes: the brackets of "mfenced", "0" for a fraction without a line."""
    attributes = node.attributes
    if node.tag == "mfrac" and (attributes.get("linethickness") or "").strip() in ("0", "0px", "0pt", "0em"):
        return "0"
    if node.tag == "mfenced":
        separators = "," if attributes.get("separators") is None else (attributes.get("separators") or "").strip()[:1]
        return "\n".join((attributes.get("open") or "(", separators, attributes.get("close") or ")"))
    return ""


def _is_wide(width: str) -> bool:
    number = width.strip().removesuffix("em")
    try:
        return float(number) >= NARROWEST
    except ValueError:
        return "thick" in width or "medium" in width or ("thin" in width and "negative" not in width)
