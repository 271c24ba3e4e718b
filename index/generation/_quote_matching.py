"""Words looked up in a window: as they stand but for spaces, quotation marks and dashes, or the nearest to them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.fuzz import partial_ratio_alignment

__all__ = ["find_nearest", "find_words"]

LEAST_SIMILAR = 75.0
"""Similarity of characters, 0 to 100, from which on words are near: a few letters or one short word differ."""

SHORTEST_NEAR = 12
"""Characters of words for which near ones are looked up; shorter ones are near to too much."""

MOST_PLACES = 3
"""Places at which the same words are found in a window."""

LIKE = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    "…": "...",
}
"""What reads the same in a quotation."""

AROUND = " \"'.,;:*_"
"""What a model puts around the words that it quotes."""

GAP = re.compile(r"\.{3,}|\[\.*\]")


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text with one way to write spaces, quotation marks and dashes, and the place of each character in the text."""

    text: str
    places: tuple[int, ...]

    def original(self, begin: int, end: int) -> tuple[int, int]:
        return self.places[begin], self.places[end - 1] + 1


def find_words(quote: str, text: str) -> list[tuple[int, int]]:
    """Return where the words of a quotation stand in a text, a few places at most; none if one part is not there.

    Of a quotation with an ellipsis the parts must follow each other; it stands from the first to the last.
    """
    parts = [part for piece in GAP.split(_fold(quote).text) if any(map(str.isalnum, part := piece.strip(AROUND)))]
    if not parts:
        return []
    folded = _fold(text)
    found: list[tuple[int, int]] = []
    for first in _occurrences(parts[0], folded.text, 0):
        end = first + len(parts[0])
        for part in parts[1:]:
            if (place := next(iter(_occurrences(part, folded.text, end)), None)) is None:
                break
            end = place + len(part)
        else:
            found.append(folded.original(first, end))
        if len(found) == MOST_PLACES:
            break
    return found


def find_nearest(quote: str, text: str) -> tuple[float, int, int] | None:
    """Return similarity, start and end of the words in a text that are nearest to others; None if none are near."""
    words, folded = _fold(quote).text.strip(AROUND), _fold(text)
    if len(words) < SHORTEST_NEAR or len(folded.text) < len(words) // 2:
        return None
    alignment = partial_ratio_alignment(words, folded.text, score_cutoff=LEAST_SIMILAR)
    if alignment is None or alignment.dest_start >= alignment.dest_end:
        return None
    begin, end = alignment.dest_start, alignment.dest_end
    while begin > 0 and folded.text[begin - 1].isalnum() and folded.text[begin].isalnum():
        begin -= 1
    while end < len(folded.text) and folded.text[end - 1].isalnum() and folded.text[end].isalnum():
        end += 1
    return (alignment.score, *folded.original(begin, end))


def _occurrences(part: str, text: str, start: int) -> list[int]:
    """Return where a part of a quotation stands in a text as whole words."""
    before = r"(?<!\w)" if part[0].isalnum() else ""
    after = r"(?!\w)" if part[-1].isalnum() else ""
    pattern = re.compile(f"{before}{re.escape(part)}{after}")
    return [match.start() for match in pattern.finditer(text, start)]


@lru_cache(1_024)
def _fold(text: str) -> _Folded:
    pieces: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isspace():
            if pieces and pieces[-1] == " ":
                continue
            piece = " "
        elif unicodedata.category(character) in ("Cf", "Cc", "Mn"):
            continue
        else:
            piece = LIKE.get(character, character)
        pieces += piece
        places += [place] * len(piece)
    return _Folded("".join(pieces), tuple(places))
