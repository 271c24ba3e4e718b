"""Whose a thing is that a sentence tells: that of the name asked about, or of another."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from index.domain.documents import Passage
from index.text.passages import passage_text
from index.text.proper_nouns import find_names
from index.text.tokens import STOP_WORDS, content_stems, stem, token_spans

__all__ = ["belongs_to_other"]

EXPLAINED = re.compile(r"(?:^|[.!?]\s+)(?=([A-Z][\w-]*),\s+(?:also|with|an?|the|which|who|whose)\b)")
"""A word that begins a sentence and is explained at once, "Maverick, with ...": a name, though any word is capitalised
there."""


def belongs_to_other(passage: Passage, owner: Collection[str], asked: Collection[str]) -> bool:
    """Whether what is asked is told of another name: "Maverick, with 128 experts, beats Gemini" has no experts of
    Gemini's.

    `owner` are the stems of the name, `asked` those of what is asked about it. True where the passage holds the name,
    and each of the words asked stands behind another name, before the owner's, and is not joined to that ("of
    Gemini"). Where the passage holds none of them, the sentence before it is looked at too.
    """
    text = passage.reading
    if not set(asked) & set(content_stems(passage_text(passage))):
        text = f"{passage.before} {text}"
    return _anothers(text, owner, asked)


def _anothers(text: str, owner: Collection[str], asked: Collection[str]) -> bool:
    words = [(stem(word), start, word in STOP_WORDS) for word, start, _ in token_spans(text)]
    wanted, owned = set(asked) - set(owner), set(owner)
    if not owned or not owned <= {word for word, _, _ in words}:
        return False
    others = [start for name, start in _names(text) if not owned & set(content_stems(name))]
    places = [at for at, (word, _, _) in enumerate(words) if word in wanted]
    return bool(places) and all(
        any(start < words[at][1] for start in others) and not _has(words, at, owned) for at in places
    )


def _names(text: str) -> Iterator[tuple[str, int]]:
    for at in find_names(text):
        yield text[at.start : at.end], at.start
    for match in EXPLAINED.finditer(text):
        yield match[1], match.start(1)


def _has(words: list[tuple[str, int, bool]], at: int, owned: set[str]) -> bool:
    """Whether the owner stands before this word, or follows it with nothing but little words between."""
    if owned <= {word for word, _, _ in words[:at]}:
        return True
    after = next((word for word, _, little in words[at + 1 :] if not little), "")
    return after in owned
