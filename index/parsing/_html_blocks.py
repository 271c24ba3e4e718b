"""Blocks of an HTML page in the order of the document: headings, paragraphs, items of lists, rows and code."""

from __future__ import annotations

from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from index.parsing._html_hidden import is_page_furniture
from index.parsing._html_inline import InlineText
from index.parsing._html_lists import OpenList
from index.parsing._html_tables import read_html_table, read_role_table
from index.parsing._html_tree import HEADING, INLINE, checkbox_state, is_hidden, walk
from index.parsing._tex import replace_tex
from index.parsing.layout import ParsedBlock, clean_text
from index.text.notation import DONE, OPEN

__all__ = ["BlockReader"]

NAVIGATION = frozenset({"nav", "menu", "search"})
OUTER_FRAME = frozenset({"header", "footer", "aside"})
"""Frame of the page, but part of the article if they are inside it."""

ROLE_NAMES = """
    navigation banner contentinfo search menu menubar toolbar tablist dialog alertdialog complementary
    doc-toc
"""
FRAME_ROLES = frozenset(ROLE_NAMES.split())
CONTENT = frozenset({"main", "article", "section"})
LONGEST_LINK = 80
"""Mean characters of the entries in a list of nothing but links."""

BOLD = frozenset({"b", "strong"})
MOST_INITIALS = 2
"""Characters that may be set apart at the beginning of a word."""

BOLD_LEVEL = 7
"""Level of a heading that is a line in bold: below all others."""

LONGEST_LABEL = 60
"""Characters of a line in bold that heads a list."""

LONGEST_DEFINITION = 200
"""Characters of a definition that is quoted together with its term."""


@dataclass
class BlockReader:
    """Walks a tree and collects its blocks."""

    root: LexborNode
    frame: bool
    blocks: list[ParsedBlock] = field(default_factory=list)
    words: InlineText = field(default_factory=InlineText)
    lists: list[OpenList] = field(default_factory=list)
    item_depth: int = 0
    code_depth: int = 0
    content_depth: int = 0
    address_depth: int = 0
    is_definition: bool = False
    is_defined: bool = False
    summary: str = ""
    term: str = ""
    task: str = ""
    breaks: int = 0
    bold_line: int = -1
    title_count: int = -1

    def read(self) -> list[ParsedBlock]:
        self.content_depth = int(self.root.tag in CONTENT or (self.root.attributes.get("role") == "main"))
        for event, node in walk(self.root, self._skip):
            if event == "text":
                text = node.text_content or ""
                self.breaks = 0 if text.strip() else self.breaks
                self.words.add(text)
            elif event == "open":
                self._open(node)
            else:
                self._close(node.tag or "")
        self._flush()
        return self.blocks

    def _skip(self, node: LexborNode) -> bool:
        """Return whether to skip a subtree: hidden, page frame, or what is added here as a whole (tables, formulas)."""
        tag = node.tag or ""
        if self._add_task(node) or self.words.replace(node) or is_hidden(node):
            return True
        if self.frame:
            role = (node.attributes.get("role") or "").strip().lower() if node.attributes else ""
            if tag in NAVIGATION or role in FRAME_ROLES:
                return True
            if tag in OUTER_FRAME and not self.content_depth and not self._holds_title(node):
                return True
            if tag in ("ul", "ol") and not (self.content_depth or self.item_depth) and _only_links(node):
                return True
            if is_page_furniture(node):
                return True
        rows = read_html_table(node) if tag == "table" else read_role_table(node)
        if rows is not None:
            self._flush()
            self.blocks += rows
            return True
        return False

    def _holds_title(self, node: LexborNode) -> bool:
        """Return whether the page's only main headings stand in an element, as in the header of an article."""
        if node.tag != "header":
            return False
        if self.title_count < 0:
            self.title_count = len(self.root.css("h1"))
        return 0 < self.title_count == len(node.css("h1"))

    def _add_task(self, node: LexborNode) -> bool:
        """Note the state of a task, and return whether the element is its box; boxes elsewhere are a form's."""
        if (ticked := checkbox_state(node)) is None:
            return False
        if self.item_depth or "disabled" in node.attributes:
            self.task = (DONE if ticked else OPEN).strip()
        return True

    def _open(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag == "br":
            if _precedes_label(node):
                self._flush()
            self._break_line()
        elif tag not in INLINE:
            self._flush()
        elif tag == "span" and _is_value(node):
            self.words.add(" ")
        self.words.open(node)
        self.content_depth += tag in CONTENT
        self.address_depth += tag == "address"
        if tag == "dd":
            self.is_definition, self.is_defined = bool(self.term), True
        if tag == "pre":
            self.code_depth += 1
        elif tag == "p" and _is_bold_line(node):
            self.bold_line = len(self.blocks)
        elif tag in ("ul", "ol"):
            self._end_bold_heading()
            before = self.blocks[-1] if self.blocks else None
            is_introduced = before and (before.kind == "prose" or (before.kind == "item" and self.item_depth))
            self.lists.append(OpenList.of(node, before.text if before and is_introduced else ""))
        elif tag == "li":
            self.item_depth += 1
            if self.lists:
                self.lists[-1].begin_item(node)

    def _close(self, tag: str) -> None:
        if HEADING.fullmatch(tag):
            self._flush("heading", level=int(tag[1]))
        elif tag == "dt":
            term = clean_text(self.words.take()).removesuffix(":")
            self.term = f"{self.term}, {term}" if self.term and not self.is_defined else term
            self.is_defined = False
        elif tag == "summary":
            self._flush()
            self.summary = self.blocks[-1].text if self.blocks else ""
        elif tag not in INLINE:
            self._flush()
        self.words.close()
        self.content_depth -= tag in CONTENT
        self.address_depth -= tag == "address"
        if tag == "pre":
            self.code_depth -= 1
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag == "li":
            self.item_depth -= 1
            self.task = ""
        elif tag == "dl":
            self.term, self.is_definition, self.is_defined = "", False, False
        elif tag == "details":
            self.summary = ""

    def _end_bold_heading(self) -> None:
        """Make the paragraph before a list its heading, if that is a line in bold."""
        last = self.blocks[-1] if self.blocks else None
        if last and last.kind == "prose" and self.bold_line == len(self.blocks) - 1 and not self.item_depth:
            self.blocks[-1] = ParsedBlock("heading", last.text.removesuffix(":"), level=BOLD_LEVEL)

    def _break_line(self) -> None:
        """Break a line: two breaks end a paragraph, one in an address separates its parts."""
        if self.code_depth:
            self.words.add("\n")
            return
        self.breaks += 1
        if self.breaks > 1:
            self._flush()
        elif self.address_depth:
            self.words.separate()
        else:
            self.words.add(" ")

    def _add_definition(self, text: str) -> None:
        """Add a term with the first paragraph of its definition: as one row if that is short."""
        self.is_definition = False
        if len(text) <= LONGEST_DEFINITION:
            self.blocks.append(ParsedBlock("row", f"{self.term} | {text}"))
        else:
            self.blocks.append(ParsedBlock("prose", self.term))
            self.blocks.append(ParsedBlock("prose", text, self.term))

    def _flush(self, kind: str = "", *, level: int = 0) -> None:
        """Add a block of the words so far, if there are any."""
        raw = self.words.take()
        self.breaks = 0
        if self.code_depth and not kind:
            self._add("code", clean_text(raw, lines=True))
            return
        text = clean_text(replace_tex(raw))
        if self.is_definition and text and not kind:
            self._add_definition(text)
            return
        self._add(kind or ("item" if self.item_depth else "prose"), text, level=level)

    def _add(self, kind: str, text: str, *, level: int = 0) -> None:
        if not text.strip():
            return
        lead, mark = self.summary if kind == "prose" else "", "-"
        if kind == "item" and self.lists:
            lead, mark = self.lists[-1].lead, self.lists[-1].take_mark()
        if self.task and kind in ("item", "prose"):
            kind, mark, self.task = "item", self.task, ""
        if kind == "item" and not mark:
            kind = "prose"
        self.blocks.append(ParsedBlock(kind, text, lead, level, mark or "-"))


def _is_bold_line(node: LexborNode) -> bool:
    """Return whether a paragraph is one short element in bold, with nothing but a colon behind it."""
    first = node.first_child
    while first is not None and first.is_text_node and not (first.text_content or "").strip():
        first = first.next
    if first is None or first.tag not in BOLD or len(first.text(deep=True)) > LONGEST_LABEL:
        return False
    behind = first.next
    return behind is None or (behind.next is None and (behind.text_content or "x").strip() in ("", ":"))


def _precedes_label(line_break: LexborNode) -> bool:
    """Return whether a line that begins with a label in bold follows: "<br><b>Price:</b> 4 €"."""
    label = line_break.next
    while label is not None and label.is_text_node and not (label.text_content or "").strip():
        label = label.next
    if label is None or label.tag not in BOLD:
        return False
    text = label.text(deep=True).strip()
    behind = label.next
    ends = text.endswith(":") or bool(
        behind is not None and behind.is_text_node and (behind.text_content or "").lstrip().startswith(":")
    )
    return ends and len(text) <= LONGEST_LABEL


def _is_value(span: LexborNode) -> bool:
    """Return whether a span stands, without white space, behind another one alone that is its label."""
    label = span.prev
    if label is None or label.tag != "span" or label.prev is not None or span.next is not None:
        return False
    name, value = label.text(deep=True), span.text(deep=True)
    return len(name) > MOST_INITIALS and name[-1].isalnum() and (value[:1].isdigit() or value[:1].isupper())


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
