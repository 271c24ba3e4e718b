"""Misspelt words of a question, spelt as the sources have them: "contxt window of mavrick"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rapidfuzz.distance import OSA

from index.retrieval.search_index import SearchIndex
from index.text.fuzzy import similar_words
from index.text.passages import passage_text
from index.text.tokens import STOP_WORDS, stem, token_spans

__all__ = ["SpellingCorrector"]

WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
SHORTEST = 5
"""Letters of a word that may be a misspelling of another: of shorter ones too many are alike."""
LONG = 8
"""Letters from which on two slips are forgiven, and not only one."""
MOST_ALIKE = 20
"""Stems of the sources that are weighed against one another."""
MOST_READ = 5
"""Passages that are looked at for how a word is written."""


class SpellingCorrector:
    """`pieces` counts what the model makes of a word, special tokens included, as `Embedder.count` does: a word that is
    one piece is one that people use, and no misspelling."""

    def __init__(self, pieces: Callable[[str], int]) -> None:
        self._pieces = pieces
        self._alone = pieces("the")

    def correct(self, question: str, shelf: SearchIndex) -> str:
        """The question with each word that neither people use nor the sources hold, but is spelt nearly like one that
        they hold, as they have it. A slip is a letter more, less, other, or two exchanged; never the first."""
        return WORD.sub(lambda match: self._word(match.group(), shelf), question)

    def _word(self, word: str, shelf: SearchIndex) -> str:
        low = word.lower()
        if (
            len(low) < SHORTEST
            or low in STOP_WORDS
            or stem(low) in shelf.keyword.stems
            or self._pieces(low) == self._alone
        ):
            return word
        slips = 2 if len(low) >= LONG else 1
        stems = similar_words(stem(low), shelf.keyword.stems, slips)[:MOST_ALIKE]
        found = [one for wanted in stems for one in _written(wanted, low, slips, shelf)]
        return min(found)[2] if found else word


def _written(wanted: str, low: str, slips: int, shelf: SearchIndex) -> Iterator[tuple[int, int, str]]:
    """The words with this stem, as the first passages that hold it write them, that differ by so few slips; each with
    the slips, and how rare the stem is."""
    rows = shelf.keyword.rows([wanted])
    for row in rows[:MOST_READ]:
        reading = passage_text(shelf.passages[row])
        for word, start, end in token_spans(reading):
            if word[:1] == low[:1] and stem(word) == wanted and (apart := OSA.distance(word, low)) <= slips:
                yield apart, -len(rows), reading[start:end]
