"""Tags, references and text in a piece of HTML, with their places.

The standard library's parser takes a time that grows with the square of a text of unclosed tags; this takes a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

__all__ = ["SoupTag", "SoupText", "read_tags"]

VALUE = r"(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'<>`]++)"
ATTRIBUTE = rf"[\s/]++[^\s\"'<>/=]++(?:\s*+=\s*+{VALUE})?"
TOKEN = re.compile(
    rf"<(?P<close>/?)(?P<name>[A-Za-z][\w:-]*+)(?P<attributes>(?:{ATTRIBUTE})*+)(?P<empty>[\s/]*+)>"
    r"|<(?P<close2>/?)(?P<name2>[A-Za-z][\w:-]*+)(?P<attributes2>[^<>]{0,500})>"
    r"|(?P<comment><!--)|(?P<other><[!?/][^>]{0,2000}>)"
    r"|(?P<reference>&(?:#\w{1,10}|[A-Za-z]\w{0,40});?)"
    r"|(?P<text>[^<&]++|[<&])"
)
NAMED = re.compile(rf"([^\s\"'<>/=]++)(?:\s*+=\s*+({VALUE}))?")


@dataclass(frozen=True, slots=True)
class SoupTag:
    """A start or end tag; names are in lower case, values without quotes."""

    start: int
    end: int
    name: str
    is_end: bool
    is_empty: bool
    attributes: dict[str, str]


@dataclass(frozen=True, slots=True)
class SoupText:
    """Text as it is read there: a reference reads as its character."""

    start: int
    end: int
    reading: str


def read_tags(html: str) -> Iterator[SoupTag | SoupText]:
    """Yield what is in a piece of HTML, in order; comments and declarations are left out."""
    position = 0
    while match := TOKEN.match(html, position):
        position = match.end()
        if name := match["name"] or match["name2"]:
            attributes = {
                found[1].lower(): unescape((found[2] or "").strip("\"'"))
                for found in NAMED.finditer(match["attributes"] or match["attributes2"] or "")
            }
            is_end = bool(match["close"] or match["close2"])
            yield SoupTag(*match.span(), name.lower(), is_end, match.group().endswith("/>"), attributes)
        elif match["comment"]:
            end = html.find("-->", position)
            if end < 0:
                return
            position = end + 3
        elif match["reference"]:
            yield SoupText(*match.span(), unescape(match.group()))
        elif match["text"]:
            yield SoupText(*match.span(), match.group())
