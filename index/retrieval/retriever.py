"""Hybrid retrieval: candidates from dense and keyword search, fused by reciprocal rank, with their features."""

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
"""The k of reciprocal rank fusion, smaller than the usual 60 since the lists are short."""


class Retriever:
    """Finds candidates in a search index and lets the reranker order them.

    `candidates` is how many hits it returns, and how many each of the two searches contributes.
    """

    def __init__(self, *, reranker: Reranker, candidates: int = 50) -> None:
        self._reranker = reranker
        self._candidates = candidates

    def retrieve(self, search_index: SearchIndex, question: QuestionAnalysis, encoding: Encoding) -> list[Hit]:
        """Return the reranked hits, best first; fewer than `candidates` from a small index."""
        bm25 = search_index.keyword.scores(question.stems)
        dense = [row for row, _ in search_index.vectors.search(encoding.vector, self._candidates)]
        fused = fuse(dense, _best(bm25, self._candidates))
        rows = [row for row in fused if may_answer(search_index.passages[row], question)][: self._candidates]
        if not rows or not encoding.pieces:
            return []
        hits = self._hits(search_index, question, encoding, rows, bm25)
        return self._reranker.rerank(Query(question.text, encoding, search_index.states.of), hits)

    def _hits(
        self,
        search_index: SearchIndex,
        question: QuestionAnalysis,
        encoding: Encoding,
        rows: Sequence[int],
        bm25: Vectors,
    ) -> list[Hit]:
        candidates = _candidates(search_index, encoding, rows, bm25)
        weight = search_index.keyword.weights(question.stems)
        table = compute_features(question, candidates, encoding, search_index.tokens.weights(encoding.pieces), weight)
        return [
            Hit(candidate.passage, candidate.cosine, candidate.bm25, tuple(map(float, features)), candidate.row)
            for candidate, features in zip(candidates, table, strict=True)
        ]


def fuse(*rankings: Sequence[int]) -> list[int]:
    """Fuse rankings by reciprocal rank: rows by the sum of 1 / (RANK_OFFSET + rank), best first, ties by row.

    Notes
    -----
    Cormack, Clarke and Büttcher 2009, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
    methods". The sum only orders: it means nothing by itself and is never compared with a threshold.
    """
    fused: dict[int, float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking):
            fused[row] = fused.get(row, 0.0) + 1 / (RANK_OFFSET + rank)
    return sorted(fused, key=lambda row: (-fused[row], row))


def _best(scores: Vectors, k: int) -> list[int]:
    """Return the rows with a score above 0, best first, at most k."""
    k = min(k, len(scores))
    top = np.argpartition(-scores, k - 1)[:k] if k else np.zeros(0, np.int64)
    return sorted((int(row) for row in top if scores[row] > 0), key=lambda row: (-scores[row], row))


def _candidates(search_index: SearchIndex, encoding: Encoding, rows: Sequence[int], bm25: Vectors) -> list[Candidate]:
    last = len(search_index.passages) - 1
    around = sorted({near for row in rows for near in (row - 1, row, row + 1) if 0 <= near <= last})
    best, reverse = search_index.tokens.matches(encoding, around)
    place = {row: position for position, row in enumerate(around)}
    no_match = np.full(best.shape[1], -1.0, np.float32)

    def neighbour(row: int, step: int) -> Vectors:
        position = place.get(row + step)
        if position is None or not _same_section(search_index.passages[row], search_index.passages[row + step]):
            return no_match
        matches: Vectors = best[position]
        return matches

    cosines = search_index.vectors.cosines(encoding.vector, rows)
    return [
        Candidate(
            row=row,
            passage=search_index.passages[row],
            title=search_index.documents[search_index.passages[row].document_id].title,
            cosine=cosine,
            bm25=float(bm25[row]),
            best=best[place[row]],
            best_before=neighbour(row, -1),
            best_after=neighbour(row, +1),
            reverse=float(reverse[place[row]]),
        )
        for row, cosine in zip(rows, cosines, strict=True)
    ]


def _same_section(passage: Passage, other: Passage) -> bool:
    return passage.document_id == other.document_id and passage.section == other.section
