"""Spelling correction: misspelt words of a question become words of the sources: "contxt window of mavrick"."""

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
"""Letters of a word that may be misspelt: shorter ones have too many similar words."""
LONG = 8
"""Letters from which on two slips are forgiven instead of one."""
MOST_STEMS = 20
"""Similar stems of the sources that are compared."""
MOST_PASSAGES = 5
"""Passages that are read for how a word is written."""


class SpellingCorrector:
    """Corrects the spelling of questions.

    `count_tokens` counts the tokens of a text, special tokens included, as `Embedder.count` does: a word that is one
    token of the model is in common use and not misspelt.
    """

    def __init__(self, count_tokens: Callable[[str], int]) -> None:
        self._count_tokens = count_tokens
        self._single_token = count_tokens("the")

    def correct(self, question: str, search_index: SearchIndex) -> str:
        """Return the question with each misspelt word as the sources spell it.

        A word is misspelt if it is not in common use, the sources do not hold it, and they hold a similar one. A slip
        is a letter more, less or other, or two exchanged; never the first letter.
        """
        return WORD.sub(lambda match: self._correct_word(match.group(), search_index), question)

    def _correct_word(self, word: str, search_index: SearchIndex) -> str:
        lowered = word.lower()
        if len(lowered) < SHORTEST or lowered in STOP_WORDS or stem(lowered) in search_index.keyword.stems:
            return word
        if self._count_tokens(lowered) == self._single_token:
            return word
        slips = 2 if len(lowered) >= LONG else 1
        stems = similar_words(stem(lowered), search_index.keyword.stems, slips)[:MOST_STEMS]
        spellings = [spelling for wanted in stems for spelling in _spellings(wanted, lowered, slips, search_index)]
        return min(spellings)[2] if spellings else word


def _spellings(wanted: str, lowered: str, slips: int, search_index: SearchIndex) -> Iterator[tuple[int, int, str]]:
    """Yield how the first passages with this stem write it, if similar enough, as (slips, -frequency, spelling)."""
    rows = search_index.keyword.rows([wanted])
    for row in rows[:MOST_PASSAGES]:
        text = passage_text(search_index.passages[row])
        for word, start, end in token_spans(text):
            is_candidate = word[:1] == lowered[:1] and stem(word) == wanted
            if is_candidate and (distance := OSA.distance(word, lowered)) <= slips:
                yield distance, -len(rows), text[start:end]
