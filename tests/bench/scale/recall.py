"""Recall of windows: those found, of those that exact search of the same vectors and keywords finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from index.domain.ports import Embedder, Vectors
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex

__all__ = ["WINDOWS", "recall"]

WINDOWS = 20
CANDIDATES = 50
BLOCK = 16_384


class ExactVectors:
    """The best rows of each question by brute force, found in one pass over all rows; it stands for a vector store."""

    def __init__(self, store: Any, questions: Vectors, *, deleted: Any = None) -> None:
        self._questions = questions
        rows: list[np.ndarray[Any, Any]] = []
        cosines: list[np.ndarray[Any, Any]] = []
        for start in range(0, len(store), BLOCK):
            block = questions @ np.asarray(store.rows(start, min(start + BLOCK, len(store)))).T
            best = np.argsort(-block, axis=1, kind="stable")[:, :CANDIDATES]
            rows.append(best + start)
            cosines.append(np.take_along_axis(block, best, axis=1))
        all_rows, all_cosines = np.concatenate(rows, axis=1), np.concatenate(cosines, axis=1)
        order = np.argsort(-all_cosines, axis=1, kind="stable")[:, :CANDIDATES]
        self._rows = np.take_along_axis(all_rows, order, axis=1)
        self._cosines = np.take_along_axis(all_cosines, order, axis=1)

    def search(self, vector: Vectors, k: int, **_: Any) -> list[tuple[int, float]]:
        place = int(np.argmax(self._questions @ vector))
        pairs = zip(self._rows[place, :k], self._cosines[place, :k], strict=True)
        return [(int(row), float(cosine)) for row, cosine in pairs]


def recall(search_index: SearchIndex, embedder: Embedder, questions: Sequence[str]) -> dict[str, float]:
    """Return the mean shares of the best WINDOWS windows, and of the best 5, that are found."""
    vectors = np.stack([embedder.question(question) for question in questions])
    exact_index: Any = replace(search_index, vectors=ExactVectors(search_index.vectors, vectors))  # type: ignore[arg-type]
    shares: dict[int, list[float]] = {WINDOWS: [], 5: []}
    for question, vector in zip(questions, vectors, strict=True):
        for most, found in shares.items():
            retriever = Retriever(candidates=CANDIDATES, windows=most)
            exact = {_key(window) for window in retriever.retrieve(exact_index, question, vector)}
            approximate = {_key(window) for window in retriever.retrieve(search_index, question, vector)}
            found.append(len(exact & approximate) / max(1, len(exact)))
    return {f"recall@{most}": round(float(np.mean(found)), 4) for most, found in shares.items()} | {
        "questions": len(questions),
        "rows": len(search_index.vectors),
    }


def _key(window: Any) -> tuple[str, str]:
    return window.document_id, window.text
