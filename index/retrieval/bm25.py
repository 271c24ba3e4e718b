"""BM25 over passages and their context, on bm25s."""

from __future__ import annotations

import errno
import logging
import math
import os
from collections.abc import Sequence
from functools import cached_property
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
"""How many times a passage's own words count; those of the sentence before and the headings count once."""

SHORTEST_SIMILAR = 5
"""Letters of a word; shorter ones have too many similar words."""

PLACEHOLDER = "\0"
"""The term of a passage without words, so that rows and passages stay in step."""


class Bm25Index:
    """BM25 scores of passages; row i is passage i.

    Scores are 0 or more without an upper bound. They are divided by the rarity of a word that no passage has, so that
    small and large indexes compare.

    Notes
    -----
    Lucene's variant of BM25 (Robertson et al. 1994, "Okapi at TREC-3") with k1 1.5 and b 0.75.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> Bm25Index:
        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG when imported
        engine = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        engine.index([_terms(passage) for passage in passages], show_progress=False)
        return cls(engine)

    def scores(self, stems: Sequence[str]) -> Vectors:
        """Return the score of every passage for the stems of a question, shape (passages,).

        A stem that no passage has counts as the most similar one, at edit distance 1.
        """
        known = (self._known(stem) for stem in stems)
        terms = [term for term in dict.fromkeys(known) if term]
        if not terms:
            return np.zeros(self._engine.scores["num_docs"], np.float32)
        scores: Vectors = self._engine.get_scores(terms) / math.log(1 + (self._engine.scores["num_docs"] + 0.5) / 0.5)
        return scores

    def search(self, stems: Sequence[str], k: int) -> list[tuple[int, float]]:
        """Return the k best rows as (row, score above 0), best first, ties by row."""
        scores = self.scores(stems)
        k = min(k, len(scores))
        top = np.argpartition(-scores, k - 1)[:k] if k else np.zeros(0, np.int64)
        best = sorted((int(row) for row in top if scores[row] > 0), key=lambda row: (-scores[row], row))
        return [(row, float(scores[row])) for row in best]

    def _known(self, stem: str) -> str:
        """Return the stem as passages have it, empty if none has a similar one."""
        vocabulary = self._engine.vocab_dict
        if stem in vocabulary:
            return stem
        if len(stem) < SHORTEST_SIMILAR or not stem.isalpha():
            return ""
        return next(iter(similar_words(stem, self._stems, 1)), "")

    @cached_property
    def _stems(self) -> tuple[str, ...]:
        return tuple(self._engine.vocab_dict)

    def save(self, folder: Path) -> None:
        """Write the index into a folder.

        Raises
        ------
        OSError
            A file cannot be written; `errno` says why.
        """
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
    own = content_stems(passage_text(passage)) or [PLACEHOLDER]
    return content_stems(f"{passage.section} {passage.before}") + own * OWN_WEIGHT
