"""Fit the reader's confidence on sources that it was not trained on, and write `index/reading/calibration.json`.

    python -m training.calibrate

The test part of the release questions is read as the product reads: each over an index of its document alone, and a
sample over one index of all documents. The figures printed are cross-validated by document; what is written is fitted
to all. SQuAD 2.0 is of no use here: the given weights were trained on the whole of its training part.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from index.answering.answerer import Answerer, ReadQuestion
from index.answering.quotations import quote
from index.reading.calibration import CALIBRATION, UNCALIBRATED, Calibration
from index.reading.onnx_reader import OnnxReader
from index.reading.windows_reader import WindowsReader
from index.retrieval.retriever import Retriever
from index.retrieval.search_index import SearchIndex
from training.data import GIVEN, read_jsonl
from training.embedding import open_embedder
from training.windows import build_index

__all__ = ["Judged", "expected_calibration_error", "fit", "risk_curve"]

UNANSWERABLE = 0.2
"""Share of unanswerable questions that the curve is drawn for."""
FOLDS = 5
UNREAD = -7.0
"""Log-odds of a question for which no window is read (a follow-up without a word of its own): the least of any."""
ALONE, TOGETHER = "alone", "together"


@dataclass(frozen=True, slots=True)
class Judged:
    """How a question was read: the best window's log-odds, and whether the words are right."""

    kind: str
    document: str
    odds: float
    answerable: bool
    right: bool


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--given", type=Path, default=GIVEN)
    parser.add_argument("--kept", type=Path, default=Path("build/training/readings.jsonl"), help="what was read, kept")
    parser.add_argument("--again", action="store_true", help="fit what was kept; read nothing")
    parser.add_argument("--sample", type=int, default=700, help="questions over the index of all documents")
    parser.add_argument("--out", type=Path, default=CALIBRATION)
    arguments = parser.parse_args(argv)
    if not arguments.again:
        arguments.kept.parent.mkdir(parents=True, exist_ok=True)
        with arguments.kept.open("w", encoding="utf-8") as lines:
            for judged in read_all(arguments.given, arguments.sample):
                lines.write(json.dumps(asdict(judged)) + "\n")
    calibration, figures = fit([Judged(**row) for row in read_jsonl(arguments.kept)])
    arguments.out.write_text(json.dumps(asdict(calibration)) + "\n", "utf-8")
    print(json.dumps(figures, indent=1))
    return 0


def read_all(given: Path, sample: int) -> Iterator[Judged]:
    """Yield how the product reads the questions of each set."""
    rows = [row for row in read_jsonl(given / "release_questions.jsonl") if row["split"] == "test"]
    embedder = open_embedder()
    answerer = Answerer(
        embedder=embedder,
        retriever=Retriever(),
        reader=WindowsReader(OnnxReader()),
        calibration=UNCALIBRATED,
        threshold=0.5,
    )
    by_document: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_document[row["doc"]].append(row)
    for done, (document, questions) in enumerate(by_document.items(), 1):
        search_index = build_index({(document, row["passage"]): None for row in questions}, embedder)
        yield from (_judge(ALONE, answerer, search_index, row) for row in questions)
        print(f"\r{done} of {len(by_document)} documents", end="", file=sys.stderr, flush=True)
    together = build_index({(row["doc"], row["passage"]): None for row in rows}, embedder)
    chosen = random.Random(1).sample(rows, min(sample, len(rows)))
    yield from (_judge(TOGETHER, answerer, together, row) for row in chosen)


def fit(judged: Sequence[Judged]) -> tuple[Calibration, dict[str, dict[str, float]]]:
    """Return the calibration, and its figures by set, cross-validated by document; the sets weigh the same."""
    table = np.asarray([[max(each.odds, UNREAD)] for each in judged])
    answerable = np.asarray([each.answerable for each in judged])
    right = np.asarray([each.right for each in judged])
    kinds = np.asarray([each.kind for each in judged])
    groups = np.asarray([each.document for each in judged])
    share = {kind: (kinds == kind).mean() for kind in set(kinds.tolist())}
    weight = np.asarray([1 / (len(share) * share[kind]) for kind in kinds.tolist()])
    model = LogisticRegression(C=10.0)
    folds = GroupKFold(FOLDS)
    held = cross_val_predict(
        model, table, answerable, groups=groups, cv=folds, params={"sample_weight": weight}, method="predict_proba"
    )[:, 1]
    model.fit(table, answerable, sample_weight=weight)
    alone = kinds == ALONE
    curve = risk_curve(held[alone], answerable[alone], right[alone])
    calibration = Calibration(float(model.intercept_[0]), float(model.coef_[0, 0]), curve)
    return calibration, {kind: _figures(held[kinds == kind], answerable[kinds == kind], right[kinds == kind])
                         for kind in share}  # fmt: skip


def _figures(confidence: Any, answerable: Any, right: Any) -> dict[str, float]:
    rates = {
        f"refused@{int(100 * rate)}": (confidence[~answerable] < np.quantile(confidence[answerable], 1 - rate)).mean()
        for rate in (0.8, 0.85, 0.9)
    }
    figures = {
        "questions": len(confidence),
        "auroc": roc_auc_score(answerable, confidence),
        "ece": expected_calibration_error(confidence, answerable),
        "right_of_answerable": right[answerable].mean(),
        **rates,
    }
    return {name: round(float(value), 4) for name, value in figures.items()}


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


def _judge(kind: str, answerer: Answerer, search_index: SearchIndex, row: dict[str, Any]) -> Judged:
    before = [turn["question"] for turn in row.get("history") or ()]
    read = answerer.read(search_index, row["question"], before)
    right = row["label"] == 1 and _holds(search_index, read, row["answer"])
    return Judged(kind, row["doc"], read.odds, row["label"] == 1, right)


def _holds(search_index: SearchIndex, read: ReadQuestion, answer: str) -> bool:
    """Return whether the quotation for the best words holds the gold answer, white space and marks aside."""
    for reading in read.readings[:1]:
        document = search_index.documents[reading.window.document_id]
        for span in reading.reading.spans:
            if quotation := quote(reading.window, span, search_index.passages, document):
                return _fold(answer) in _fold(quotation.shown) or _fold(quotation.answer) in _fold(answer)
    return False


def _fold(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in text.lower()).split())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
