"""What people say around a question: "Hello! ... Thanks in advance." The sources are not asked that."""

from __future__ import annotations

import re

from index.retrieval.search_index import SearchIndex
from index.text.tokens import content_stems, tokenize

__all__ = ["strip_small_talk"]

PART = re.compile(r"[^,.!?;…\n]+(?:[,.!?;…\n]+|$)\s*")
"""A sentence, or what stands before a comma."""

MOST_WORDS = 4
"""Words of a courtesy."""


def strip_small_talk(question: str, shelf: SearchIndex) -> str:
    """The question without the few words before or after it, set off by a mark, of which the sources hold none; as it
    stands where nothing else would be left."""
    parts = [match.group() for match in PART.finditer(question)]
    first, last = 0, len(parts)
    while first < last and _says_nothing(parts[first], shelf):
        first += 1
    while last > first and _says_nothing(parts[last - 1], shelf):
        last -= 1
    return "".join(parts[first:last]).strip() or question


def _says_nothing(part: str, shelf: SearchIndex) -> bool:
    words = tokenize(part)
    if part.rstrip().endswith("?") or len(words) > MOST_WORDS or any(word[0].isdigit() for word in words):
        return False
    return not any(stem in shelf.keyword.stems for stem in content_stems(part))
