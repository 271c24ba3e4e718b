"""Fit `index/ranking/weigh.json`: what the reader's odds are worth beside the features, and how sure an answer is.

    python -m training.stack --set DOCUMENTS QUESTIONS ... --cache FOLDER --odds ODDS.json [--write]
    python -m training.stack ... --folds FOLDER      # the same without each article in turn, for cross-validation

ODDS.json is written by `training.score`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
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
from index.ranking.logistic import MODEL
from index.ranking.stacking import (
    DEPTH,
    HIT_FEATURES,
    STACKED_LIST_FEATURES,
    WEIGHTS,
    hit_features,
    rerank_read_hits,
    stacked_list_features,
)
from training.collect import Row
from training.fit import WEIGHTS as KINDS
from training.fit import gold_rank, model_table, rank_out_of_fold, read_sets, risk_curve, weights_table

CONFIDENCE_C = 0.005
"""Inverse strength of the list model's regularisation."""

Odds = Mapping[str, Mapping[str, float]]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs=2, type=Path, action="append", required=True, metavar=("DOCUMENTS", "QUESTIONS"))
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--odds", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name} and {MODEL.name}")
    parser.add_argument("--folds", type=Path, help="write those of each fold below this folder")
    arguments = parser.parse_args(argv)
    rows = read_sets(arguments.set, arguments.cache)
    odds = json.loads(arguments.odds.read_text("utf-8"))
    ranked = read_hits(rows, odds)
    confidence, lists = out_of_fold(rows, ranked)
    report(rows, lists, confidence)
    curve = risk_curve(rows, lists, confidence)
    if arguments.write:
        WEIGHTS.write_text(_dump(stacking_table(rows, ranked, curve)), "utf-8")
        MODEL.write_text(_dump(model_table(rows)), "utf-8")
        print(f"wrote {WEIGHTS} and {MODEL}")
    for fold in sorted({row.fold for row in rows}) if arguments.folds else ():
        kept = [index for index, row in enumerate(rows) if row.fold != fold]
        folder = arguments.folds / fold
        folder.mkdir(parents=True, exist_ok=True)
        fold_rows = [rows[index] for index in kept]
        curve = risk_curve(fold_rows, [lists[index] for index in kept], confidence[kept])
        (folder / WEIGHTS.name).write_text(
            _dump(stacking_table(fold_rows, [ranked[index] for index in kept], curve)), "utf-8"
        )
        (folder / MODEL.name).write_text(_dump(model_table(fold_rows)), "utf-8")
    return 0


def read_hits(rows: Sequence[Row], odds: Odds) -> list[list[Hit]]:
    """Return each row's hits by features, out of fold, the best of them with the odds of a reader."""
    lists_of_hits = []
    for index, hits in enumerate(rank_out_of_fold(rows)):
        known = odds.get(str(index), {})
        lists_of_hits.append(
            [replace(hit, odds=known.get(str(hit.row))) if n < DEPTH else hit for n, hit in enumerate(hits)]
        )
    return lists_of_hits


def fit_hit_model(rows: Sequence[Row], ranked: Sequence[list[Hit]]) -> Pipeline:
    x, y = [], []
    for row, hits in zip(rows, ranked, strict=True):
        read = [hit for hit in hits if hit.odds is not None]
        if row.answerable and read:
            x.append(hit_features(read))
            y += [bool(row.gold[hit.row]) for hit in read]
    return make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=3_000)).fit(np.concatenate(x), y)


def rerank(ranked: Sequence[list[Hit]], pipeline: Pipeline) -> list[list[Hit]]:
    lists_of_hits = []
    for hits in ranked:
        read = [hit for hit in hits if hit.odds is not None]
        lists_of_hits.append(
            rerank_read_hits(hits, read, pipeline.predict_proba(hit_features(read))[:, 1]) if read else hits
        )
    return lists_of_hits


def fit_list_model(rows: Sequence[Row], lists: Sequence[list[Hit]]) -> Pipeline:
    x = np.stack([stacked_list_features(hits) for hits in lists])
    weight = [KINDS[row.kind] for row in rows]
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=CONFIDENCE_C, max_iter=3_000))
    return pipeline.fit(x, [row.answerable for row in rows], logisticregression__sample_weight=weight)


def out_of_fold(rows: Sequence[Row], ranked: Sequence[list[Hit]]) -> tuple[NDArray[np.float64], list[list[Hit]]]:
    """Return the confidence of each row and its reranked hits, by weights that have not seen its article."""
    folds = [row.fold for row in rows]
    confidence, lists = np.zeros(len(rows)), list(ranked)
    for fold in sorted(set(folds)):
        seen = [index for index, row_fold in enumerate(folds) if row_fold != fold]
        unseen = [index for index, row_fold in enumerate(folds) if row_fold == fold]
        pipeline = fit_hit_model([rows[index] for index in seen], [ranked[index] for index in seen])
        list_model = fit_list_model(
            [rows[index] for index in seen], rerank([ranked[index] for index in seen], pipeline)
        )
        for index, hits in zip(unseen, rerank([ranked[index] for index in unseen], pipeline), strict=True):
            lists[index] = hits
        confidence[unseen] = list_model.predict_proba(
            np.stack([stacked_list_features(lists[index]) for index in unseen])
        )[:, 1]
    return confidence, lists


def report(rows: Sequence[Row], lists: Sequence[list[Hit]], confidence: NDArray[np.float64]) -> None:
    """Print the figures by article: ranking of single sentences, and how well confidence tells."""
    print("fold                      first  third    auroc    ece  abstained rows_shown 0.75 answered")
    for fold in (*sorted({row.fold for row in rows}), "all"):
        rows_shown = [
            n for n, row in enumerate(rows) if (row.fold == fold or fold == "all") and row.kind in ("asked", "single")
        ]
        if fold == "all":
            rows_shown = [n for n in rows_shown if rows[n].kind == "asked"]
        confidences, answerable = confidence[rows_shown], np.asarray([rows[n].answerable for n in rows_shown])
        places = [gold_rank(rows[n], lists[n]) for n in rows_shown if rows[n].answerable]
        level = np.quantile(confidences[answerable], 0.25)
        print(
            f"{fold:24} {np.mean(np.less(places, 1)):6.3f} {np.mean(np.less(places, 3)):6.3f} "
            f"{roc_auc_score(answerable, confidences):8.3f} {_ece(confidences, answerable):6.3f} "
            f"{np.mean(confidences[~answerable] < level):8.3f} (rows_shown {level:.2f})"
        )
    for kind in ("part", "stranger", "swapped"):
        rows_shown = [n for n, row in enumerate(rows) if row.kind == kind]
        print(f"{kind:24} mean confidence {np.mean(confidence[rows_shown]):.3f} of {len(rows_shown)}")


def stacking_table(
    rows: Sequence[Row], ranked: Sequence[list[Hit]], curve: Sequence[tuple[float, float]]
) -> dict[str, Any]:
    pipeline = fit_hit_model(rows, ranked)
    list_model = fit_list_model(rows, rerank(ranked, pipeline))
    return {
        "each": weights_table(pipeline, HIT_FEATURES),
        "confidence": weights_table(list_model, STACKED_LIST_FEATURES),
        "curve": curve,
    }


def _ece(confidences: NDArray[np.float64], answerable: NDArray[np.bool_]) -> float:
    cells = np.minimum((confidences * 10).astype(int), 9)
    return float(
        sum(abs(confidences[cells == cell].sum() - answerable[cells == cell].sum()) for cell in range(10))
        / len(confidences)
    )


def _dump(lists_of_hits: dict[str, Any]) -> str:
    return json.dumps(lists_of_hits, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
