"""HTML -> what a visitor reads of it: headings, paragraphs, lists, tables and code, without the page's furniture.

Furniture is told by what the page itself says (nav, aside, role, hidden), not by guesses about density: guesses drop
tables. Nothing is run and nothing is fetched; the tree is walked without recursion, however deep it is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.domain.errors import UnreadableSource
from index.domain.messages import Message
from index.parsing.layout import ParsedBlock, ParsedFile, plain, rows

__all__ = ["read_html"]

MOST_NODES = 2_000_000
MOST_CELLS = 500
"""Columns of a table, and rows or columns that one cell may span."""

SILENT_TAGS = """
    script style template noscript iframe object embed canvas svg audio video map head title link meta
    button input select option textarea datalist progress meter dialog
"""
SILENT = frozenset(SILENT_TAGS.split())
FURNITURE = frozenset({"nav", "menu", "search"})
OUTER = frozenset({"header", "footer", "aside"})
"""Of the page where they stand outside its content; within it they belong to the article."""

OTHER_ROLES = """
    navigation banner contentinfo search menu menubar toolbar tablist dialog alertdialog complementary
    doc-toc
"""
ROLES = frozenset(OTHER_ROLES.split())
CONTENT = frozenset({"main", "article", "section"})
INLINE_TAGS = """
    a abbr acronym b br bdi bdo big cite code data del dfn em font i img ins kbd label mark math mi mn
    mo mrow ms msup msub mtext output q rp rt ruby s samp semantics small span strike strong sub sup
    time tt u var wbr nobr picture source annotation
"""
INLINE = frozenset(INLINE_TAGS.split())
NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)", re.IGNORECASE)
CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
DECLARED = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
HEADING = re.compile(r"h[1-6]")
LONGEST_LINK = 80
"""Mean characters of the entries of a list that is but links to elsewhere."""

LEAST_CONTENT = 200
"""Characters that an element holds at least which is taken for the whole content of a page."""

LONGEST_DEFINITION = 200
"""Characters of a definition that is quoted together with its term."""


def read_html(data: bytes, *, furniture: bool = True) -> ParsedFile:
    """The document; with `furniture`, what is not the page's own content is left out. Raises UnreadableSource."""
    tree = LexborHTMLParser(decoded(data))
    body = tree.body
    if body is None:
        return ParsedFile("", ())
    heads = tree.css("head > title")
    title = plain(heads[0].text()) if heads else ""
    return ParsedFile(title, tuple(_Reader(_content(tree, body) if furniture else body, furniture).read()))


def decoded(data: bytes) -> str:
    """The text by its byte order mark, by what the page declares, as UTF-8, else as browsers of old did."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    declared = CHARSET.search(data[:4096]) or DECLARED.match(data)
    names = [declared[1].decode("ascii", "replace")] if declared else []
    for name in [*names, "utf-8", "windows-1252"]:
        try:
            return data.decode("utf-8" if name.lower().startswith("utf-16") else name)  # it was read as ASCII so far
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _content(tree: LexborHTMLParser, body: LexborNode) -> LexborNode:
    """The one element that holds the page's content, where the page says which; else its body."""
    for query in ("main, [role=main]", "article"):
        found = [node for node in tree.css(query) if not _silent(node)]
        if len(found) == 1 and len(_text(found[0])) > LEAST_CONTENT:
            return found[0]
    return body


def _silent(node: LexborNode) -> bool:
    """Whether nobody sees an element."""
    if node.tag in SILENT:
        return True
    if not node.attributes:
        return False
    found = node.attributes
    return "hidden" in found or found.get("aria-hidden") == "true" or bool(NOT_SHOWN.search(found.get("style") or ""))


@dataclass
class _Reader:
    """Walks a tree and gathers its parts."""

    root: LexborNode
    furniture: bool
    parts: list[ParsedBlock] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    leads: list[str] = field(default_factory=list)
    items: int = 0
    code: int = 0
    within: int = 0
    term: str = ""

    def read(self) -> list[ParsedBlock]:
        self.within = int(self.root.tag in CONTENT or (self.root.attributes.get("role") == "main"))
        for what, node in _walk(self.root, self._passed_over):
            if what == "text":
                self.words.append(node.text_content or "")
            elif what == "open":
                self._open(node.tag or "")
            else:
                self._close(node.tag or "")
        self._flush()
        return self.parts

    def _passed_over(self, node: LexborNode) -> bool:
        """Whether a subtree is not walked into: unseen, furniture, or a table, which is read at once."""
        tag = node.tag or ""
        if _silent(node):
            return True
        if self.furniture:
            role = (node.attributes.get("role") or "").strip().lower() if node.attributes else ""
            if tag in FURNITURE or role in ROLES or (tag in OUTER and not self.within):
                return True
            if tag in ("ul", "ol") and not (self.within or self.items) and _only_links(node):
                return True
        if tag == "table" and (made := _table(node)) is not None:
            self._flush()
            self.parts += made
            return True
        return False

    def _open(self, tag: str) -> None:
        if tag == "br":
            self.words.append("\n" if self.code else " ")
        elif tag not in INLINE:
            self._flush()
        self.within += tag in CONTENT
        if tag == "pre":
            self.code += 1
        elif tag in ("ul", "ol"):
            before = self.parts[-1] if self.parts else None
            self.leads.append(before.text if before and before.kind in ("prose", "item") else "")
        elif tag == "li":
            self.items += 1

    def _close(self, tag: str) -> None:
        if HEADING.fullmatch(tag):
            self._flush("heading", level=int(tag[1]))
        elif tag == "dt":
            self.term = plain("".join(self.words))
            self.words.clear()
        elif tag == "dd" and self.term:
            self._defined()
        elif tag not in INLINE:
            self._flush()
        self.within -= tag in CONTENT
        if tag == "pre":
            self.code -= 1
        elif tag in ("ul", "ol") and self.leads:
            self.leads.pop()
        elif tag == "li":
            self.items -= 1
        elif tag == "dl":
            self.term = ""

    def _defined(self) -> None:
        """A term and what is said of it: a row of a table of two where that is short."""
        said = plain("".join(self.words))
        if 0 < len(said) <= LONGEST_DEFINITION:
            self.words.clear()
            self.parts.append(ParsedBlock("row", f"{self.term} | {said}"))
        else:
            self.parts.append(ParsedBlock("prose", self.term))
            self._flush("prose", lead=self.term)

    def _flush(self, kind: str = "", *, lead: str = "", level: int = 0) -> None:
        """A part of the words so far, if there are any."""
        raw, self.words = "".join(self.words), []
        if self.code and not kind:
            text, kind = plain(raw, lines=True), "code"
        else:
            text = plain(raw)
        kind = kind or ("item" if self.items else "prose")
        if text.strip():
            self.parts.append(
                ParsedBlock(kind, text, lead or (self.leads[-1] if kind == "item" and self.leads else ""), level)
            )


def _walk(
    root: LexborNode, passed_over: Callable[[LexborNode], bool] | None = None
) -> Iterator[tuple[str, LexborNode]]:
    """("open" | "close", element) and ("text", node) below `root` in the order of the document."""
    count = 0
    above: list[LexborNode] = []
    node = root.first_child
    while node is not None or above:
        if node is None:
            closed = above.pop()
            yield "close", closed
            node = closed.next
            continue
        count += 1
        if count > MOST_NODES:
            raise UnreadableSource(Message("has more than {most} elements: split it", most=MOST_NODES))
        if node.is_text_node:
            yield "text", node
        elif node.is_element_node and not (passed_over and passed_over(node)):
            yield "open", node
            above.append(node)
            node = node.first_child
            continue
        node = node.next


def _text(node: LexborNode) -> str:
    """The words of an element that are seen."""
    found = []
    for what, at in _walk(node, _silent):
        if what == "text":
            found.append(at.text_content or "")
        elif at.tag not in INLINE:
            found.append(" ")
    return plain("".join(found))


def _only_links(node: LexborNode) -> bool:
    """Whether a list holds three links or more and no other words: then it leads elsewhere and says nothing."""
    linked, links, other, depth = 0, 0, 0, 0
    for what, at in _walk(node, _silent):
        if what == "text":
            size = len((at.text_content or "").strip())
            linked, other = (linked + size, other) if depth else (linked, other + size)
        elif at.tag == "a":
            depth += 1 if what == "open" else -1
            links += what == "open"
    return links >= 3 and other <= links and linked <= links * LONGEST_LINK


def _table(table: LexborNode) -> list[ParsedBlock] | None:
    """The rows of a table of data; None for one that only lays a page out, which is read as it comes."""
    grid: list[list[str]] = []
    spans: dict[int, tuple[int, str]] = {}
    headers, heading, in_head, caption = 0, True, 0, ""
    row: list[str] = []
    named: list[bool] = []
    for what, at in _walk(table, _is_cell):
        tag = at.tag or ""
        if tag == "table" and what == "open":
            return None
        if tag == "thead":
            in_head += 1 if what == "open" else -1
        elif tag == "caption" and what == "open":
            caption = _text(at)
        elif tag == "tr" and what == "open":
            row, named = [], []
            for cell in _cells(at):
                if not _laid_out(cell):
                    return None
                _place(row, spans, cell)
                named.append(cell.tag == "th")
            _carried(row, spans)
            if any(row):
                grid.append(row)
                heading = heading and (in_head > 0 or (bool(named) and all(named)))
                headers += heading
    if not grid or max(map(len, grid)) < 2:
        return None
    said = [ParsedBlock("prose", caption)] if caption else []
    return [*said, *rows(grid, headers or None)]


def _is_cell(node: LexborNode) -> bool:
    return node.tag in ("td", "th") or _silent(node)


def _cells(row: LexborNode) -> Iterator[LexborNode]:
    node = row.first_child
    while node is not None:
        if node.tag in ("td", "th") and not _silent(node):
            yield node
        node = node.next


def _laid_out(cell: LexborNode) -> bool:
    """Whether a cell holds words rather than parts of a page."""
    return not any(
        what == "open" and (at.tag == "table" or HEADING.fullmatch(at.tag or "")) for what, at in _walk(cell)
    )


def _place(row: list[str], spans: dict[int, tuple[int, str]], cell: LexborNode) -> None:
    """A cell into its row: behind the cells that reach down from above; one that spans rows is said in each."""
    _carried(row, spans)
    text, across, down = _text(cell), _span(cell, "colspan"), _span(cell, "rowspan")
    if len(row) + across > MOST_CELLS:
        raise UnreadableSource(
            Message("has a table of more than {most} columns: keep those that matter", most=MOST_CELLS)
        )
    for at in range(across):
        if down > 1:
            spans[len(row)] = (down - 1, text)
        row.append(text if at == 0 or cell.tag == "th" else "")


def _carried(row: list[str], spans: dict[int, tuple[int, str]]) -> None:
    """The cells from above that reach into the next places of a row."""
    while (at := len(row)) in spans:
        left, text = spans.pop(at)
        if left > 1:
            spans[at] = (left - 1, text)
        row.append(text)


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "").strip()
    return min(max(int(value), 1), MOST_CELLS) if value.isascii() and value.isdigit() and len(value) < 6 else 1
