"""Proper nouns in a text: runs of capitalised words, and lists of such names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.text.tokens import STOP_WORDS, tokenize

__all__ = ["NameSpan", "find_names"]

CAPITAL = "A-ZÀ-ÖØ-ÞĀĆČĎĐĒĘĚĞĪİĹĽŁŃŇŌŐŒŘŚŞŠŤŪŮŰŹŻŽ"
TITLE = r"(?:St|Mt|Dr|Mr|Mrs|Ms|Prof|Gen|Col|Lt|Sgt|Fr|[A-Z])\.(?=\s)"
SITE = r"[a-z][\w-]*\.(?:com|org|net|ai|io|gov|edu)"
WORD = rf"(?:{TITLE}|[{CAPITAL}](?:[\w’'.&-]*\w)?|[a-z]+[A-Z]\w*|{SITE})"
NUMBER = r"\d+(?:\.\d+)*[A-Za-z]?(?!\w|[.,]\d)"
LINK = r"(?:of the|of|de la|de|du|des|del|della|von|van|der|den|al|bin|ibn|le|la)"
RUN = re.compile(rf"(?<![\w.’'-]){WORD}(?:\s+(?:{LINK}\s+)?{WORD}|\s+{NUMBER})*")
SEPARATOR = re.compile(r"(?:,\s+(?:and|or)\s+|,\s+|\s+(?:and|or)\s+)(?:(?:the|an?)\s+(?:[a-z]+\s+of\s+)?)?")
PREDICATE = re.compile(
    r"['’]s\b|,? and [A-Z]|\s+(?:is|was|are|were|has|had|have|also|then|later|did|can|could|will|would|[a-z]+ed|"
    r"became|began|took|led|wrote|made|built|sent|held|won|gave)\b"
)


@dataclass(frozen=True, slots=True)
class NameSpan:
    """Characters `start` to `end` of a text: one name, or a list of them ("GPT-4.0 and Gemini 2.0 Flash").

    `parts` are the names of the list as (start, end); a single name is its own one part.
    """

    start: int
    end: int
    parts: tuple[tuple[int, int], ...]


def find_names(text: str) -> Iterator[NameSpan]:
    """Yield names and lists of names in order.

    A word that is capitalised only because it begins a sentence is no name, nor is an abbreviation in brackets behind
    what it abbreviates.
    """
    row: list[tuple[int, int]] = []
    for match in RUN.finditer(text):
        run = _trimmed(text, *match.span())
        if run is None:
            continue
        if row and not SEPARATOR.fullmatch(text, row[-1][1], run[0]):
            yield NameSpan(row[0][0], row[-1][1], tuple(row))
            row = []
        row.append(run)
    if row:
        yield NameSpan(row[0][0], row[-1][1], tuple(row))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the run without stop words before it and a possessive behind it; None if it is no name."""
    for word in re.finditer(r"\S+\s*", text[start:end]):
        tokens = tokenize(word.group())
        if all(token in STOP_WORDS or token[0].isdigit() for token in tokens) and not re.match(
            r"[A-Z]{2}|[A-Z]\.", word.group()
        ):
            start += len(word.group())
            continue
        break
    name = re.sub(r"['’]s?$|[.'’&-]+$", "", text[start:end].rstrip())
    end = start + len(name)
    if not name or (text[start - 1 : start] == "(" and text[end : end + 1] == ")" and name.isupper()):
        return None
    is_plain_word = " " not in name and not re.search(r"[A-Z\d.]", name[1:])
    if is_plain_word and _begins_sentence(text, start) and not PREDICATE.match(text, end):
        return None
    return start, end


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \n\t\"“'‘(*_")
    return not before or before[-1] in ".!?:"
