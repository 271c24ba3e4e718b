"""Candidates from dense and keyword search, fused by reciprocal rank, with the features of evidence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.domain.answers import Hit
from index.domain.documents import Passage
from index.domain.ports import Encoding, Query, Reranker, Vectors
from index.retrieval._front_matter_filter import may_answer
from index.retrieval.features import Candidate, compute_features
from index.retrieval.search_index import SearchIndex
from index.text.questions import QuestionAnalysis

__all__ = ["Retriever", "fuse"]

RANK_OFFSET = 10
"""The k of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), smaller than their 60 since lists are short."""


class Retriever:
    """Finds candidates on a shelf and lets the reranker order them."""

    def __init__(self, *, reranker: Reranker, candidates: int = 50) -> None:
        self._reranker = reranker
        self._candidates = candidates

    def retrieve(self, shelf: SearchIndex, question: QuestionAnalysis, encoding: Encoding) -> list[Hit]:
        """Hits, best first: a list as long as `candidates`, or shorter on a short shelf."""
        bm25 = shelf.keyword.scores(question.stems)
        dense = [row for row, _ in shelf.vectors.search(encoding.vector, self._candidates)]
        fused = fuse(dense, _best(bm25, self._candidates))
        rows = [row for row in fused if may_answer(shelf.passages[row], question)][: self._candidates]
        if not rows or not encoding.pieces:
            return []
        hits = self._hits(shelf, question, encoding, rows, bm25)
        return self._reranker.rerank(Query(question.text, encoding, shelf.states.of), hits)

    def _hits(
        self, shelf: SearchIndex, asked: QuestionAnalysis, encoding: Encoding, rows: Sequence[int], bm25: Vectors
    ) -> list[Hit]:
        candidates = _candidates(shelf, encoding, rows, bm25)
        weight = shelf.keyword.weights(asked.stems)
        table = compute_features(asked, candidates, encoding, shelf.tokens.weights(encoding.pieces), weight)
        return [
            Hit(at.passage, at.cosine, at.bm25, tuple(float(value) for value in row), at.row)
            for at, row in zip(candidates, table, strict=True)
        ]


def fuse(*rankings: Sequence[int]) -> list[int]:
    """Rows by the sum over the rankings of 1 / (RANK_OFFSET + rank), best first; ties in the order of the rows.

    The sum is good for ordering alone: it means nothing by itself and is never compared with a threshold.
    """
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking):
            fused[row] = fused.get(row, 0.0) + 1 / (RANK_OFFSET + rank)
    return sorted(fused, key=lambda row: (-fused[row], row))


def _best(scores: Vectors, k: int) -> list[int]:
    """Rows with a score above 0, best first, at most k."""
    k = min(k, len(scores))
    top = np.argpartition(-scores, k - 1)[:k] if k else np.zeros(0, np.int64)
    return sorted((int(row) for row in top if scores[row] > 0), key=lambda row: (-scores[row], row))


def _candidates(shelf: SearchIndex, encoding: Encoding, rows: Sequence[int], bm25: Vectors) -> list[Candidate]:
    around = sorted({at for row in rows for at in (row - 1, row, row + 1) if 0 <= at < len(shelf.passages)})
    best, reverse = shelf.tokens.matches(encoding, around)
    place = {row: at for at, row in enumerate(around)}
    nothing = np.full(best.shape[1], -1.0, np.float32)

    def neighbour(row: int, step: int) -> Vectors:
        at = place.get(row + step)
        if at is None or not _same_section(shelf.passages[row], shelf.passages[row + step]):
            return nothing
        found: Vectors = best[at]
        return found

    cosines = shelf.vectors.cosines(encoding.vector, rows)
    return [
        Candidate(
            row=row,
            passage=shelf.passages[row],
            title=shelf.documents[shelf.passages[row].document_id].title,
            cosine=cosine,
            bm25=float(bm25[row]),
            best=best[place[row]],
            best_before=neighbour(row, -1),
            best_after=neighbour(row, +1),
            reverse=float(reverse[place[row]]),
        )
        for row, cosine in zip(rows, cosines, strict=True)
    ]


def _same_section(one: Passage, other: Passage) -> bool:
    return one.document_id == other.document_id and one.section == other.section
