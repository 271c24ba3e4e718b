"""HTML pages: headings, paragraphs, lists, tables and code as a visitor reads them, without navigation and page frame.

Navigation and page frame are recognised by the page's own markup (nav, aside, role, hidden), not by text density, which
would drop tables. No script is run and nothing is fetched.
"""

from __future__ import annotations

import codecs
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index.parsing._html_blocks import BlockReader
from index.parsing._html_metadata import page_fields
from index.parsing._html_tree import is_hidden, visible_text
from index.parsing.layout import ParsedFile, clean_text

__all__ = ["read_html"]

CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
MIN_CONTENT = 200
"""An element with fewer characters is not taken for the whole content of a page."""


def read_html(data: bytes, *, frame: bool = True) -> ParsedFile:
    """Return the content of a page; its frame (navigation, header, footer) is left out. Raises UnreadableSource."""
    tree = LexborHTMLParser(decode_html(data))
    body = tree.body
    if body is None:
        return ParsedFile("", ())
    titles = tree.css("head > title")
    title = clean_text(titles[0].text()) if titles else ""
    blocks = tuple(BlockReader(_content(tree, body) if frame else body, frame).read())
    return ParsedFile(title, blocks, page_fields(tree, body) if frame else ())


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
        if len(nodes) == 1 and _has_content(nodes[0]):
            return nodes[0]
    return body


def _has_content(node: LexborNode) -> bool:
    """Return whether an element has enough text, of which the beginning mostly shows it."""
    return len(visible_text(node, 4 * MIN_CONTENT)) > MIN_CONTENT or len(visible_text(node)) > MIN_CONTENT
