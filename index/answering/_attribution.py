"""Attribution: whether a sentence speaks about the name in question or another one."""

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


def belongs_to_other(passage: Passage, owner: Collection[str], attribute: Collection[str]) -> bool:
    """Return whether a passage attributes what is asked to another name than the one asked about.

    "Maverick, with 128 experts, beats Gemini" does not give Gemini's number of experts.

    `owner` are the stems of the name, `attribute` those of what is asked about it. True if the passage holds the name,
    and each asked word follows another name, precedes the owner's, and is not linked to it ("of Gemini"). If the
    passage holds no asked word, the sentence before it is read as well.
    """
    text = passage.reading
    if not set(attribute) & set(content_stems(passage_text(passage))):
        text = f"{passage.before} {text}"
    return _text_belongs_to_other(text, owner, attribute)


def _text_belongs_to_other(text: str, owner: Collection[str], attribute: Collection[str]) -> bool:
    words = [(stem(token), start, token in STOP_WORDS) for token, start, _ in token_spans(text)]
    wanted, owner_stems = set(attribute) - set(owner), set(owner)
    if not owner_stems or not owner_stems <= {word for word, _, _ in words}:
        return False
    other_starts = [start for name, start in _names_and_starts(text) if not owner_stems & set(content_stems(name))]
    places = [place for place, (word, _, _) in enumerate(words) if word in wanted]
    return bool(places) and all(
        any(start < words[place][1] for start in other_starts) and not _is_owned(words, place, owner_stems)
        for place in places
    )


def _names_and_starts(text: str) -> Iterator[tuple[str, int]]:
    for name in find_names(text):
        yield text[name.start : name.end], name.start
    for match in EXPLAINED.finditer(text):
        yield match[1], match.start(1)


def _is_owned(words: list[tuple[str, int, bool]], place: int, owner_stems: set[str]) -> bool:
    """Return whether the owner precedes this word, or follows it with only stop words between."""
    if owner_stems <= {word for word, _, _ in words[:place]}:
        return True
    after = next((word for word, _, is_stop_word in words[place + 1 :] if not is_stop_word), "")
    return after in owner_stems
