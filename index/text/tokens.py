"""Words of a text as search sees them: lower case, stemmed, with the little words told apart."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import lru_cache

import Stemmer
from bm25s.stopwords import STOPWORDS_EN_PLUS

__all__ = ["STOP_WORDS", "content_stems", "stem", "token_spans", "tokenize"]

WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|\d+", re.UNICODE)

LIGHT = """
    also another anyone became become becomes being called come could else ever everything far give given go
    goes got had kind like made make makes many mean means might much must name named names new often one per
    please said say says since something sort still tell thing things type types us use used uses using via way
    well went whether whose within without would
"""

STOP_WORDS = frozenset(STOPWORDS_EN_PLUS) | frozenset(LIGHT.split())
"""Words that carry no topic: articles, pronouns, auxiliaries, question words and light verbs."""

_stemmer = threading.local()


def token_spans(text: str) -> Iterator[tuple[str, int, int]]:
    """Words and numbers in lower case with their places, in order; a possessive 's is dropped."""
    for match in WORD.finditer(text):
        word = _plain(match.group().lower())
        yield word, match.start(), match.start() + len(word)


def tokenize(text: str) -> list[str]:
    """Words and numbers in lower case, in order; a possessive 's is dropped."""
    return [word for word, _, _ in token_spans(text)]


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry a topic, in order."""
    return [stem(word) for word in tokenize(text) if word not in STOP_WORDS]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The English Snowball stem of a lower-case word."""
    if not hasattr(_stemmer, "english"):
        _stemmer.english = Stemmer.Stemmer("english")
    return str(_stemmer.english.stemWord(word))


def _plain(word: str) -> str:
    return word.replace("’", "'").removesuffix("'s")


POINTING_WORDS = frozenset(
    ["he", "she", "it", "they", "this", "that", "these", "those", "his", "her", "its", "their", "such"]
)


RELATION_WORDS = """
    not never no none without only first last most least more less fewer before after until since during between under
    over above below against except both all every next previous former latter largest smallest highest lowest oldest
    newest earliest latest main primary initially finally originally total
"""


RELATION_STEMS = frozenset(stem(word) for word in RELATION_WORDS.split())
"""Words that turn the meaning of a question though many of them carry no topic."""
