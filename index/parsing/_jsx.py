"""Tags of JSX in Markdown, which is no HTML: `<Card title="A" tags={["b"]}>`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["JsxTag", "find_tags", "find_text_attributes", "match_tag"]

LONGEST_TAG = 2_000
"""Characters of a tag that is recognised."""

MOST_FAILURES = 1_000
"""Tags without an end, after which only short ones are searched: a text of nothing else would take too long."""

BRACES = r"\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\}"
ATTRIBUTE = rf"(?:[\w:@.-]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|{BRACES}))?|{BRACES})"
TAG = re.compile(rf"<(/?)([A-Za-z][\w.-]*+)?((?:\s++{ATTRIBUTE})*+)\s*+(/?)>")
START = re.compile(r"<(?:/?[A-Za-z][\w.-]*|/?>)")

TEXT_ATTRIBUTES = re.compile(
    r"\b(label|title|summary|header|heading|question|caption|content|text|description|message)"
    r"\s*=\s*\{?\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`$]*)`)"
)
"""Attributes whose values are shown as text."""

FIELD = re.compile(r"<(?:ParamField|ResponseField|Param|Parameter|Property|Field|Attribute)$")
FIELD_NAMES = re.compile(r"\b(name|body|query|path|header)\s*=\s*\{?\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`$]*)`)")
"""Components that describe a parameter, and the attributes that name it."""

LONGEST_FIELD_TAG = 16


@dataclass(frozen=True, slots=True)
class JsxTag:
    """A tag at these offsets; the name of a fragment is empty."""

    start: int
    end: int
    name: str
    is_end: bool
    is_empty: bool
    attributes: tuple[int, int]

    @property
    def is_component(self) -> bool:
        """Whether the tag is none of HTML's, which some write in capitals."""
        return not self.name or (self.name[0].isupper() and not self.name.isupper()) or "." in self.name


def match_tag(text: str, start: int, longest: int = LONGEST_TAG) -> JsxTag | None:
    """Return the tag of a component, or an element with a value in braces, that starts there; None if none does."""
    match = TAG.match(text, start, start + longest)
    if match is None:
        return None
    tag = JsxTag(start, match.end(), match[2] or "", bool(match[1]), bool(match[4]), match.span(3))
    return tag if tag.is_component or "{" in match[3] else None


def find_tags(text: str) -> Iterator[JsxTag]:
    """Yield the tags in a text that are no HTML."""
    failures, position = 0, 0
    while match := START.search(text, position):
        tag = match_tag(text, match.start(), LONGEST_TAG if failures < MOST_FAILURES else 100)
        failures += tag is None
        position = tag.end if tag else match.end()
        if tag:
            yield tag


def find_text_attributes(text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """Return the name and the place of each value in a tag that is shown as text."""
    found = []
    if FIELD.search(text, max(0, start - LONGEST_FIELD_TAG), start):
        names = (("label", match) for match in FIELD_NAMES.finditer(text, start, end))
    else:
        names = ((match[1], match) for match in TEXT_ATTRIBUTES.finditer(text, start, end))
    for name, match in names:
        group = next(number for number in (2, 3, 4) if match[number] is not None)
        if match[group].strip():
            found.append((name, *match.span(group)))
    return found
