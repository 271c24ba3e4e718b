"""Tokens of a text as search reads them: lower case, stemmed, stop words left out."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import lru_cache

import Stemmer

from index.text.stop_words import WORDS

__all__ = ["POINTING_WORDS", "STOP_WORDS", "content_stems", "stem", "token_spans", "tokenize"]

WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|\d+", re.UNICODE)

LIGHT_WORDS = """
    also another anyone became become becomes being called come could else ever everything far give given go
    goes got had kind like made make makes many mean means might much must name named names new often one per
    please said say says since something sort still tell thing things type types us use used uses using via way
    well went whether whose within without would
"""

STOP_WORDS = frozenset(WORDS["en"]) | frozenset(LIGHT_WORDS.split())
"""Words that carry no topic: articles, pronouns, auxiliaries, question words and light verbs."""

POINTING_WORDS = frozenset(
    ["he", "she", "it", "they", "this", "that", "these", "those", "his", "her", "its", "their", "such"]
)
"""Words that point back when a sentence begins with them."""

_stemmer = threading.local()  # PyStemmer's objects must not be shared by threads


def token_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield words and numbers in lower case as (token, start, end), in order; a possessive 's is dropped."""
    for match in WORD.finditer(text):
        token = _strip_possessive(match.group().lower())
        yield token, match.start(), match.start() + len(token)


def tokenize(text: str) -> list[str]:
    """Return words and numbers in lower case, in order; a possessive 's is dropped."""
    return [token for token, _, _ in token_spans(text)]


def content_stems(text: str) -> list[str]:
    """Return the stems of the words that are no stop words, in order."""
    return [stem(token) for token in tokenize(text) if token not in STOP_WORDS]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return the English Snowball stem of a lower-case word."""
    if not hasattr(_stemmer, "english"):
        _stemmer.english = Stemmer.Stemmer("english")
    return str(_stemmer.english.stemWord(word))


def _strip_possessive(word: str) -> str:
    return word.replace("’", "'").removesuffix("'s")
