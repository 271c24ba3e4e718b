"""HTML pages: headings, paragraphs, lists, tables and code as a visitor reads them, without navigation and page frame.

Navigation and page frame are recognised by the page's own markup (nav, aside, role, hidden), not by text density, which
would drop tables. No script is run and nothing is fetched.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.parsing._html_tables import read_html_table
from index.parsing._html_tree import HEADING, INLINE, is_hidden, visible_text, walk
from index.parsing.layout import ParsedBlock, ParsedFile, clean_text

__all__ = ["read_html"]

NAVIGATION = frozenset({"nav", "menu", "search"})
OUTER_FRAME = frozenset({"header", "footer", "aside"})
"""Frame of the page, but part of the article if they are inside it."""

ROLE_NAMES = """
    navigation banner contentinfo search menu menubar toolbar tablist dialog alertdialog complementary
    doc-toc
"""
FRAME_ROLES = frozenset(ROLE_NAMES.split())
CONTENT = frozenset({"main", "article", "section"})
CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
LONGEST_LINK = 80
"""Mean characters of the entries in a list of nothing but links."""

MIN_CONTENT = 200
"""An element with fewer characters is not taken for the whole content of a page."""

LONGEST_DEFINITION = 200
"""Characters of a definition that is quoted together with its term."""


def read_html(data: bytes, *, frame: bool = True) -> ParsedFile:
    """Return the content of a page; its frame (navigation, header, footer) is left out. Raises UnreadableSource."""
    tree = LexborHTMLParser(decode_html(data))
    body = tree.body
    if body is None:
        return ParsedFile("", ())
    titles = tree.css("head > title")
    title = clean_text(titles[0].text()) if titles else ""
    return ParsedFile(title, tuple(_Reader(_content(tree, body) if frame else body, frame).read()))


def decode_html(data: bytes) -> str:
    """Return the text by its byte order mark or declared charset, else as UTF-8 or Windows-1252."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    declared = CHARSET.search(data[:4096]) or XML_ENCODING.match(data)
    names = [declared[1].decode("ascii", "replace")] if declared else []
    for name in [*names, "utf-8", "windows-1252"]:
        try:
            return data.decode("utf-8" if name.lower().startswith("utf-16") else name)  # its declaration was ASCII
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _content(tree: LexborHTMLParser, body: LexborNode) -> LexborNode:
    """Return the one element that holds the page's content if the page marks it, else its body."""
    for query in ("main, [role=main]", "article"):
        nodes = [node for node in tree.css(query) if not is_hidden(node)]
        if len(nodes) == 1 and len(visible_text(nodes[0])) > MIN_CONTENT:
            return nodes[0]
    return body


@dataclass
class _Reader:
    """Walks a tree and collects its blocks."""

    root: LexborNode
    frame: bool
    blocks: list[ParsedBlock] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    item_depth: int = 0
    code_depth: int = 0
    content_depth: int = 0
    term: str = ""

    def read(self) -> list[ParsedBlock]:
        self.content_depth = int(self.root.tag in CONTENT or (self.root.attributes.get("role") == "main"))
        for event, node in walk(self.root, self._skip):
            if event == "text":
                self.words.append(node.text_content or "")
            elif event == "open":
                self._open(node.tag or "")
            else:
                self._close(node.tag or "")
        self._flush()
        return self.blocks

    def _skip(self, node: LexborNode) -> bool:
        """Return whether to skip a subtree: hidden, page frame, or a table, whose rows are added here."""
        tag = node.tag or ""
        if is_hidden(node):
            return True
        if self.frame:
            role = (node.attributes.get("role") or "").strip().lower() if node.attributes else ""
            if tag in NAVIGATION or role in FRAME_ROLES or (tag in OUTER_FRAME and not self.content_depth):
                return True
            if tag in ("ul", "ol") and not (self.content_depth or self.item_depth) and _only_links(node):
                return True
        if tag == "table" and (rows := read_html_table(node)) is not None:
            self._flush()
            self.blocks += rows
            return True
        return False

    def _open(self, tag: str) -> None:
        if tag == "br":
            self.words.append("\n" if self.code_depth else " ")
        elif tag not in INLINE:
            self._flush()
        self.content_depth += tag in CONTENT
        if tag == "pre":
            self.code_depth += 1
        elif tag in ("ul", "ol"):
            before = self.blocks[-1] if self.blocks else None
            self.leads.append(before.text if before and before.kind in ("prose", "item") else "")
        elif tag == "li":
            self.item_depth += 1

    def _close(self, tag: str) -> None:
        if HEADING.fullmatch(tag):
            self._flush("heading", level=int(tag[1]))
        elif tag == "dt":
            self.term = clean_text("".join(self.words))
            self.words.clear()
        elif tag == "dd" and self.term:
            self._add_definition()
        elif tag not in INLINE:
            self._flush()
        self.content_depth -= tag in CONTENT
        if tag == "pre":
            self.code_depth -= 1
        elif tag in ("ul", "ol") and self.leads:
            self.leads.pop()
        elif tag == "li":
            self.item_depth -= 1
        elif tag == "dl":
            self.term = ""

    def _add_definition(self) -> None:
        """Add a term with its definition: as one row if the definition is short."""
        definition = clean_text("".join(self.words))
        if 0 < len(definition) <= LONGEST_DEFINITION:
            self.words.clear()
            self.blocks.append(ParsedBlock("row", f"{self.term} | {definition}"))
        else:
            self.blocks.append(ParsedBlock("prose", self.term))
            self._flush("prose", lead=self.term)

    def _flush(self, kind: str = "", *, lead: str = "", level: int = 0) -> None:
        """Add a block of the words so far, if there are any."""
        raw, self.words = "".join(self.words), []
        if self.code_depth and not kind:
            text, kind = clean_text(raw, lines=True), "code"
        else:
            text = clean_text(raw)
        kind = kind or ("item" if self.item_depth else "prose")
        if text.strip():
            lead = lead or (self.leads[-1] if kind == "item" and self.leads else "")
            self.blocks.append(ParsedBlock(kind, text, lead, level))


def _only_links(node: LexborNode) -> bool:
    """Return whether a list holds three or more links and hardly any other words: it is navigation."""
    linked, links, other, depth = 0, 0, 0, 0
    for event, child in walk(node, is_hidden):
        if event == "text":
            size = len((child.text_content or "").strip())
            linked, other = (linked + size, other) if depth else (linked, other + size)
        elif child.tag == "a":
            depth += 1 if event == "open" else -1
            links += event == "open"
    return links >= 3 and other <= links and linked <= links * LONGEST_LINK
