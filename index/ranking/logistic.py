"""The logistic ranker: from features to the probability that a passage answers, and that any does.

Two logistic regressions whose weights are fitted by `training/fit.py` and shipped as `model.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.domain.answers import Hit
from index.domain.errors import LibraryError
from index.domain.ports import Query, Vectors
from index.retrieval.features import FEATURES

__all__ = [
    "LIST_FEATURES",
    "MODEL",
    "TOPICS",
    "Logistic",
    "LogisticRanker",
    "list_features",
    "log_odds",
    "read_weights",
]

MODEL = Path(__file__).with_name("model.json")

BEST_OF = (
    "late",
    "late_all",
    "late_weakest",
    "near_weakest",
    "core_weakest",
    "kind_word",
    "name_weakest",
    "covered",
    "cosine",
)
LEAST_OF = (
    "core_unmet",
    "core_missing",
    "core_missing_share",
    "names_missing_near",
    "missing_weight",
    "numbers_missing",
)
TOPICS = FEATURES.index("topics")

NEAREST = 5
"""Hits whose extremes are features of the whole list."""

LIST_FEATURES = (
    *(f"first_{name}" for name in FEATURES),
    "score",  # log-odds of the best hit
    "lead",  # of the best hit over the next, in log-odds
    "top_three",  # sum of the three best probabilities
    "sum",  # of all probabilities
    *(f"best_{name}" for name in BEST_OF),
    *(f"least_{name}" for name in LEAST_OF),
)


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression over standardised values."""

    names: tuple[str, ...]
    mean: Vectors
    scale: Vectors
    weight: Vectors
    bias: float

    @classmethod
    def of(cls, table: dict[str, Any], names: Sequence[str], source: Path) -> Logistic:
        """Read the weights of these features from a table; `source` is its file, for the error message.

        Raises
        ------
        LibraryError
            The table is for other features.
        """
        rows = table["signals"]
        if list(rows) != list(names):
            raise LibraryError(f"index/ranking/{source.name} does not fit this program: install Footnote anew.")
        columns = {key: np.asarray([row[key] for row in rows.values()]) for key in ("mean", "scale", "weight")}
        return cls(tuple(names), bias=float(table["bias"]), **columns)

    def __call__(self, values: Vectors) -> Vectors:
        """Return the probabilities, shape (n,), for values of shape (n, names)."""
        odds = ((values - self.mean) / self.scale) @ self.weight + self.bias
        result: Vectors = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        return result


class LogisticRanker:
    """Reranks hits by the probability that each answers, and estimates whether any does.

    `curve` calibrates the confidence, see `index.ranking.calibration`.
    """

    def __init__(self, model: Path = MODEL) -> None:
        table = read_weights(model)
        self._ranker = Logistic.of(table["ranker"], FEATURES, model)
        self._confidence_model = Logistic.of(table["confidence"], LIST_FEATURES, model)
        self.curve: list[tuple[float, float]] = [(confidence, wrong) for confidence, wrong in table["curve"]]

    def rerank(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        if not hits:
            return []
        scores = self._ranker(np.asarray([hit.features for hit in hits]))
        scored = [replace(hit, score=float(score)) for hit, score in zip(hits, scores, strict=True)]
        return sorted(scored, key=lambda hit: -hit.score)

    def confidence(self, hits: Sequence[Hit]) -> float:
        """Return the probability, 0..1, that the sources answer the question of these reranked hits.

        It is 0 for a question without a topic word: that asks for nothing that a source could say.
        """
        if not hits or hits[0].features[TOPICS] == 0:
            return 0.0
        return float(self._confidence_model(list_features(hits)[np.newaxis])[0])


def read_weights(path: Path) -> dict[str, Any]:
    """Return the content of a file of weights.

    Raises
    ------
    LibraryError
        The file is missing or broken.
    """
    try:
        table: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise LibraryError(f"index/ranking/{path.name} is missing or broken: install Footnote anew.") from error
    return table


def list_features(hits: Sequence[Hit]) -> Vectors:
    """Return the features of a whole list of reranked hits, best first, shape (len(LIST_FEATURES),)."""
    nearest = np.asarray([hit.features for hit in hits[:NEAREST]])
    odds = [log_odds(hit.score) for hit in hits[:2]]
    scores = [hit.score for hit in hits]
    column = {name: place for place, name in enumerate(FEATURES)}
    return np.asarray(
        [
            *nearest[0],
            odds[0],
            odds[0] - odds[-1],
            sum(scores[:3]),
            sum(scores),
            *(nearest[:, column[name]].max() for name in BEST_OF),
            *(nearest[:, column[name]].min() for name in LEAST_OF),
        ]
    )


def log_odds(probability: float) -> float:
    """Return log(p / (1 - p)), finite for 0 and 1 as well."""
    return math.log(max(probability, 1e-9) / max(1 - probability, 1e-9))
