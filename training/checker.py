"""Fit the weights of `index/checking/checker.json`: of the model's log-odds, and of what the evidence lacks.

    python -m training.checker --claims build/training/claims/held.jsonl.gz

The claims must be some that the model was not trained on, or its log-odds would count too much. The table shows
cross-validation over these, all claims over the same evidence in one part, and the claims of `../shared/eval/claims`,
which are used for nothing else.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from index.checking.claim_checker import UNKNOWN, WEIGHTS
from index.checking.features import features
from index.reading.onnx_reader import OnnxReader
from training.data import NLI, read_jsonl

__all__ = ["Floats", "others_passing", "precision_threshold"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.intp]

EVALUATION = Path("../shared/eval/claims/claims.jsonl")
READER = Path("index/checking")
PARTS = 5
PENALTY = 0.02
PASSING = 0.85
"""Share of the entailed claims that pass where the others that pass are counted."""
PRECISION = 0.97
SIGNS = {"entailed": 1, "contradicted": -1, "numbers told": 1, "numbers missing": -1, "numbers derived": 1,
         "names missing": -1, "stems missing": -1, "negation differs": -1, "universal added": -1,
         "cause added": -1}  # fmt: skip
"""Which way a feature may count."""
RESAMPLES = 500


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=Path, nargs="+", required=True)
    parser.add_argument("--model", type=Path, default=READER, help="folder of the exported model")
    parser.add_argument("--evaluation", type=Path, default=EVALUATION)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args(argv)
    reader = OnnxReader(arguments.model)
    rows = [row for path in arguments.claims for row in read_jsonl(path)]
    names, values, entailed = _table(rows, reader)
    groups = _groups(rows)
    crossed = np.zeros(len(rows))
    for train, test in GroupKFold(PARTS).split(values, entailed, groups):
        crossed[test] = _probabilities(values[test], *_fit(values[train], entailed[train], names))
    print(_figures("cross-validated", entailed, crossed, groups))
    weights, intercept = _fit(values, entailed, names)
    kept = {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True) if weight}
    arguments.out.write_text(json.dumps({"intercept": round(intercept, 4), "weights": kept}, indent=1) + "\n", "utf-8")
    print(f"{PRECISION:.0%} are right from {precision_threshold(entailed, crossed, PRECISION):.3f}; weights {kept}")
    rows = list(read_jsonl(arguments.evaluation))
    _, values, entailed = _table(rows, reader)
    probabilities = _probabilities(values, weights, intercept)
    print(_figures("the model alone", entailed, values[:, 0], _groups(rows)))
    print(_figures("evaluation", entailed, probabilities, _groups(rows)))
    least = np.quantile(probabilities[entailed], 1 - PASSING)
    kinds = defaultdict(list)
    for row, probability in zip(rows, probabilities, strict=True):
        kinds[f"{row['label']}, {row['kind']}"].append(probability >= least)
    for kind, passed in sorted(kinds.items()):
        print(f"  {kind}: {sum(passed)} of {len(passed)} pass")
    return 0


def others_passing(entailed: Flags, probabilities: Floats, passing: float = PASSING) -> float:
    """Return the share of the claims not entailed that pass where `passing` of the entailed ones do."""
    return float((probabilities[~entailed] >= np.quantile(probabilities[entailed], 1 - passing)).mean())


def precision_threshold(entailed: Flags, probabilities: Floats, precision: float) -> float:
    """Return the least probability from which on at least a share `precision` is entailed; 1.01 if none is enough."""
    order = np.argsort(-probabilities)
    right = np.cumsum(entailed[order]) / np.arange(1, len(order) + 1)
    enough = np.nonzero(right >= precision)[0]
    return float(probabilities[order[enough[-1]]]) if len(enough) else 1.01


def _table(rows: Sequence[dict[str, Any]], reader: OnnxReader) -> tuple[list[str], Floats, Flags]:
    found = []
    for row in rows:
        evidence, claim, _ = _texts(row)
        entailment = reader.read(claim, evidence).entailment or UNKNOWN
        found.append(features(evidence, claim, entailment))
    values = np.array([list(each.values()) for each in found])
    return list(found[0]), values, np.array([_texts(row)[2] == NLI["entailed"] for row in rows])


def _groups(rows: Sequence[dict[str, Any]]) -> Labels:
    """Return the number of each claim's evidence."""
    return np.unique([_texts(row)[0] for row in rows], return_inverse=True)[1]


def _texts(row: dict[str, Any]) -> tuple[str, str, int]:
    """Return evidence, claim and label of a given claim or of a training line."""
    return (row["premise"], row["hypothesis"], row["nli"]) if "nli" in row else (
        row["evidence"], row["claim"], NLI[row["label"]]
    )  # fmt: skip


def _fit(values: Floats, entailed: Flags, names: Sequence[str]) -> tuple[Floats, float]:
    """Return weights and intercept of a logistic regression over the features as they are.

    A feature that would count the other way round than SIGNS says is left out, and the rest fitted anew: claims made to
    look alike teach by chance that what the evidence lacks speaks for a claim.
    """
    mean, scale = values.mean(0), values.std(0) + 1e-9
    kept = np.ones(len(names), bool)
    signs = np.array([SIGNS[name] for name in names])
    while True:
        model = LogisticRegression(C=PENALTY, max_iter=1_000).fit(((values - mean) / scale)[:, kept], entailed)
        weights = np.zeros(len(names))
        weights[kept] = model.coef_[0] / scale[kept]
        wrong = weights * signs < 0
        if not wrong.any():
            return weights, float(model.intercept_[0] - weights @ mean)
        kept &= ~wrong


def _probabilities(values: Floats, weights: Floats, intercept: float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(values @ weights + intercept))))


def _figures(name: str, entailed: Flags, probabilities: Floats, groups: Labels) -> str:
    """Return AUROC and others passing with 95 % intervals, by resampling the evidence with its claims."""
    places = [np.nonzero(groups == group)[0] for group in range(groups.max() + 1)]
    random = np.random.default_rng(1)
    samples = [np.concatenate([places[pick] for pick in random.integers(0, len(places), len(places))])
               for _ in range(RESAMPLES)]  # fmt: skip
    figures = []
    for label, figure in (("AUROC", roc_auc_score), (f"others passing at {PASSING}", others_passing)):
        value = figure(entailed, probabilities)
        low, high = np.quantile([figure(entailed[sample], probabilities[sample]) for sample in samples], [0.025, 0.975])
        figures.append(f"{label} {value:.3f} ({low:.3f} to {high:.3f})")
    return f"{name}, {len(entailed)} claims: {', '.join(figures)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
