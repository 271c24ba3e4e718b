"""Names in a text: runs of capitalised words, and rows of such names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.text.tokens import STOP_WORDS, tokenize

__all__ = ["NameSpan", "find_names"]

UPPER = "A-ZÀ-ÖØ-ÞĀĆČĎĐĒĘĚĞĪİĹĽŁŃŇŌŐŒŘŚŞŠŤŪŮŰŹŻŽ"
TITLE = r"(?:St|Mt|Dr|Mr|Mrs|Ms|Prof|Gen|Col|Lt|Sgt|Fr|[A-Z])\.(?=\s)"
SITE = r"[a-z][\w-]*\.(?:com|org|net|ai|io|gov|edu)"
WORD = rf"(?:{TITLE}|[{UPPER}](?:[\w’'.&-]*\w)?|[a-z]+[A-Z]\w*|{SITE})"
FIGURE = r"\d+(?:\.\d+)*[A-Za-z]?(?!\w|[.,]\d)"
LINK = r"(?:of the|of|de la|de|du|des|del|della|von|van|der|den|al|bin|ibn|le|la)"
RUN = re.compile(rf"(?<![\w.’'-]){WORD}(?:\s+(?:{LINK}\s+)?{WORD}|\s+{FIGURE})*")
ROW = re.compile(r"(?:,\s+(?:and|or)\s+|,\s+|\s+(?:and|or)\s+)(?:(?:the|an?)\s+(?:[a-z]+\s+of\s+)?)?")
PREDICATE = re.compile(
    r"['’]s\b|,? and [A-Z]|\s+(?:is|was|are|were|has|had|have|also|then|later|did|can|could|will|would|[a-z]+ed|"
    r"became|began|took|led|wrote|made|built|sent|held|won|gave)\b"
)


@dataclass(frozen=True, slots=True)
class NameSpan:
    """Characters `start` to `end` of a text: one name, or a row of them ("GPT-4.0 and Gemini 2.0 Flash").

    `parts` are the names in the row, as (start, end); a single name is its own one part.
    """

    start: int
    end: int
    parts: tuple[tuple[int, int], ...]


def find_names(text: str) -> Iterator[NameSpan]:
    """Names and rows of names, in order. A word is no name where it is capitalised only since it begins a sentence,
    nor an abbreviation that stands in brackets behind what it abbreviates."""
    row: list[tuple[int, int]] = []
    for match in RUN.finditer(text):
        run = _trimmed(text, *match.span())
        if run is None:
            continue
        if row and not ROW.fullmatch(text, row[-1][1], run[0]):
            yield NameSpan(row[0][0], row[-1][1], tuple(row))
            row = []
        row.append(run)
    if row:
        yield NameSpan(row[0][0], row[-1][1], tuple(row))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The run without little words before it and a possessive behind it; None where it is no name."""
    for word in re.finditer(r"\S+\s*", text[start:end]):
        known = tokenize(word.group())
        if all(at in STOP_WORDS or at[0].isdigit() for at in known) and not re.match(r"[A-Z]{2}|[A-Z]\.", word.group()):
            start += len(word.group())
            continue
        break
    found = re.sub(r"['’]s?$|[.'’&-]+$", "", text[start:end].rstrip())
    end = start + len(found)
    if not found or (text[start - 1 : start] == "(" and text[end : end + 1] == ")" and found.isupper()):
        return None
    plain = " " not in found and not re.search(r"[A-Z\d.]", found[1:])
    return None if plain and _opens(text, start) and not PREDICATE.match(text, end) else (start, end)


def _opens(text: str, start: int) -> bool:
    """Whether a sentence begins here."""
    before = text[:start].rstrip(" \n\t\"“'‘(*_")
    return not before or before[-1] in ".!?:"
