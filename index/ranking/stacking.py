"""The stacked ranker: features and a reader's odds weighed together.

The best hits by their features are read; logistic regressions, fitted by `training/fit.py` on odds of readers that had
not seen the article (stacking: Wolpert 1992), weigh the reader's odds against the features. Their weights are in
`weigh.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.domain.answers import Hit
from index.domain.ports import Query, Reader, Vectors
from index.ranking.logistic import (
    LIST_FEATURES,
    TOPICS,
    Logistic,
    LogisticRanker,
    list_features,
    log_odds,
    read_weights,
)

__all__ = [
    "DEPTH",
    "HIT_FEATURES",
    "READER_LIST_FEATURES",
    "STACKED_LIST_FEATURES",
    "WEIGHTS",
    "StackedRanker",
    "hit_features",
    "rerank_read_hits",
    "stacked_list_features",
]

WEIGHTS = Path(__file__).with_name("weigh.json")

DEPTH = 5
"""Hits that are read; each costs a question the same time again."""

HIT_FEATURES = (
    "prior",  # log-odds by the features
    "prior_lead",  # over the best other, 0 or less but for the best
    "odds",  # log-odds by the reader
    "odds_lead",  # over the best other that was read
    "odds_share",  # probability by the reader that this one answers, rather than another or none
)
"""Features of each hit that was read."""

READER_LIST_FEATURES = (
    "odds_best",
    "odds_second",
    "odds_any",  # log of the sum of the odds: that any of those read answers
    "odds_prior",  # of the hit that was best by its features
    "odds_first",  # of the hit that is first now
    "first",  # log-odds of the hit that is first now
    "first_lead",  # over the next
    "agree",  # 1.0 if features and reader put the same hit first
)
"""Features of the list as a whole that the reader adds."""

STACKED_LIST_FEATURES = (*LIST_FEATURES, *READER_LIST_FEATURES)


class StackedRanker:
    """Reranks by features, lets the reader read the best hits, and reranks those by both.

    `curve` calibrates the confidence, see `index.ranking.calibration`.

    Notes
    -----
    Stacked generalisation: Wolpert 1992.
    """

    def __init__(self, base: LogisticRanker, reader: Reader, weights: Path = WEIGHTS) -> None:
        table = read_weights(weights)
        self._base = base
        self._reader = reader
        self._hit_model = Logistic.of(table["each"], HIT_FEATURES, weights)
        self._confidence_model = Logistic.of(table["confidence"], STACKED_LIST_FEATURES, weights)
        self.curve: list[tuple[float, float]] = [(confidence, wrong) for confidence, wrong in table["curve"]]

    def rerank(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        ranked = self._base.rerank(query, hits)
        odds = self._reader.odds(query, ranked[:DEPTH])
        read = [
            replace(hit, odds=hit_odds) for hit, hit_odds in zip(ranked, odds, strict=False) if hit_odds is not None
        ]
        return rerank_read_hits(ranked, read, self._hit_model(hit_features(read)) if read else np.zeros(0))

    def confidence(self, hits: Sequence[Hit]) -> float:
        """Return the probability, 0..1, that the sources answer the question of these reranked hits."""
        if not hits or hits[0].odds is None or hits[0].features[TOPICS] == 0:
            return self._base.confidence(hits)
        return float(self._confidence_model(stacked_list_features(hits)[np.newaxis])[0])


def hit_features(read: Sequence[Hit]) -> Vectors:
    """Return the features of hits that were read, shape (hits, len(HIT_FEATURES)).

    `score` is still the base ranker's, `odds` are the reader's.
    """
    prior = np.asarray([log_odds(hit.score) for hit in read])
    odds = np.asarray([hit.odds or 0.0 for hit in read])
    share = np.exp(odds - np.logaddexp(0.0, np.logaddexp.reduce(odds)))
    return np.stack([prior, _lead(prior), odds, _lead(odds), share], axis=1)


def rerank_read_hits(ranked: Sequence[Hit], read: Sequence[Hit], scores: Vectors) -> list[Hit]:
    """Return all hits, those that were read first and by their new scores, shape (len(read),).

    No other hit scores more than the least of them.
    """
    first = sorted(
        (replace(hit, prior=hit.score, score=float(score)) for hit, score in zip(read, scores, strict=True)),
        key=lambda hit: -hit.score,
    )
    rows_read = {hit.row for hit in first}
    ceiling = first[-1].score if first else 1.0
    rest = [replace(hit, prior=hit.score, score=min(hit.score, ceiling)) for hit in ranked if hit.row not in rows_read]
    return [*first, *rest]


def stacked_list_features(hits: Sequence[Hit]) -> Vectors:
    """Return the features of a whole list of hits reranked by both, best first, shape (len(STACKED_LIST_FEATURES),)."""
    by_prior = sorted((replace(hit, score=hit.prior) for hit in hits), key=lambda hit: -hit.score)
    odds = [hit.odds for hit in hits if hit.odds is not None]
    ordered = sorted(odds, reverse=True)
    first, second = log_odds(hits[0].score), log_odds(hits[1].score) if len(hits) > 1 else log_odds(0.0)
    prior_best_odds = by_prior[0].odds if by_prior[0].odds is not None else ordered[0]
    return np.asarray(
        [
            *list_features(by_prior),
            ordered[0],
            ordered[1] if len(ordered) > 1 else ordered[0],
            float(np.logaddexp.reduce(odds)),
            prior_best_odds,
            odds[0],
            first,
            first - second,
            float(prior_best_odds == ordered[0]),
        ]
    )


def _lead(values: Vectors) -> Vectors:
    """Return how far each value is above the best of the others; 0 if it is alone."""
    if len(values) < 2:
        return np.zeros(len(values))
    ordered = np.sort(values)
    others = np.where(values == ordered[-1], ordered[-2], ordered[-1])
    result: Vectors = values - others
    return result
