"""Fit the reader's confidence on documents that it was not trained on, and write `index/reading/calibration.json`.

    python -m training.calibrate

Each test document of the release questions is indexed by itself, and its questions are read as the product reads them.
The figures printed are cross-validated by document; what is written is fitted to all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from index.answering.answerer import Answerer
from index.answering.quotations import quote
from index.reading.calibration import CALIBRATION, Calibration
from index.reading.onnx_reader import OnnxReader
from index.reading.windows_reader import WindowsReader
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex
from training.data import GIVEN, read_jsonl
from training.embedding import open_embedder
from training.windows import build_index

__all__ = ["Reading", "expected_calibration_error", "fit", "risk_curve"]

UNANSWERABLE = 0.2
"""Share of unanswerable questions that the curve is drawn for."""
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Reading:
    """How one test question was read: the best window's log-odds, and whether the words found are the gold ones."""

    document: str
    odds: float
    answerable: bool
    right: bool


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--given", type=Path, default=GIVEN)
    parser.add_argument("--kept", type=Path, default=Path("build/training/readings.json"), help="what was read, kept")
    parser.add_argument("--out", type=Path, default=CALIBRATION)
    arguments = parser.parse_args(argv)
    rows = [row for row in read_jsonl(arguments.given / "release_questions.jsonl") if row["split"] == "test"]
    readings = list(read_all(rows))
    arguments.kept.parent.mkdir(parents=True, exist_ok=True)
    arguments.kept.write_text(json.dumps([[r.document, r.odds, r.answerable, r.right] for r in readings]), "utf-8")
    calibration, figures = fit(readings)
    values = {"intercept": calibration.intercept, "slope": calibration.slope}
    table = {**values, "curve": [list(point) for point in calibration.curve]}
    arguments.out.write_text(json.dumps(table) + "\n", "utf-8")
    print(json.dumps(figures | values))
    return 0


def read_all(rows: Sequence[dict[str, Any]]) -> Iterator[Reading]:
    """Yield how the product reads each question of an index of its document alone."""
    embedder = open_embedder()
    answerer = Answerer(
        embedder=embedder,
        retriever=Retriever(),
        reader=WindowsReader(OnnxReader()),
        calibration=Calibration(0.0, 1.0),
        threshold=0.5,
    )
    by_document: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_document[row["doc"]].append(row)
    for done, (document, questions) in enumerate(by_document.items(), 1):
        search_index = build_index({(document, row["passage"]): None for row in questions}, embedder)
        for row in questions:
            before = [turn["question"] for turn in row.get("history") or ()]
            readings = answerer.read(search_index, row["question"], before).readings
            right = row["label"] == 1 and _holds(search_index, readings, row["answer"])
            yield Reading(document, readings[0].reading.answerable, row["label"] == 1, right)
        print(f"\r{done} of {len(by_document)} documents", end="", file=sys.stderr, flush=True)


def fit(readings: Sequence[Reading]) -> tuple[Calibration, dict[str, float]]:
    """Return the calibration, and its figures cross-validated by document."""
    odds = np.asarray([[reading.odds] for reading in readings])
    answerable = np.asarray([reading.answerable for reading in readings])
    right = np.asarray([reading.right for reading in readings])
    groups = np.asarray([reading.document for reading in readings])
    model = LogisticRegression(C=10.0)
    held_out = cross_val_predict(model, odds, answerable, groups=groups, cv=GroupKFold(FOLDS), method="predict_proba")[
        :, 1
    ]
    model.fit(odds, answerable)
    curve = risk_curve(held_out, answerable, right)
    calibration = Calibration(float(model.intercept_[0]), float(model.coef_[0, 0]), curve)
    figures = {
        "auroc": float(roc_auc_score(answerable, held_out)),
        "ece": expected_calibration_error(held_out, answerable),
        "right_of_answerable": float(right[answerable].mean()),
        **{
            f"refused@{int(100 * rate)}": float(
                (held_out[~answerable] < np.quantile(held_out[answerable], 1 - rate)).mean()
            )
            for rate in (0.8, 0.85, 0.9)
        },
    }
    return calibration, figures


def risk_curve(confidence: Any, answerable: Any, right: Any) -> tuple[tuple[float, float], ...]:
    """Return pairs (confidence, share of wrong answers from there up) if one question in five cannot be answered."""
    weight = np.where(answerable, (1 - UNANSWERABLE) / answerable.mean(), UNANSWERABLE / (1 - answerable.mean()))
    points = []
    for least in np.linspace(0.02, 0.98, 49):
        answered = confidence >= least
        if answered.sum() < 20:
            break
        wrong = float((weight * ~right)[answered].sum() / weight[answered].sum())
        points.append((round(float(least), 4), round(wrong, 4)))
    return tuple(points)


def expected_calibration_error(confidence: Any, truth: Any, bins: int = 10) -> float:
    """Return the mean difference of confidence and truth over bins of equal width.

    Notes
    -----
    Guo et al. 2017, arXiv 1706.04599.
    """
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(
        sum(abs(confidence[places == place].sum() - truth[places == place].sum()) for place in range(bins))
        / len(confidence)
    )


def _holds(search_index: SearchIndex, readings: Sequence[Any], answer: str) -> bool:
    """Return whether the quotation for the best words holds the gold answer, white space and marks aside."""
    for reading in readings[:1]:
        document = search_index.documents[reading.window.document_id]
        for span in reading.reading.spans:
            if quotation := quote(reading.window, span, search_index.passages, document):
                return _fold(answer) in _fold(quotation.shown) or _fold(quotation.answer) in _fold(answer)
    return False


def _fold(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in text.lower()).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
