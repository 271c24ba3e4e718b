"""Clustering of questions that mean the same: near by their vectors, and each entails the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import combinations
from threading import Lock

import numpy as np
from cachetools import LRUCache

from index.domain.ports import ClaimChecker, Vectors
from index.journal._linkage import average_linkage

__all__ = ["LEAST_COSINE", "LEAST_ENTAILED", "QuestionClusters"]

LEAST_COSINE = 0.5
"""The cosine from which on two questions are compared; all pairs of the same meaning in tests/data/question_pairs.jsonl
are at least as near."""

LEAST_ENTAILED = 0.6
"""The mean probability, over both directions, from which on two questions mean the same: the least at which none of the
different pairs for development in tests/data/question_pairs.jsonl is joined. Rather two groups of one meaning than one
of two."""

ROUNDING = 1e-9

MOST_COMPARED = 200
"""Pairs that are compared in one call, the nearest first; those of earlier calls are known."""
MOST_KNOWN = 20_000

IDENTIFIER = re.compile(r"[^\W_]*\d\w*(?:[.,]\d+)*")
"""Numbers, versions and names with digits: "4", "3.2", "H100"."""
INTERROGATIVE = re.compile(r"\b(who|whom|whose|when|where|why)\b", re.IGNORECASE)
"""Question words that ask for different things, which an entailment model tells apart badly."""
SAME_WORD = {"whom": "who"}


class QuestionClusters:
    """Groups questions by meaning. Thread-safe if the checker is, which `open_checker` opens when needed."""

    def __init__(self, open_checker: Callable[[], ClaimChecker]) -> None:
        self._open_checker = open_checker
        self._known: LRUCache[tuple[str, str], float] = LRUCache(MOST_KNOWN)
        self._lock = Lock()

    @cached_property
    def _checker(self) -> ClaimChecker:
        return self._open_checker()

    def groups(self, questions: Sequence[str], vectors: Sequence[Vectors]) -> list[list[int]]:
        """Return the rows of questions that mean the same, in order, the groups by their first row.

        `vectors` are the unit vectors of the questions. Groups are joined by average linkage of what the questions
        entail of each other, so a chain of neighbours is no group if its ends differ. Every row is in one group.
        """
        likeness = self._likeness(questions, vectors)
        if not np.any(np.triu(likeness, 1) >= LEAST_ENTAILED):
            return [[row] for row in range(len(questions))]
        return average_linkage(likeness, LEAST_ENTAILED - ROUNDING)

    def _likeness(self, questions: Sequence[str], vectors: Sequence[Vectors]) -> np.ndarray:
        """Return how probably each two questions mean the same, 0..1; 0 for those that are not compared."""
        likeness = np.eye(len(questions))
        if len(questions) < 2:
            return likeness
        stacked = np.stack(list(vectors))
        cosines = stacked @ stacked.T
        near = [(a, b) for a, b in combinations(range(len(questions)), 2) if cosines[a, b] >= LEAST_COSINE]
        near.sort(key=lambda pair: -cosines[pair])
        left = MOST_COMPARED
        for a, b in near:
            if not _ask_alike(questions[a], questions[b]):
                continue
            known = self._recall(questions[a], questions[b])
            if known is None and left:
                left -= 1
                known = self._compare(questions[a], questions[b])
            likeness[a, b] = likeness[b, a] = known or 0.0
        return likeness

    def _recall(self, first: str, second: str) -> float | None:
        with self._lock:
            return self._known.get(_key(first, second))

    def _compare(self, first: str, second: str) -> float:
        """Return the mean of what each entails of the other; 0 if the first direction leaves no hope."""
        forth = self._checker.entailed(first, second)
        hopeless = (forth + 1) / 2 < LEAST_ENTAILED
        mean = 0.0 if hopeless else (forth + self._checker.entailed(second, first)) / 2
        with self._lock:
            self._known[_key(first, second)] = mean
        return mean


def _key(first: str, second: str) -> tuple[str, str]:
    return min(first, second), max(first, second)


def _ask_alike(first: str, second: str) -> bool:
    """Return whether two questions have the same numbers, and no question words that ask for different things."""
    if set(IDENTIFIER.findall(first.casefold())) != set(IDENTIFIER.findall(second.casefold())):
        return False
    words = [
        {SAME_WORD.get(word, word) for word in INTERROGATIVE.findall(question.casefold())}
        for question in (first, second)
    ]
    return not all(words) or words[0] == words[1]
