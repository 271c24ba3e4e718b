"""BM25 over passages and their context, by bm25s."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from index.lexical import own_text
from index.ports import Vectors
from index.types import Passage
from index.words import content

__all__ = ["KeywordIndex"]

OWN_WEIGHT = 3
"""A passage's own words count this many times, those of the sentence before and the headings once."""

NOTHING = "\0"
"""Stands in a passage without a word, so that rows and passages stay in step."""


class KeywordIndex:
    """Row i is passage i. A score is BM25's (Lucene's variant, k1 1.5, b 0.75) over the
    rarity of a word that no passage has, so that small and large indexes compare: 0 or more, no upper bound."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> KeywordIndex:
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG when imported
        engine = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        engine.index([_terms(passage) for passage in passages], show_progress=False)
        return cls(engine)

    def scores(self, question: str) -> Vectors:
        """Shape (passages,): the score of every passage for the question."""
        terms = [term for term in dict.fromkeys(content(question)) if term in self._engine.vocab_dict]
        if not terms:
            return np.zeros(self._engine.scores["num_docs"], np.float32)
        result: Vectors = self._engine.get_scores(terms) / self._rarity(0)
        return result

    def weights(self, stems: Sequence[str]) -> dict[str, float]:
        """Inverse document frequency of each stem (the BM25 form), as a share of that of a word no passage has."""
        ends = self._engine.scores["indptr"]
        found = {}
        for stem in stems:
            at = self._engine.vocab_dict.get(stem)
            seen = int(ends[at + 1] - ends[at]) if at is not None else 0
            found[stem] = self._rarity(seen) / self._rarity(0)
        return found

    def _rarity(self, seen: int) -> float:
        return math.log(1 + (self._engine.scores["num_docs"] - seen + 0.5) / (seen + 0.5))

    def save(self, folder: Path) -> None:
        self._engine.save(folder / "keyword", show_progress=False, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> KeywordIndex:
        return cls(bm25s.BM25.load(folder / "keyword", allow_pickle=False, load_corpus=False, show_progress=False))


def _terms(passage: Passage) -> list[str]:
    own = content(own_text(passage)) or [NOTHING]
    return content(f"{passage.section} {passage.before}") + own * OWN_WEIGHT
