"""A reader's odds beside the features."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from index.ranking.logistic import LogisticRanker
from index.ranking.stacking import (
    HIT_FEATURES,
    STACKED_LIST_FEATURES,
    WEIGHTS,
    StackedRanker,
    hit_features,
    rerank_read_hits,
    stacked_list_features,
)
from index.retrieval.features import FEATURES

from index.domain.answers import Hit
from index.domain.documents import Passage
from index.domain.ports import Encoding, Query, States

PASSAGE = Passage("", "", "", 0, 1, "x", "x", "", "x")
UNIT = np.ones(1, np.float32)
QUERY = Query(
    "?",
    Encoding(UNIT, UNIT[np.newaxis], ("x",)),
    lambda row: States(np.zeros((0, 0), np.float32), np.zeros(0, np.int64)),
)


class SaidOdds:
    """A reader whose odds of each row are said beforehand."""

    def __init__(self, **odds: float | None) -> None:
        self._odds = odds

    def odds(self, query: Query, hits: Sequence[Hit]) -> list[float | None]:
        return [self._odds.get(f"row{hit.row}") for hit in hits]


def hit(row: int, score: float = 0.5, odds: float | None = None, late: float = 0.0) -> Hit:
    features = {"topics": math.log(2), "late": late}
    return Hit(PASSAGE, 0.0, 0.0, tuple(features.get(name, 0.0) for name in FEATURES), row, score, odds)


def test_each_hit_is_weighed_by_its_odds_and_its_leads():
    features = hit_features([hit(0, 0.5, 1.0), hit(1, 0.2, -1.0)])
    share = math.exp(1) / (1 + math.exp(1) + math.exp(-1))
    assert dict(zip(HIT_FEATURES, features[0], strict=True)) == pytest.approx(
        {"prior": 0.0, "prior_lead": math.log(4), "odds": 1.0, "odds_lead": 2.0, "odds_share": share}
    )


def test_no_hit_that_was_not_read_comes_before_one_that_was():
    ranked = [hit(0, 0.9, 0.0), hit(1, 0.8, 0.0), hit(2, 0.7)]
    reranked = rerank_read_hits(ranked, ranked[:2], np.asarray([0.1, 0.3]))
    assert [(hit.row, hit.score, hit.prior) for hit in reranked] == [(1, 0.3, 0.8), (0, 0.1, 0.9), (2, 0.1, 0.7)]


def test_a_hit_that_the_reader_is_surer_of_overtakes_one_of_like_features():
    scorer = StackedRanker(LogisticRanker(), SaidOdds(row0=-3.0, row1=3.0))
    assert [hit.row for hit in scorer.rerank(QUERY, [hit(0), hit(1)])] == [1, 0]


def test_confidence_rises_with_the_readers_odds():
    def sure(odds: float) -> float:
        scorer = StackedRanker(LogisticRanker(), SaidOdds(row0=odds, row1=-3.0))
        return scorer.confidence(scorer.rerank(QUERY, [hit(0), hit(1)]))

    assert 0 < sure(-3.0) < sure(3.0) < 1


def test_what_cannot_be_read_is_judged_by_its_features():
    features = LogisticRanker()
    scorer = StackedRanker(features, SaidOdds())
    hits = [hit(0, late=0.2), hit(1, late=0.8)]
    assert scorer.confidence(scorer.rerank(QUERY, hits)) == features.confidence(features.rerank(QUERY, hits))


def test_the_list_as_a_whole_says_whether_features_and_reader_agree():
    first = replace(hit(0, 0.9, 2.0), prior=0.4)
    other = replace(hit(1, 0.3, 1.0), prior=0.6)
    features = dict(zip(STACKED_LIST_FEATURES, stacked_list_features([first, other]), strict=True))
    assert (features["agree"], features["odds_best"], features["odds_prior"], features["odds_first"]) == (
        0.0,
        2.0,
        1.0,
        2.0,
    )


def test_the_shipped_weights_name_everything_and_their_curve_never_rises():
    table = json.loads(WEIGHTS.read_text("utf-8"))
    assert (list(table["each"]["signals"]), list(table["confidence"]["signals"])) == (
        list(HIT_FEATURES),
        list(STACKED_LIST_FEATURES),
    )
    wrong = [share for _, share in table["curve"]]
    assert wrong == sorted(wrong, reverse=True)
