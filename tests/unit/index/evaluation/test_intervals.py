"""Intervals of figures: those that drawing the questions anew gives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.stats import bootstrap

from index.evaluation.intervals import _Run, bootstrap_intervals
from index.evaluation.metrics import Question, compute_figures, pair_answers
from tests.support.runs import GOLD, TEXTS, UNKNOWN, cite, line, made_run


def questions(rows: list[dict[str, Any]]) -> list[Question]:
    return [
        Question(
            at["id"],
            at["question"],
            at["source"],
            at["answerable"],
            tuple((gold["start"], gold["end"], gold["text"]) for gold in at["answers"]),
        )
        for at in rows
    ]


@pytest.mark.parametrize("seed", range(50))
def test_a_resample_is_scored_as_a_run_of_its_questions(seed):
    rows, lines = made_run(seed)
    asked = questions(rows)
    chance = np.random.default_rng(seed)
    for at in (np.arange(len(asked)), chance.integers(0, len(asked), len(asked))):
        drawn = [
            Question(n, asked[i].question, asked[i].source, asked[i].answerable, asked[i].spans)
            for n, i in enumerate(at)
        ]
        wanted = compute_figures(TEXTS, drawn, [{**lines[i], "id": n} for n, i in enumerate(at)])
        weights = np.bincount(at, minlength=len(asked)).astype(float)[np.newaxis]
        found = _Run(TEXTS, pair_answers(asked, lines)).figures(weights)
        assert {
            name: round(float(found[name][0]), 4)
            for name in wanted
            if name != "questions" and wanted[name] == wanted[name]
        } == {
            name: pytest.approx(value, abs=1.01e-4)
            for name, value in wanted.items()
            if name != "questions" and value == value
        }


def half_right(size: int) -> tuple[list[Question], list[dict[str, Any]]]:
    asked = [Question(at, "?", "a.md", True, GOLD.spans) for at in range(size)]
    return asked, [line(str(at), "x", cite("a.md", *((0, 23) if at % 2 else (24, 46)))) for at in range(size)]


def test_the_interval_of_a_share_is_that_of_the_libraries_bootstrap():
    asked, lines = half_right(100)
    low, high = bootstrap_intervals(TEXTS, asked, lines)["evidence@1"]
    right = [float(at % 2) for at in range(100)]
    wanted = bootstrap((right,), np.mean, n_resamples=1_000, method="percentile", rng=0).confidence_interval
    assert (low, high) == (pytest.approx(wanted.low, abs=0.02), pytest.approx(wanted.high, abs=0.02))
    assert (low, high) == (pytest.approx(0.4, abs=0.02), pytest.approx(0.6, abs=0.02))  # 1.96 standard errors of 0.05


def test_four_times_the_questions_halve_the_interval():
    few, many = (bootstrap_intervals(TEXTS, *half_right(size))["evidence@1"] for size in (100, 400))
    assert few[1] - few[0] == pytest.approx(2 * (many[1] - many[0]), rel=0.15)


def test_the_same_run_has_the_same_intervals():
    assert bootstrap_intervals(TEXTS, *half_right(30)) == bootstrap_intervals(TEXTS, *half_right(30))
    assert bootstrap_intervals(TEXTS, *half_right(30), seed=1) != bootstrap_intervals(TEXTS, *half_right(30))


def test_what_all_questions_agree_on_has_an_interval_without_width():
    assert bootstrap_intervals(TEXTS, *half_right(30))["verbatim"] == (1.0, 1.0)


def test_a_figure_that_no_resample_has_is_left_out():
    found = bootstrap_intervals(TEXTS, *half_right(30))
    assert "auroc" not in found
    assert "abstain_recall" not in found
    assert bootstrap_intervals(TEXTS, [], []) == {}


def test_a_resample_without_a_figure_is_no_resample_of_it():
    found = bootstrap_intervals(
        TEXTS, [GOLD, UNKNOWN], [line("1", "x", confidence=0.9), line("3", None, confidence=0.1)]
    )
    assert found["auroc"] == (1.0, 1.0)
    assert not any(math.isnan(bound) for pair in found.values() for bound in pair)


def test_every_figure_has_an_interval_around_it():
    rows, lines = made_run(3)
    found = compute_figures(TEXTS, questions(rows), lines)
    around = bootstrap_intervals(TEXTS, questions(rows), lines)
    assert around.keys() == found.keys() - {"questions"}
    assert all(low <= high for low, high in around.values())
    assert all(low <= found[name] <= high for name, (low, high) in around.items() if name not in ("ece",))
