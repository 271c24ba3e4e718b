"""Signals to probabilities: the two logistic regressions and the file that holds their weights."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from index.ranking.logistic import LIST_FEATURES, MODEL, LogisticRanker, list_features
from index.retrieval.features import FEATURES

from index.domain.answers import Hit
from index.domain.documents import Passage
from index.domain.errors import LibraryError

PASSAGE = Passage("", "", "", 0, 1, "x", "x", "", "x")


def hit(**values: float) -> Hit:
    """A hit whose features are 0 but for those given, of a question with one topic word."""
    values = {"topics": math.log(2), **values}
    return Hit(PASSAGE, 0.0, 0.0, tuple(values.get(name, 0.0) for name in FEATURES))


def weights(path: Path, *, names: tuple[str, ...] = FEATURES, **environment: dict[str, float]) -> Path:
    """A model file in which all weights are 0 but those given."""

    def part(features: tuple[str, ...]) -> dict[str, object]:
        blank = {"mean": 0.0, "scale": 1.0, "weight": 0.0}
        return {"bias": 0.0, "signals": {name: {**blank, **environment.get(name, {})} for name in features}}

    curve = [[0.0, 0.4], [0.5, 0.1]]
    path.write_text(json.dumps({"ranker": part(names), "confidence": part(LIST_FEATURES), "curve": curve}), "utf-8")
    return path


def test_a_score_is_the_logistic_of_the_weighed_standardised_features(tmp_path):
    scorer = LogisticRanker(weights(tmp_path / "model.json", late={"mean": 0.5, "scale": 0.25, "weight": 2.0}))
    (reranked,) = scorer.rerank("?", [hit(late=0.75)])
    assert reranked.score == pytest.approx(1 / (1 + math.exp(-2.0)))


def test_the_likeliest_hit_comes_first(tmp_path):
    scorer = LogisticRanker(weights(tmp_path / "model.json", late={"weight": 1.0}))
    reranked = scorer.rerank("?", [hit(late=0.1), hit(late=0.9), hit(late=0.5)])
    assert [round(hit.features[FEATURES.index("late")], 1) for hit in reranked] == [0.9, 0.5, 0.1]


def test_confidence_weighs_the_list_as_a_whole(tmp_path):
    scorer = LogisticRanker(weights(tmp_path / "model.json", top_three={"weight": 1.0}))
    reranked = scorer.rerank("?", [hit(), hit(), hit(), hit()])
    assert scorer.confidence(reranked) == pytest.approx(1 / (1 + math.exp(-1.5)))


def test_nothing_found_is_no_confidence(tmp_path):
    assert LogisticRanker(weights(tmp_path / "model.json")).confidence([]) == 0.0


def test_a_question_without_a_topic_word_is_no_confidence():
    scorer = LogisticRanker()
    assert scorer.confidence(scorer.rerank("?", [hit(topics=0.0, late=1.0, cosine=1.0)])) == 0.0


def test_weights_of_other_features_are_refused_with_what_mends_it(tmp_path):
    with pytest.raises(LibraryError, match="install Footnote anew"):
        LogisticRanker(weights(tmp_path / "model.json", names=FEATURES[1:]))


def test_the_shipped_weights_name_every_signal_and_a_curve_that_never_rises():
    table = json.loads(MODEL.read_text("utf-8"))
    assert list(table["ranker"]["signals"]) == list(FEATURES)
    assert list(table["confidence"]["signals"]) == list(LIST_FEATURES)
    curve = LogisticRanker().curve
    assert curve == sorted(curve)
    assert [wrong for _, wrong in curve] == sorted((wrong for _, wrong in curve), reverse=True)


def test_the_features_of_a_whole_list_take_the_best_and_the_least_of_the_nearest():
    features = dict(
        zip(LIST_FEATURES, list_features([hit(late=0.2, core_unmet=0.4), hit(late=0.7, core_unmet=0.1)]), strict=True)
    )
    assert (features["first_late"], features["best_late"], features["least_core_unmet"]) == pytest.approx(
        (0.2, 0.7, 0.1)
    )
