"""Words of an HTML page as a visitor reads them: struck-out words, sub- and superscripts, formulas, marks of notes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from index.parsing._mathml import mathml_text
from index.parsing._tex import tex_text
from index.text.normalize import collapse_whitespace
from index.text.notation import STRUCK_AFTER, STRUCK_BEFORE, subscript, superscript

__all__ = ["InlineText"]

KINDS = {"sup": "sup", "sub": "sub", "del": "struck", "s": "struck", "strike": "struck", "q": "quote", "rt": "ruby"}
STRUCK_STYLE = re.compile(r"text-decoration(?:-line)?\s*:[^;]*line-through", re.IGNORECASE)

DROPPED = "\0"
"""In the place of a note's mark that was left out, until the block is done."""

NOTE_MARK = re.compile(
    r"[\[(]?\s*(?:\d{1,3}|[a-z]|[ivx]{1,5}|[*†‡§¶]{1,3}|(?:note|nb|n\.)\s*\d{1,3})\s*[\])]?", re.IGNORECASE
)
SUPERSCRIPT_MARK = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}|\^\d{1,3}|\^\(\[\w{1,3}\]\)|\^[a-z]|ⁱ|ⁿ")
BACK_FRAGMENT = re.compile(
    r"#(?:cite_?ref|fn-?ref|footnote-?ref|endnote-?ref|_?ftnref|_?ednref|back|ref-?fn)", re.IGNORECASE
)
NOTE_CLASSES = re.compile(r"(?:^|\s)footnote-?ref", re.IGNORECASE)
BACK_CLASSES = re.compile(r"(?:^|\s)(?:footnote-?back\S*|reversefootnote|data-footnote-backref)", re.IGNORECASE)
LONGEST_BACK_LINK = 12
LONGEST_REMARK = 40
"""Characters of a remark in brackets above the line: "[2]", "[citation needed]"."""

ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|e|[èe]re|[èe]me|nde|os?|as?|º|ª)", re.IGNORECASE)
AFTER_NUMBER = re.compile(r"(?:\d|\b[IVXLCM]+)$")
SIGN_MARK = re.compile(r"[*†‡§¶]{1,3}|\d{1,2}\)")
LETTER_MARK = re.compile("[a-h]")
LONG_FIGURE = re.compile(r"\d[.,]\d+$|\d{3}$")
"""A figure of three digits or with decimals: a letter above its end is a note's mark, neither an ending nor a power."""

TRADEMARKS = frozenset(("™", "®", "©", "TM", "SM", "tm", "sm", "℠"))
TEX_CLASSES = re.compile(r"(?:^|\s)math(?:-inline|-display|-tex)?(?:\s|$)")
DRAWN_CLASSES = re.compile(r"(?:^|\s)(?:MathJax(?:_CHTML|_SVG|_Display)?|mjx-chtml|MathJax_SVG_Display)(?:\s|$)")
"""Formulas that MathJax drew; the script after them holds their TeX."""

PICTOGRAM = re.compile(r"[^\w\s:;,.]{1,4}")


@dataclass
class InlineText:
    """The text of a block while the tree is walked; `kinds` has an entry for each open element, `marks` for some."""

    pieces: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    marks: list[tuple[str, int]] = field(default_factory=list)
    struck_depth: int = 0

    def replace(self, node: LexborNode) -> bool:
        """Add the text that stands for an element as a whole, and return whether there is one: formulas, emoji."""
        tag = node.tag
        if tag == "math":
            self.pieces.append(mathml_text(node))
            return True
        if tex := _tex(node, tag):
            self.pieces.append(tex)
            return True
        if tag == "img" and (alternative := (node.attributes.get("alt") or "").strip()):
            if PICTOGRAM.fullmatch(alternative):
                self.pieces.append(alternative)
            return True
        return False

    def open(self, node: LexborNode) -> None:
        kind = _kind(node)
        self.kinds.append(kind)
        if kind:
            self.marks.append((kind, len(self.pieces)))
            self.struck_depth += kind == "struck"

    def add(self, text: str) -> None:
        self.pieces.append(text)

    def separate(self) -> None:
        """Add a comma, unless a mark of punctuation or nothing stands before."""
        before = "".join(self.pieces[-3:]).rstrip()
        if before and (before[-1].isalnum() or before[-1] in ")]%€$"):
            self.pieces.append(", ")

    def close(self) -> None:
        if self.kinds.pop():
            kind, start = self.marks.pop()
            self._apply(kind, start)
            self.struck_depth -= kind == "struck"

    def take(self) -> str:
        """Return the text so far and begin anew; elements that are still open go on."""
        if not self.pieces:
            return ""
        for kind, start in reversed(self.marks):
            self._apply(kind, start)
        text = "".join(self.pieces).replace(DROPPED, "")
        self.pieces.clear()
        self.marks = [(kind, 0) for kind, _ in self.marks]
        return text

    def _apply(self, kind: str, start: int) -> None:
        """Write what was added from `start` on as its element is shown."""
        raw = "".join(self.pieces[start:])
        text = collapse_whitespace(raw.replace(DROPPED, ""))
        if not raw or (kind == "struck" and self.struck_depth > 1):
            return
        del self.pieces[start:]
        if kind == "link":
            self.pieces.append(DROPPED if self._is_dropped_link(text) else raw)
        elif kind in ("note", "back") and len(text) <= LONGEST_BACK_LINK:
            self.pieces.append(DROPPED)
        elif kind == "sup":
            self.pieces.append(self._superscript(raw, text))
        elif not text:
            self.pieces.append(raw)
        else:
            before = " " if raw[0].isspace() else ""
            after = " " if raw[-1].isspace() else ""
            self.pieces.append(before + _shown(kind, text) + after)

    def _is_dropped_link(self, text: str) -> bool:
        """Return whether a link within the page is the mark of a note, or a sign without words."""
        if not any(char.isalnum() for char in text):
            return True
        in_superscript = any(kind == "sup" for kind, _ in self.marks[-3:])
        if NOTE_MARK.fullmatch(text) and (in_superscript or (text[0] == "[" and text[-1] == "]")):
            return True
        return SUPERSCRIPT_MARK.fullmatch(text) is not None

    def _superscript(self, raw: str, text: str) -> str:
        if DROPPED in raw and not any(char.isalnum() for char in text):
            return DROPPED
        before = "".join(self.pieces[-2:])
        if not text or text in TRADEMARKS or self._is_ordinal(text, before):
            return text
        if SIGN_MARK.fullmatch(text) or (LETTER_MARK.fullmatch(text) and LONG_FIGURE.search(before)):
            return DROPPED
        if text[0] == "[" and text[-1] == "]" and len(text) <= LONGEST_REMARK:
            return DROPPED
        return superscript(text)

    def _is_ordinal(self, text: str, before: str) -> bool:
        is_ending = ORDINAL.fullmatch(text) and AFTER_NUMBER.search(before)
        return bool(is_ending) and not (len(text) == 1 and LONG_FIGURE.search(before))


def _tex(node: LexborNode, tag: str | None) -> str:
    """Return the text of an element that holds a formula in TeX, or of one that drew it without MathML."""
    attributes = node.attributes
    classes = (attributes.get("class") or "") if attributes else ""
    if tag == "math-renderer" or (classes and TEX_CLASSES.search(classes)):
        child = node.first_child
        is_plain = child is not None and child.is_text_node and child.next is None
        return tex_text(node.text(deep=True)) if is_plain else ""
    if tag == "script" and (attributes.get("type") or "").startswith("math/tex") and not _follows_drawing(node):
        return tex_text(node.text(deep=True))
    if classes and DRAWN_CLASSES.search(classes) and node.css_first("math") is None:
        script = node.next
        while script is not None and not script.is_element_node:
            script = script.next
        if script is not None and (script.attributes.get("type") or "").startswith("math/tex"):
            return tex_text(script.text(deep=True))
    return ""


def _follows_drawing(script: LexborNode) -> bool:
    before = script.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    return before is not None and DRAWN_CLASSES.search(before.attributes.get("class") or "") is not None


def _kind(node: LexborNode) -> str:
    """Return how the text of an element is shown: "" as it is."""
    tag = node.tag or ""
    if tag == "a":
        return _link_kind(node)
    if tag in KINDS:
        return KINDS[tag]
    attributes = node.attributes
    if attributes and STRUCK_STYLE.search(attributes.get("style") or ""):
        return "struck"
    return ""


def _link_kind(node: LexborNode) -> str:
    attributes = node.attributes
    address, role = attributes.get("href") or "", attributes.get("role") or ""
    classes = attributes.get("class") or ""
    if role == "doc-noteref" or NOTE_CLASSES.search(classes):
        return "note"
    if role == "doc-backlink" or BACK_CLASSES.search(classes) or BACK_FRAGMENT.search(address):
        return "back"
    return "link" if "#" in address else ""


def _shown(kind: str, text: str) -> str:
    match kind:
        case "struck":
            return f"{STRUCK_BEFORE}{text.replace('[', '(').replace(']', ')')}{STRUCK_AFTER}"
        case "sub":
            return subscript(text)
        case "quote":
            return f"“{text}”"
        case "ruby":
            return f"({text})"
    return text
