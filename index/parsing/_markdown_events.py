"""Events of the Markdown parser, with offsets in characters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import pyromark

__all__ = ["code_ranges", "event_tag", "parse_events"]

OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_GFM
    | pyromark.Options.ENABLE_DEFINITION_LIST
    | pyromark.Options.ENABLE_HEADING_ATTRIBUTES
    | pyromark.Options.ENABLE_MATH
    | pyromark.Options.ENABLE_WIKILINKS
)
FIRST_BYTES = bytes(int(byte & 0xC0 != 0x80) for byte in range(256))
"""1 for each byte that a character of UTF-8 begins with."""

VERBATIM = ("Code", "InlineMath", "DisplayMath")


def parse_events(text: str) -> Iterator[tuple[str, Any, int, int]]:
    """Yield the name, the value and the place of each event of a text."""
    offsets: list[int] | None = None
    if not text.isascii():
        firsts = text.encode().translate(FIRST_BYTES)
        offsets = [*accumulate(firsts[1:], initial=0), len(text)]
    for event, place in pyromark.events_with_range(text, options=OPTIONS):
        begin, end = place["start"], place["end"]
        name, value = (event, "") if isinstance(event, str) else next(iter(event.items()))
        yield (name, value, begin, end) if offsets is None else (name, value, offsets[begin], offsets[end])


def event_tag(value: Any) -> str:
    """Return the name of the element that an event starts or ends."""
    return value if isinstance(value, str) else str(next(iter(value)))


def code_ranges(text: str) -> list[tuple[int, int]]:
    """Return the places of code and formulas in a text, in order."""
    return [
        (begin, end)
        for name, value, begin, end in parse_events(text)
        if name in VERBATIM or (name == "Start" and event_tag(value) == "CodeBlock")
    ]
