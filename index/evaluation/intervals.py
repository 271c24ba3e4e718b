"""Confidence intervals of a run's figures, by the bootstrap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.evaluation.metrics import BINS, KEPT_SHARES, MEDIANS, answer_scores
from index.evaluation.questions import Question, pair_answers

__all__ = ["RESAMPLES", "bootstrap_intervals"]

RESAMPLES = 1_000
COVERAGE = 0.95
BLOCK = 100
"""Resamples weighted at once, to bound the memory."""
ROUNDING = 1e-9
"""Taken off a product before it is rounded up, so that 0.8 of 10 is 8."""

Numbers = NDArray[np.float64]


def bootstrap_intervals(
    texts: Mapping[str, str],
    questions: Sequence[Question],
    answers: Iterable[Mapping[str, Any]],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of each figure of `index.evaluation.metrics.compute_figures`, rounded to four places.

    Percentiles of the bootstrap (B. Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals of Statistics 7,
    1979): questions are drawn with replacement, as many as there are, 1,000 times. A resample is a weight per question,
    so that a figure of a hundred resamples is a product of matrices: a second for all figures of 3,000 questions.
    (scipy.stats.bootstrap takes one figure at a time, and gives no interval if a resample lacks it.) A resample without
    a figure, such as AUROC without an unanswerable question, is left out of its interval.

    Questions are drawn one by one, so correlation within one article is ignored: for a set of few articles
    the interval is too narrow for questions about others. A figure that every question agrees on (1.0) has no width.
    """
    pairs = pair_answers(questions, answers)
    if not pairs:
        return {}
    generator = np.random.default_rng(seed)
    columns = _Run(texts, pairs)
    size = len(pairs)
    samples: dict[str, list[Numbers]] = defaultdict(list)
    for begin in range(0, resamples, BLOCK):
        weights = generator.multinomial(size, np.full(size, 1 / size), min(BLOCK, resamples - begin)).astype(np.float64)
        for name, values in columns.figures(weights).items():
            samples[name].append(values)
    intervals = {}
    for name, blocks in samples.items():
        values = np.concatenate(blocks)
        values = values[~np.isnan(values)]
        if len(values):
            low, high = np.quantile(values, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
            intervals[name] = (round(float(low), 4), round(float(high), 4))
    return intervals


class _Run:
    """A run as columns, one row per question."""

    def __init__(self, texts: Mapping[str, str], pairs: Sequence[tuple[Question, Mapping[str, Any]]]) -> None:
        size = len(pairs)
        self._sums: dict[str, Numbers] = defaultdict(lambda: np.zeros(size))
        self._counts: dict[str, Numbers] = defaultdict(lambda: np.zeros(size))
        for row, (question, answer) in enumerate(pairs):
            for name, value in answer_scores(texts, question, answer):
                self._sums[name][row] += value
                self._counts[name][row] += 1
        self._confidence = np.asarray([float(answer["confidence"]) for _, answer in pairs])
        self._answerable = np.asarray([float(question.answerable) for question, _ in pairs])

    def figures(self, weights: Numbers) -> dict[str, Numbers]:
        """Return each figure of each resample, NaN if it has none; `weights` has shape (resamples, questions)."""
        values = {
            name: _ratio(weights @ self._sums[name], weights @ self._counts[name])
            for name in self._sums
            if name not in ("latency", *MEDIANS)
        }
        values["auroc"] = self._auroc(weights)
        values["ece"] = self._ece(weights)
        values |= {name: self._refused(weights, share) for name, share in KEPT_SHARES.items()}
        for name in MEDIANS:
            if name in self._sums:
                below, above = (self._at(name, weights, share=0.5, shift=shift) for shift in (-0.5, 0.0))
                values[name] = (below + above) / 2
        if "latency" in self._sums:
            values["latency_ms_p50"] = self._at("latency", weights, share=0.5)
            values["latency_ms_p99"] = self._at("latency", weights, share=0.99)
        return values

    def _auroc(self, weights: Numbers) -> Numbers:
        order = np.argsort(self._confidence, kind="stable")
        _, starts = np.unique(self._confidence[order], return_index=True)
        weights, answerable = weights[:, order], self._answerable[order]
        positive = np.add.reduceat(weights * answerable, starts, axis=1)
        negative = np.add.reduceat(weights * (1 - answerable), starts, axis=1)
        below = np.cumsum(negative, axis=1) - negative
        ordered_pairs = (positive * (below + negative / 2)).sum(axis=1)
        return _ratio(ordered_pairs, positive.sum(axis=1) * negative.sum(axis=1))

    def _ece(self, weights: Numbers) -> Numbers:
        cells = np.minimum(BINS - 1, (self._confidence * BINS).astype(int))
        gap = self._confidence - self._answerable
        gaps = [np.abs(weights[:, cells == cell] @ gap[cells == cell]) for cell in range(BINS)]
        return _ratio(np.sum(gaps, axis=0), weights.sum(axis=1))

    def _refused(self, weights: Numbers, share: float) -> Numbers:
        order = np.argsort(-self._confidence, kind="stable")
        weights, confidence, answerable = weights[:, order], self._confidence[order], self._answerable[order]
        cumulated = np.cumsum(weights * answerable, axis=1)
        is_kept = cumulated < np.ceil(cumulated[:, -1:] * share - ROUNDING)
        least = confidence[np.minimum(is_kept.sum(axis=1), len(confidence) - 1)]
        negative = weights * (1 - answerable)
        refused = (negative * (confidence < least[:, np.newaxis])).sum(axis=1)
        return np.where(cumulated[:, -1] > 0, _ratio(refused, negative.sum(axis=1)), np.nan)

    def _at(self, name: str, weights: Numbers, *, share: float, shift: float = 0.0) -> Numbers:
        """Return the score that a share of a figure's scores is below."""
        scored = self._counts[name] > 0
        order = np.argsort(self._sums[name][scored], kind="stable")
        values = self._sums[name][scored][order]
        cumulated = np.cumsum(weights[:, scored][:, order], axis=1)
        targets = np.floor(cumulated[:, -1:] * share + shift)
        rows = np.minimum((cumulated <= targets).sum(axis=1), len(values) - 1)
        quantiles: Numbers = np.where(cumulated[:, -1] > 0, values[rows], np.nan)
        return quantiles


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    ratios: Numbers = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratios
