"""Confidence intervals of a run's figures, by the bootstrap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.evaluation.metrics import BINS, Question, answer_scores, pair_answers

__all__ = ["RESAMPLES", "bootstrap_intervals"]

RESAMPLES = 1_000
COVERAGE = 0.95
BLOCK = 100
"""Resamples weighted at once, to bound the memory."""

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
            if name != "latency"
        }
        values["auroc"] = self._auroc(weights)
        values["ece"] = self._ece(weights)
        if "latency" in self._sums:
            values["latency_ms_p50"] = self._latency(weights, 0.5)
            values["latency_ms_p99"] = self._latency(weights, 0.99)
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

    def _latency(self, weights: Numbers, share: float) -> Numbers:
        timed = self._counts["latency"] > 0
        order = np.argsort(self._sums["latency"][timed], kind="stable")
        values = self._sums["latency"][timed][order]
        cumulated = np.cumsum(weights[:, timed][:, order], axis=1)
        targets = np.floor(cumulated[:, -1:] * share)
        rows = np.minimum((cumulated <= targets).sum(axis=1), len(values) - 1)
        quantiles: Numbers = np.where(cumulated[:, -1] > 0, values[rows], np.nan)
        return quantiles


def _ratio(above: Numbers, below: Numbers) -> Numbers:
    ratios: Numbers = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return ratios
