"""BM25 over passages and their context, by bm25s."""

from __future__ import annotations

import errno
import logging
import math
import os
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from index.domain.documents import Passage
from index.domain.ports import Vectors
from index.storage.arrays import save_array
from index.text.fuzzy import similar_words
from index.text.passages import passage_text
from index.text.tokens import content_stems

__all__ = ["Bm25Index"]

OWN_WEIGHT = 3
"""A passage's own words count this many times, those of the sentence before and the headings once."""

ALIKE_FROM = 5
"""Letters of a word from which one that differs by a letter may be meant."""

NOTHING = "\0"
"""Stands in a passage without a word, so that rows and passages stay in step."""


class Bm25Index:
    """Row i is passage i. A score is BM25's (Lucene's variant, k1 1.5, b 0.75) over the
    rarity of a word that no passage has, so that small and large indexes compare: 0 or more, no upper bound."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._plain: tuple[str, ...] | None = None

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> Bm25Index:
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG when imported
        engine = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        engine.index([_terms(passage) for passage in passages], show_progress=False)
        return cls(engine)

    def scores(self, stems: Sequence[str]) -> Vectors:
        """Shape (passages,): the score of every passage for the question."""
        terms = [term for term in dict.fromkeys(stems) if term in self._engine.vocab_dict]
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

    def rows(self, stems: Sequence[str]) -> list[int]:
        """Rows that hold every one of the stems, in their own text, the sentence before or the heading."""
        found: set[int] | None = None
        for stem in stems:
            held = self._rows(stem)
            found = held if found is None else found & held
        return sorted(found or ())

    @property
    def stems(self) -> Collection[str]:
        """Every stem that some row holds."""
        known: Collection[str] = self._engine.vocab_dict.keys()
        return known

    def holds(self, stem: str) -> bool:
        """Whether any row holds the stem, or one that is spelt nearly alike: a letter more, less or other, or without
        its accents."""
        known = self._engine.vocab_dict
        if stem in known:
            return True
        if len(stem) < ALIKE_FROM or not stem.isalpha():
            return False
        if self._plain is None:  # once an index: most questions never need it
            self._plain = tuple(dict.fromkeys(map(_bare, known)))
        return bool(similar_words(_bare(stem), self._plain, 1))

    def _rows(self, stem: str) -> set[int]:
        at = self._engine.vocab_dict.get(stem)
        if at is None:
            return set()
        scores = self._engine.scores
        return {int(row) for row in scores["indices"][scores["indptr"][at] : scores["indptr"][at + 1]]}

    def _rarity(self, seen: int) -> float:
        return math.log(1 + (self._engine.scores["num_docs"] - seen + 0.5) / (seen + 0.5))

    def save(self, folder: Path) -> None:
        """Raises OSError, with its number, whatever byte could not be written."""
        try:
            self._engine.save(folder / "keyword", show_progress=False, allow_pickle=False)
        except OSError as error:
            if error.errno:
                raise
            # NumPy's has no number: that fewer bytes were written than there are is how a full disk shows.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        for name, array in self._engine.scores.items():  # again, for by NumPy's own writer an end can be lost
            if isinstance(array, np.ndarray):
                save_array(folder / "keyword" / f"{name}.csc.index.npy", array)

    @classmethod
    def load(cls, folder: Path) -> Bm25Index:
        return cls(bm25s.BM25.load(folder / "keyword", allow_pickle=False, load_corpus=False, show_progress=False))


def _terms(passage: Passage) -> list[str]:
    own = content_stems(passage_text(passage)) or [NOTHING]
    return content_stems(f"{passage.section} {passage.before}") + own * OWN_WEIGHT


def _bare(word: str) -> str:
    """The word without accents."""
    if word.isascii():
        return word
    return "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))
