"""Events of the Markdown parser, with offsets in characters."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate, compress
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

FURTHER_BYTES = bytes(int(byte & 0xC0 == 0x80) for byte in range(256))
"""1 for the other bytes of a character."""

VERBATIM = frozenset({"Code", "InlineMath", "DisplayMath"})


def parse_events(text: str) -> Iterator[tuple[str, Any, int, int]]:
    """Yield the name, the value and the place of each event of a text."""
    offsets: list[int] | None = None
    if not text.isascii():
        firsts = text.encode().translate(FIRST_BYTES)
        offsets = [*accumulate(firsts[1:], initial=0), len(text)]
    for event, place in pyromark.events_with_range(text, options=OPTIONS):
        begin, end = place["start"], place["end"]
        if offsets is not None:
            begin, end = offsets[begin], offsets[end]
        if isinstance(event, str):
            yield event, "", begin, end
        else:
            for name, value in event.items():
                yield name, value, begin, end


def event_tag(value: Any) -> str:
    """Return the name of the element that an event starts or ends."""
    return value if isinstance(value, str) else str(next(iter(value)))


def code_ranges(text: str) -> list[tuple[int, int]]:
    """Return the places of code and formulas in a text, in order."""
    found = []
    for event, place in pyromark.events_with_range(text, options=OPTIONS):
        if isinstance(event, str):
            continue
        ((name, value),) = event.items()
        if name in VERBATIM or (name == "Start" and event_tag(value) == "CodeBlock"):
            found.append((place["start"], place["end"]))
    if text.isascii():
        return found
    data = text.encode()
    further = list(compress(range(len(data)), data.translate(FURTHER_BYTES)))
    return [(begin - bisect_left(further, begin), end - bisect_left(further, end)) for begin, end in found]
