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
from training.fit import curve, model_table, place_of_gold, ranked_out_of_fold, read_sets, table

JUDGE_C = 0.005
"""Inverse strength of the judge's regularisation."""

Odds = Mapping[str, Mapping[str, float]]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs=2, type=Path, action="append", required=True, metavar=("DOCUMENTS", "QUESTIONS"))
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--odds", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name} and {MODEL.name}")
    parser.add_argument("--folds", type=Path, help="write those of each fold below this folder")
    given = parser.parse_args(argv)
    rows = read_sets(given.set, given.cache)
    odds = json.loads(given.odds.read_text("utf-8"))
    ranked = read_hits(rows, odds)
    confidence, lists = out_of_fold(rows, ranked)
    report(rows, lists, confidence)
    shape = curve(rows, lists, confidence)
    if given.write:
        WEIGHTS.write_text(_dump(weigh_table(rows, ranked, shape)), "utf-8")
        MODEL.write_text(_dump(model_table(rows)), "utf-8")
        print(f"wrote {WEIGHTS} and {MODEL}")
    for fold in sorted({row.fold for row in rows}) if given.folds else ():
        kept = [at for at, row in enumerate(rows) if row.fold != fold]
        folder = given.folds / fold
        folder.mkdir(parents=True, exist_ok=True)
        own = [rows[at] for at in kept]
        shape = curve(own, [lists[at] for at in kept], confidence[kept])
        (folder / WEIGHTS.name).write_text(_dump(weigh_table(own, [ranked[at] for at in kept], shape)), "utf-8")
        (folder / MODEL.name).write_text(_dump(model_table(own)), "utf-8")
    return 0


def read_hits(rows: Sequence[Row], odds: Odds) -> list[list[Hit]]:
    """Each row's hits by features, out of fold, the best of them with the odds that a reader gave."""
    found = []
    for at, hits in enumerate(ranked_out_of_fold(rows)):
        known = odds.get(str(at), {})
        found.append([replace(hit, odds=known.get(str(hit.row))) if n < DEPTH else hit for n, hit in enumerate(hits)])
    return found


def fit_each(rows: Sequence[Row], ranked: Sequence[list[Hit]]) -> Pipeline:
    x, y = [], []
    for row, hits in zip(rows, ranked, strict=True):
        read = [hit for hit in hits if hit.odds is not None]
        if row.answerable and read:
            x.append(hit_features(read))
            y += [bool(row.gold[hit.row]) for hit in read]
    return make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=3_000)).fit(np.concatenate(x), y)


def reranked(ranked: Sequence[list[Hit]], pipeline: Pipeline) -> list[list[Hit]]:
    found = []
    for hits in ranked:
        read = [hit for hit in hits if hit.odds is not None]
        found.append(rerank_read_hits(hits, read, pipeline.predict_proba(hit_features(read))[:, 1]) if read else hits)
    return found


def fit_whole(rows: Sequence[Row], lists: Sequence[list[Hit]]) -> Pipeline:
    x = np.stack([stacked_list_features(hits) for hits in lists])
    weight = [KINDS[row.kind] for row in rows]
    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=JUDGE_C, max_iter=3_000))
    return pipeline.fit(x, [row.answerable for row in rows], logisticregression__sample_weight=weight)


def out_of_fold(rows: Sequence[Row], ranked: Sequence[list[Hit]]) -> tuple[NDArray[np.float64], list[list[Hit]]]:
    """Confidence of each row and its hits as reranked, by weights that have not seen its article."""
    folds = [row.fold for row in rows]
    confidence, lists = np.zeros(len(rows)), list(ranked)
    for fold in sorted(set(folds)):
        seen = [at for at, own in enumerate(folds) if own != fold]
        unseen = [at for at, own in enumerate(folds) if own == fold]
        pipeline = fit_each([rows[at] for at in seen], [ranked[at] for at in seen])
        judge = fit_whole([rows[at] for at in seen], reranked([ranked[at] for at in seen], pipeline))
        for at, hits in zip(unseen, reranked([ranked[at] for at in unseen], pipeline), strict=True):
            lists[at] = hits
        confidence[unseen] = judge.predict_proba(np.stack([stacked_list_features(lists[at]) for at in unseen]))[:, 1]
    return confidence, lists


def report(rows: Sequence[Row], lists: Sequence[list[Hit]], confidence: NDArray[np.float64]) -> None:
    """Print the figures by article: ranking of single sentences, and how well confidence tells."""
    print("fold                      first  third    auroc    ece  abstained at 0.75 answered")
    for fold in (*sorted({row.fold for row in rows}), "all"):
        at = [
            n for n, row in enumerate(rows) if (row.fold == fold or fold == "all") and row.kind in ("asked", "single")
        ]
        if fold == "all":
            at = [n for n in at if rows[n].kind == "asked"]
        sure, can = confidence[at], np.asarray([rows[n].answerable for n in at])
        places = [place_of_gold(rows[n], lists[n]) for n in at if rows[n].answerable]
        level = np.quantile(sure[can], 0.25)
        print(
            f"{fold:24} {np.mean(np.less(places, 1)):6.3f} {np.mean(np.less(places, 3)):6.3f} "
            f"{roc_auc_score(can, sure):8.3f} {_ece(sure, can):6.3f} "
            f"{np.mean(sure[~can] < level):8.3f} (at {level:.2f})"
        )
    for kind in ("part", "stranger", "swapped"):
        at = [n for n, row in enumerate(rows) if row.kind == kind]
        print(f"{kind:24} mean confidence {np.mean(confidence[at]):.3f} of {len(at)}")


def weigh_table(
    rows: Sequence[Row], ranked: Sequence[list[Hit]], shape: Sequence[tuple[float, float]]
) -> dict[str, Any]:
    pipeline = fit_each(rows, ranked)
    judge = fit_whole(rows, reranked(ranked, pipeline))
    return {
        "each": table(pipeline, HIT_FEATURES),
        "confidence": table(judge, STACKED_LIST_FEATURES),
        "curve": shape,
    }


def _ece(sure: NDArray[np.float64], can: NDArray[np.bool_]) -> float:
    cells = np.minimum((sure * 10).astype(int), 9)
    return float(sum(abs(sure[cells == cell].sum() - can[cells == cell].sum()) for cell in range(10)) / len(sure))


def _dump(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
