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

NOTHING = Passage("", "", "", 0, 0, "", "", "", "")


WEIGHTS = {"asked": 1.0, "part": 1.0, "stranger": 0.5, "swapped": 0.5, "single": 10.0}
"""How much a row counts in the fit of the judge; "single" are the few questions of a set of one article, the kind
of small index that the bot is mostly run on."""

ANSWERABLE = 0.8
"""Share of questions that can be answered, in the mix that the curve is for; the rest look as if they could."""

FEWEST = 50
"""A share of fewer answers is no measurement."""

JUDGE_C = 0.005
"""Inverse strength of the judge's regularisation."""


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs=2, type=Path, action="append", required=True, metavar=("DOCUMENTS", "QUESTIONS"))
    parser.add_argument("--cache", type=Path, help="keep the rows of features in this folder between runs")
    parser.add_argument("--write", action="store_true", help=f"write {MODEL.name}")
    given = parser.parse_args(argv)
    rows = read_sets(given.set, given.cache)
    ranked = ranked_out_of_fold(rows)
    confidence = judged_out_of_fold(rows, ranked)
    report(rows, ranked, confidence)
    if given.write:
        MODEL.write_text(json.dumps(model_table(rows), indent=1) + "\n", "utf-8")
        print(f"wrote {MODEL}")
    return 0


def model_table(rows: Sequence[Row]) -> dict[str, Any]:
    """What `index.ranking.logistic` reads: both models fitted on all rows, and the curve by cross-validation."""
    ranked = ranked_out_of_fold(rows)
    shape = curve(rows, ranked, judged_out_of_fold(rows, ranked))
    ranker, judge = fit_ranker(rows), fit_judge(rows, ranked)
    return {"ranker": table(ranker, FEATURES), "confidence": table(judge, LIST_FEATURES), "curve": shape}


def curve(
    rows: Sequence[Row], lists: Sequence[list[Hit]], confidence: NDArray[np.float64]
) -> list[tuple[float, float]]:
    """Pairs (confidence, share wrong of the answers at least so sure), where one question in five has no answer.

    An answer is right when its question has one and one of its three best hits holds it. Never rises with confidence.
    """
    at = [n for n, row in enumerate(rows) if row.kind == "asked"]
    sure = confidence[at]
    can = np.asarray([rows[n].answerable for n in at])
    right = np.asarray([rows[n].answerable and place_of_gold(rows[n], lists[n]) < 3 for n in at])
    weight = np.where(can, ANSWERABLE / can.mean(), (1 - ANSWERABLE) / (1 - can.mean()))
    found, most = [], 0.0
    for level in np.arange(0.99, -0.005, -0.01):
        kept = sure >= level
        if kept.sum() < FEWEST:
            continue
        most = max(most, float((weight * ~right)[kept].sum() / weight[kept].sum()))
        found.append((round(float(level), 2), round(most, 4)))
    return found[::-1]


def read_sets(sets: Sequence[Sequence[Path]], cache: Path | None) -> list[Row]:
    """The rows of all sets, collected or, where they are there, from the cache."""
    return [row for documents, questions in sets for row in _marked(_rows(documents, questions, cache))]


def fit_ranker(rows: Sequence[Row]) -> Pipeline:
    """Weights of the features of one hit, fitted on the best hits of answerable questions."""
    told = [row for row in rows if row.answerable and row.gold.any()]
    x = np.concatenate([row.features[:RANKER_DEPTH] for row in told])
    y = np.concatenate([row.gold[:RANKER_DEPTH] for row in told])
    return make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=3_000)).fit(x, y)


def fit_judge(rows: Sequence[Row], ranked: Sequence[list[Hit]]) -> Pipeline:
    """Weights of the features of a whole list of hits."""
    x = np.stack([list_features(hits) for hits in ranked])
    y = [row.answerable for row in rows]
    weight = [WEIGHTS[row.kind] for row in rows]
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=JUDGE_C, max_iter=3_000))
    return pipeline.fit(x, y, logisticregression__sample_weight=weight)


def ranked_out_of_fold(rows: Sequence[Row]) -> list[list[Hit]]:
    """Each row's hits, ordered by a ranker that has not seen its article."""
    ranked: list[list[Hit]] = [[] for _ in rows]
    for fold in sorted({row.fold for row in rows}):
        ranker = fit_ranker([row for row in rows if row.fold != fold])
        for at, row in enumerate(rows):
            if row.fold == fold:
                ranked[at] = _ranked(row, ranker.predict_proba(row.features)[:, 1])
    return ranked


def judged_out_of_fold(rows: Sequence[Row], ranked: Sequence[list[Hit]]) -> NDArray[np.float64]:
    """Each row's confidence, by a judge that has not seen its article."""
    confidence = np.zeros(len(rows))
    for fold in sorted({row.fold for row in rows}):
        seen = [at for at, row in enumerate(rows) if row.fold != fold]
        unseen = [at for at, row in enumerate(rows) if row.fold == fold]
        judge = fit_judge([rows[at] for at in seen], [ranked[at] for at in seen])
        confidence[unseen] = judge.predict_proba(np.stack([list_features(ranked[at]) for at in unseen]))[:, 1]
    return confidence


def report(rows: Sequence[Row], ranked: Sequence[list[Hit]], confidence: NDArray[np.float64]) -> None:
    """Print the figures by fold and kind."""
    print("fold                      first  third    auroc  abstained at 0.75 answered")
    for fold in (*sorted({row.fold for row in rows}), "all"):
        at = [n for n, row in enumerate(rows) if fold in (row.fold, "all") and row.kind in ("asked", "single")]
        asked, sure = [rows[n] for n in at], confidence[at]
        places = [place_of_gold(row, ranked[n]) for n, row in zip(at, asked, strict=True) if row.answerable]
        answerable = np.asarray([row.answerable for row in asked])
        print(
            f"{fold:24} {np.mean(np.less(places, 1)):6.3f} {np.mean(np.less(places, 3)):6.3f} "
            f"{roc_auc_score(answerable, sure):8.3f} {_abstained(sure, answerable):10.3f}"
        )
    for kind in ("stranger", "swapped"):
        at = [n for n, row in enumerate(rows) if row.kind == kind]
        print(f"{kind:24} mean confidence {np.mean(confidence[at]):.3f} of {len(at)}")


def _abstained(sure: NDArray[np.float64], answerable: NDArray[np.bool_]) -> float:
    """Share of the unanswerable questions that are abstained on where three of four answerable ones are answered."""
    return float(np.mean(sure[~answerable] < np.quantile(sure[answerable], 0.25)))


def _marked(rows: list[Row]) -> list[Row]:
    """The rows of a set of one article are told apart."""
    single = len({row.fold for row in rows}) == 1
    return [replace(row, kind="single") for row in rows] if single else rows


def _rows(documents: Path, questions: Path, cache: Path | None) -> list[Row]:
    name = hashlib.sha256(f"{documents.resolve()}{questions.read_bytes()!r}{FEATURES}".encode()).hexdigest()[:16]
    kept = cache / f"{name}.npz" if cache else None
    if kept and kept.exists():
        return _read(kept)
    asked = read_questions(questions)
    rows = []
    for row in collect(documents, asked, augment=len({at.source for at in asked}) > 1):
        rows.append(row)
        if len(rows) % 500 == 0:
            print(f"{len(rows)} questions asked", file=sys.stderr)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        _write(kept, rows)
    return rows


def _write(path: Path, rows: Sequence[Row]) -> None:
    texts = {text: at for at, text in enumerate(dict.fromkeys(text for row in rows for text in row.texts))}
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
    with np.load(path, allow_pickle=False) as kept:
        facts, ends = json.loads(str(kept["facts"])), np.cumsum(kept["lengths"])[:-1]
        texts = [(text, own) for text, own in json.loads(str(kept["texts"]))]
        parts = zip(facts, np.split(kept["signals"], ends), np.split(kept["gold"], ends), strict=True)
        return [
            Row(fold, kind, text, bool(answerable), features, gold, tuple(texts[at] for at in places))
            for (fold, kind, text, answerable, places), features, gold in parts
        ]


def _ranked(row: Row, scores: NDArray[np.float64]) -> list[Hit]:
    hits = [
        Hit(NOTHING, 0.0, 0.0, tuple(float(value) for value in features), at, float(score))
        for at, (features, score) in enumerate(zip(row.features, scores, strict=True))
    ]
    return sorted(hits, key=lambda hit: -hit.score)


def place_of_gold(row: Row, hits: Sequence[Hit]) -> int:
    return next((place for place, hit in enumerate(hits) if row.gold[hit.row]), len(hits))


def table(pipeline: Pipeline, names: Sequence[str]) -> dict[str, Any]:
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
