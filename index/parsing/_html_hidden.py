"""What a visitor of an HTML page does not see, and what belongs to the page's frame."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

__all__ = ["is_hidden", "is_page_furniture"]

HIDDEN_NAMES = """
    script style template noscript iframe object embed canvas svg audio video map head title link meta
    button input select option textarea datalist progress meter dialog rp
"""
HIDDEN_TAGS = frozenset(HIDDEN_NAMES.split())

QUESTION_TAGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"})
QUESTION_CLASSES = re.compile(r"accordion|faq|question", re.IGNORECASE)

HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)


def _class_pattern(names: str) -> re.Pattern[str]:
    """Return a pattern for one of several classes; each name is a regular expression."""
    return re.compile(rf"(?:^|\s)(?:{'|'.join(names.split())})(?=\s|$)", re.IGNORECASE)


FORMULA_CLASSES = _class_pattern("katex-mathml mwe-math-mathml-\\S+ mjx-assistive-mml MJX_Assistive_MathML")
"""Formulas for screen readers beside the same ones drawn, which are harder to read."""

HIDDEN_CLASSES = _class_pattern(
    r"""
    katex-html mwe-math-fallback-image-\S+ MathJax_Preview
    mw-editsection mw-cite-backlink mw-jump-link noprint Inline-Template headerlink hash-link anchorjs-link
    linenos? lineno linenodiv line-numbers-rows line-numbers? lnt? blob-num hljs-ln-numbers rouge-gutter gutter gl
    codeLineNumber\S* react-line-number\S*
    material-icons\S* material-symbols-\S+
    """
)
"""Editing marks, signs to link to a heading, numbers of lines of code, and the names of icons."""

UNNUMBERED = frozenset(("pre", "table", "figure", "code", "body"))
"""Elements that hold code themselves, if they have the class of its numbers ("line-numbers")."""

SCREEN_READER_CLASSES = _class_pattern(
    "sr-only visually-?hidden screen-reader-text screenreader-only a11y-hidden sronly u-visually-hidden"
)
MOST_SIBLINGS = 20
"""Neighbours of text for screen readers that are searched for the same in sight."""

FURNITURE_CLASSES = _class_pattern(
    r"""
    skip-?(?:link|nav|to-?content|to-?main)\S* skipToContent\S* show-on-focus
    (?:cookie|consent|gdpr)s?[-_]?(?:banner|bar|notice|consent|popup|modal|dialog|wall|message)\S*
    onetrust-\S+ cc-window didomi-\S+ CybotCookiebot\S*
    toc table-of-contents toctree-wrapper navbox catlinks printfooter sphinxsidebar
    theme-edit-this-page edit-this-page edit-page-link theme-doc-toc-mobile breadcrumbs? pagination-nav
    rst-versions rst-footer-buttons wy-breadcrumbs wy-breadcrumbs-aside
    """
)
"""Links to skip to the content, requests for consent, tables of contents, links to edit or to the next page."""


def is_hidden(node: LexborNode) -> bool:
    """Return whether a visitor does not see an element, whichever tab is chosen."""
    tag = node.tag or ""
    if tag in HIDDEN_TAGS and not (tag == "button" and _unfolds_answer(node)):
        return True
    attributes = node.attributes
    if not attributes:
        return False
    classes = attributes.get("class") or ""
    if classes and FORMULA_CLASSES.search(classes):
        return False
    style = attributes.get("style") or ""
    if "hidden" in attributes:
        return attributes["hidden"] != "until-found" and attributes.get("role") != "tabpanel"
    if attributes.get("aria-hidden") == "true":
        return True
    if style and HIDDEN_STYLE.search(style):
        return True
    if not classes:
        return False
    if HIDDEN_CLASSES.search(classes) and tag not in UNNUMBERED:
        return True
    return bool(SCREEN_READER_CLASSES.search(classes)) and _has_neighbour_in_sight(node)


def _unfolds_answer(button: LexborNode) -> bool:
    """Return whether a button is the heading of what it unfolds, as a question of its answer."""
    above = button.parent
    if above is not None and above.tag in QUESTION_TAGS:
        return True
    attributes = button.attributes
    unfolds = "aria-expanded" in attributes or "aria-controls" in attributes
    classes = attributes.get("class") or ""
    return unfolds and (bool(QUESTION_CLASSES.search(classes)) or button.text(deep=True).rstrip().endswith("?"))


def is_page_furniture(node: LexborNode) -> bool:
    """Return whether an element helps to use a page and says nothing itself: by its class or id."""
    attributes = node.attributes
    if not attributes:
        return False
    return any(
        bool(FURNITURE_CLASSES.search(attributes.get(name) or "")) for name in ("class", "id") if name in attributes
    )


def _has_neighbour_in_sight(node: LexborNode) -> bool:
    """Return whether text stands beside text for screen readers, which then only repeats or explains it."""
    for step in ("prev", "next"):
        neighbour = getattr(node, step)
        for _ in range(MOST_SIBLINGS):
            if neighbour is None:
                break
            if neighbour.is_text_node and (neighbour.text_content or "").strip():
                return True
            if neighbour.is_element_node and not is_hidden_by_itself(neighbour) and neighbour.text(deep=True).strip():
                return True
            neighbour = getattr(neighbour, step)
    return False


def is_hidden_by_itself(node: LexborNode) -> bool:
    """Return whether an element is out of sight, or only for screen readers, whatever stands beside it."""
    classes = (node.attributes.get("class") or "") if node.attributes else ""
    return bool(SCREEN_READER_CLASSES.search(classes)) or is_hidden(node)
