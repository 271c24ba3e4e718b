"""Fit `index/ranking/model.json` on question sets: which passage answers, and whether any does.

    python -m training.fit --set DOCUMENTS QUESTIONS --set DOCUMENTS QUESTIONS [--cache FOLDER] [--write]

Prints figures by cross-validation by article (an article is never judged by weights fitted on it); `--write` then
fits on everything and writes the model. Sets of several articles are augmented (see `training.collect`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from index.domain.answers import Hit
from index.domain.documents import Passage
from index.evaluation.metrics import read_questions
from index.ranking.logistic import LIST_FEATURES, MODEL, list_features
from index.retrieval.features import FEATURES
from training.collect import Row, collect

RANKER_DEPTH = 30
"""Hits of a question that the ranker is fitted on: those further down are easy."""

NO_PASSAGE = Passage("", "", "", 0, 0, "", "", "", "")


WEIGHTS = {"asked": 1.0, "part": 1.0, "stranger": 0.5, "swapped": 0.5, "single": 10.0}
"""How much a row counts when the confidence model is fitted.

"single" are the few questions of a set of one article, the kind of small index that the bot is mostly run on.
"""

ANSWERABLE = 0.8
"""Share of questions that can be answered, in the mix that the curve is for; the others look as if they could."""

FEWEST = 50
"""A share of fewer answers is no measurement."""

CONFIDENCE_C = 0.005
"""Inverse strength of the confidence model's regularisation."""


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs=2, type=Path, action="append", required=True, metavar=("DOCUMENTS", "QUESTIONS"))
    parser.add_argument("--cache", type=Path, help="keep the rows of features in this folder between runs")
    parser.add_argument("--write", action="store_true", help=f"write {MODEL.name}")
    arguments = parser.parse_args(argv)
    rows = read_sets(arguments.set, arguments.cache)
    ranked = rank_out_of_fold(rows)
    confidence = confidence_out_of_fold(rows, ranked)
    report(rows, ranked, confidence)
    if arguments.write:
        MODEL.write_text(json.dumps(model_table(rows), indent=1) + "\n", "utf-8")
        print(f"wrote {MODEL}")
    return 0


def model_table(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the content of `model.json`: both models fitted on all rows, and the curve by cross-validation."""
    ranked = rank_out_of_fold(rows)
    shape = risk_curve(rows, ranked, confidence_out_of_fold(rows, ranked))
    ranker, confidence_model = fit_ranker(rows), fit_confidence_model(rows, ranked)
    return {
        "ranker": weights_table(ranker, FEATURES),
        "confidence": weights_table(confidence_model, LIST_FEATURES),
        "curve": shape,
    }


def risk_curve(
    rows: Sequence[Row], lists: Sequence[list[Hit]], confidence: NDArray[np.float64]
) -> list[tuple[float, float]]:
    """Return pairs (confidence, share of wrong answers from there up), if one question in five has no answer.

    An answer is right if its question has one and one of its three best hits holds it. The share never rises with
    confidence.
    """
    asked = [n for n, row in enumerate(rows) if row.kind == "asked"]
    confidences = confidence[asked]
    answerable = np.asarray([rows[n].answerable for n in asked])
    right = np.asarray([rows[n].answerable and gold_rank(rows[n], lists[n]) < 3 for n in asked])
    weight = np.where(answerable, ANSWERABLE / answerable.mean(), (1 - ANSWERABLE) / (1 - answerable.mean()))
    points, most = [], 0.0
    for level in np.arange(0.99, -0.005, -0.01):
        kept = confidences >= level
        if kept.sum() < FEWEST:
            continue
        most = max(most, float((weight * ~right)[kept].sum() / weight[kept].sum()))
        points.append((round(float(level), 2), round(most, 4)))
    return points[::-1]


def read_sets(sets: Sequence[Sequence[Path]], cache: Path | None) -> list[Row]:
    """Return the rows of all sets, from the cache if they are there."""
    return [row for documents, questions in sets for row in _mark_single(_rows(documents, questions, cache))]


def fit_ranker(rows: Sequence[Row]) -> Pipeline:
    """Fit the weights of the features of one hit, on the best hits of answerable questions."""
    answered = [row for row in rows if row.answerable and row.gold.any()]
    x = np.concatenate([row.features[:RANKER_DEPTH] for row in answered])
    y = np.concatenate([row.gold[:RANKER_DEPTH] for row in answered])
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=3_000)).fit(x, y)


def fit_confidence_model(rows: Sequence[Row], ranked: Sequence[list[Hit]]) -> Pipeline:
    """Fit the weights of the features of a whole list of hits."""
    x = np.stack([list_features(hits) for hits in ranked])
    y = [row.answerable for row in rows]
    weight = [WEIGHTS[row.kind] for row in rows]
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=CONFIDENCE_C, max_iter=3_000))
    return pipeline.fit(x, y, logisticregression__sample_weight=weight)


def rank_out_of_fold(rows: Sequence[Row]) -> list[list[Hit]]:
    """Return each row's hits, ordered by a ranker that has not seen its article."""
    ranked: list[list[Hit]] = [[] for _ in rows]
    for fold in sorted({row.fold for row in rows}):
        ranker = fit_ranker([row for row in rows if row.fold != fold])
        for index, row in enumerate(rows):
            if row.fold == fold:
                ranked[index] = _rank(row, ranker.predict_proba(row.features)[:, 1])
    return ranked


def confidence_out_of_fold(rows: Sequence[Row], ranked: Sequence[list[Hit]]) -> NDArray[np.float64]:
    """Return each row's confidence, by a model that has not seen its article."""
    confidence = np.zeros(len(rows))
    for fold in sorted({row.fold for row in rows}):
        seen = [index for index, row in enumerate(rows) if row.fold != fold]
        unseen = [index for index, row in enumerate(rows) if row.fold == fold]
        confidence_model = fit_confidence_model([rows[index] for index in seen], [ranked[index] for index in seen])
        confidence[unseen] = confidence_model.predict_proba(
            np.stack([list_features(ranked[index]) for index in unseen])
        )[:, 1]
    return confidence


def report(rows: Sequence[Row], ranked: Sequence[list[Hit]], confidence: NDArray[np.float64]) -> None:
    """Print the figures by fold and kind."""
    print("fold                      first  third    auroc  abstained shown 0.75 answered")
    for fold in (*sorted({row.fold for row in rows}), "all"):
        shown = [n for n, row in enumerate(rows) if fold in (row.fold, "all") and row.kind in ("asked", "single")]
        asked, confidences = [rows[n] for n in shown], confidence[shown]
        places = [gold_rank(row, ranked[n]) for n, row in zip(shown, asked, strict=True) if row.answerable]
        answerable = np.asarray([row.answerable for row in asked])
        print(
            f"{fold:24} {np.mean(np.less(places, 1)):6.3f} {np.mean(np.less(places, 3)):6.3f} "
            f"{roc_auc_score(answerable, confidences):8.3f} {_abstention_share(confidences, answerable):10.3f}"
        )
    for kind in ("stranger", "swapped"):
        shown = [n for n, row in enumerate(rows) if row.kind == kind]
        print(f"{kind:24} mean confidence {np.mean(confidence[shown]):.3f} of {len(shown)}")


def _abstention_share(confidences: NDArray[np.float64], answerable: NDArray[np.bool_]) -> float:
    """Return the share of unanswerable questions abstained on if three of four answerable ones are answered."""
    return float(np.mean(confidences[~answerable] < np.quantile(confidences[answerable], 0.25)))


def _mark_single(rows: list[Row]) -> list[Row]:
    """Return the rows, marked if their set has one article only."""
    single = len({row.fold for row in rows}) == 1
    return [replace(row, kind="single") for row in rows] if single else rows


def _rows(documents: Path, questions: Path, cache: Path | None) -> list[Row]:
    name = hashlib.sha256(f"{documents.resolve()}{questions.read_bytes()!r}{FEATURES}".encode()).hexdigest()[:16]
    cached = cache / f"{name}.npz" if cache else None
    if cached and cached.exists():
        return _read(cached)
    asked = read_questions(questions)
    rows = []
    for row in collect(documents, asked, augment=len({question.source for question in asked}) > 1):
        rows.append(row)
        if len(rows) % 500 == 0:
            print(f"{len(rows)} questions asked", file=sys.stderr)
    if cached:
        cached.parent.mkdir(parents=True, exist_ok=True)
        _write(cached, rows)
    return rows


def _write(path: Path, rows: Sequence[Row]) -> None:
    texts = {text: place for place, text in enumerate(dict.fromkeys(text for row in rows for text in row.texts))}
    facts = [[row.fold, row.kind, row.question, row.answerable, [texts[text] for text in row.texts]] for row in rows]
    np.savez_compressed(
        path,
        facts=np.asarray(json.dumps(facts)),
        texts=np.asarray(json.dumps(list(texts))),
        signals=np.concatenate([row.features for row in rows]),
        gold=np.concatenate([row.gold for row in rows]),
        lengths=np.asarray([len(row.gold) for row in rows]),
    )


def _read(path: Path) -> list[Row]:
    with np.load(path, allow_pickle=False) as cached:
        facts, ends = json.loads(str(cached["facts"])), np.cumsum(cached["lengths"])[:-1]
        texts = [(text, own) for text, own in json.loads(str(cached["texts"]))]
        parts = zip(facts, np.split(cached["signals"], ends), np.split(cached["gold"], ends), strict=True)
        return [
            Row(fold, kind, text, bool(answerable), features, gold, tuple(texts[place] for place in places))
            for (fold, kind, text, answerable, places), features, gold in parts
        ]


def _rank(row: Row, scores: NDArray[np.float64]) -> list[Hit]:
    hits = [
        Hit(NO_PASSAGE, 0.0, 0.0, tuple(float(value) for value in features), index, float(score))
        for index, (features, score) in enumerate(zip(row.features, scores, strict=True))
    ]
    return sorted(hits, key=lambda hit: -hit.score)


def gold_rank(row: Row, hits: Sequence[Hit]) -> int:
    return next((place for place, hit in enumerate(hits) if row.gold[hit.row]), len(hits))


def weights_table(pipeline: Pipeline, names: Sequence[str]) -> dict[str, Any]:
    scaler, logistic = pipeline[0], pipeline[-1]
    columns = zip(names, scaler.mean_, scaler.scale_, logistic.coef_[0], strict=True)
    return {
        "bias": round(float(logistic.intercept_[0]), 5),
        "signals": {
            name: {"mean": round(float(mean), 5), "scale": round(float(scale), 5), "weight": round(float(weight), 5)}
            for name, mean, scale, weight in columns
        },
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
