"""Front matter without fences: the title block of Pandoc, and the header lines of MultiMarkdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.parsing._front_matter_values import Parsed, Value, make_value

__all__ = ["read_header_lines"]

MOST_LINES = 100

REST = r"[^\r\n]*(?:(?:\r\n|\r|\n)[ \t]+[^\s][^\r\n]*){0,20}"
"""The rest of a line, with those that go on with it, which are indented."""
END = r"[ \t]*(?:\r\n|\r|\n|\Z)"
BLANK = re.compile(END)
TITLE_LINE = re.compile(rf"%(?P<value>(?:[ \t]+{REST})?){END}")
HEADER_LINE = re.compile(rf"(?P<key>[A-Za-z][\w-]*(?: [\w-]+){{0,3}}):[ \t]+(?P<value>[^\s]{REST}){END}")
NAME = re.compile(r"[^;\r\n]*[^;\s][^;\r\n]*")

TITLE_FIELDS = ("title", "author", "date")
"""What the lines of Pandoc's title block hold, in their order."""


def read_header_lines(text: str, start: int) -> tuple[Parsed, int] | None:
    """Return the fields of the lines at a place, and where the body begins; None if they may be anything else.

    Such lines end with a blank one. Of MultiMarkdown's each is "Key: value", and one of them is the title.
    """
    lines, end = _lines(TITLE_LINE, text, start, len(TITLE_FIELDS))
    if lines and lines[0]["value"].strip():
        return Parsed(tuple(_title_block(lines, text))), end
    lines, end = _lines(HEADER_LINE, text, start, MOST_LINES)
    if any(line["key"].lower() == "title" for line in lines):
        values = [make_value((line["key"],), text, *line.span("value"), line["value"]) for line in lines]
        return Parsed(tuple(values)), end
    return None


def _lines(pattern: re.Pattern[str], text: str, start: int, most: int) -> tuple[list[re.Match[str]], int]:
    """Return the lines of a pattern, and where they end; none if no blank line follows them."""
    lines: list[re.Match[str]] = []
    while len(lines) < most and start < len(text) and (line := pattern.match(text, start)):
        lines.append(line)
        start = line.end()
    return (lines, start) if BLANK.match(text, start) else ([], start)


def _title_block(lines: list[re.Match[str]], text: str) -> Iterator[Value]:
    for name, line in zip(TITLE_FIELDS, lines, strict=False):
        begin, end = line.span("value")
        if name == "author":
            for number, author in enumerate(NAME.finditer(text, begin, end)):
                yield make_value((name, number), text, *author.span(), author[0])
        elif line["value"].strip():
            yield make_value((name,), text, begin, end, line["value"])
