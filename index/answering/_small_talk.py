"""Small talk around a question, "Hello! ... Thanks in advance.", which is not asked of the sources."""

from __future__ import annotations

import re

from index.retrieval.search_index import SearchIndex
from index.text.tokens import content_stems, tokenize

__all__ = ["strip_small_talk"]

SEGMENT = re.compile(r"[^,.!?;…\n]+(?:[,.!?;…\n]+|$)\s*")
"""A sentence, or its part before a comma."""

MOST_WORDS = 4
"""Words of a segment that may be small talk."""


def strip_small_talk(question: str, search_index: SearchIndex) -> str:
    """Return the question without short segments at its ends whose words the sources do not hold.

    If nothing else would be left, it is returned as it is.
    """
    segments = [match.group() for match in SEGMENT.finditer(question)]
    first, last = 0, len(segments)
    while first < last and _is_small_talk(segments[first], search_index):
        first += 1
    while last > first and _is_small_talk(segments[last - 1], search_index):
        last -= 1
    return "".join(segments[first:last]).strip() or question


def _is_small_talk(segment: str, search_index: SearchIndex) -> bool:
    tokens = tokenize(segment)
    if segment.rstrip().endswith("?") or len(tokens) > MOST_WORDS or any(token[0].isdigit() for token in tokens):
        return False
    return not any(stem in search_index.keyword.stems for stem in content_stems(segment))
