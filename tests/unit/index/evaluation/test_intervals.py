"""Intervals of figures: those that drawing the questions anew gives."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import bootstrap

from index.evaluation.intervals import _Run, bootstrap_intervals
from index.evaluation.metrics import compute_figures
from index.evaluation.questions import Question, pair_answers
from tests.support.runs import CHAT, GOLD, MEMBER, TEXTS, UNKNOWN, cite, line, made_run


def questions(rows: list[dict[str, Any]]) -> list[Question]:
    return [
        Question(
            row["id"],
            row["question"],
            row["source"],
            row["answerable"],
            tuple((gold["start"], gold["end"], gold["text"]) for gold in row["answers"]),
        )
        for row in rows
    ]


@pytest.mark.parametrize("seed", range(50))
def test_a_resample_is_scored_as_a_run_of_its_questions(seed):
    rows, lines = made_run(seed)
    gold_questions = questions(rows)
    chance = np.random.default_rng(seed)
    for sample in (np.arange(len(gold_questions)), chance.integers(0, len(gold_questions), len(gold_questions))):
        drawn = [
            Question(
                n,
                gold_questions[i].question,
                gold_questions[i].source,
                gold_questions[i].answerable,
                gold_questions[i].spans,
            )
            for n, i in enumerate(sample)
        ]
        wanted = compute_figures(TEXTS, drawn, [{**lines[i], "id": n} for n, i in enumerate(sample)])
        weights = np.bincount(sample, minlength=len(gold_questions)).astype(float)[np.newaxis]
        figures = _Run(TEXTS, pair_answers(gold_questions, lines)).figures(weights)
        assert {
            name: round(float(figures[name][0]), 4)
            for name in wanted
            if name != "questions" and wanted[name] == wanted[name]
        } == {
            name: pytest.approx(value, abs=1.01e-4)
            for name, value in wanted.items()
            if name != "questions" and value == value
        }


def half_right(size: int) -> tuple[list[Question], list[dict[str, Any]]]:
    questions = [Question(number, "?", "a.md", True, GOLD.spans) for number in range(size)]
    return questions, [
        line(str(number), "x", cite("a.md", *((0, 23) if number % 2 else (24, 46)))) for number in range(size)
    ]


def test_the_interval_of_a_share_is_that_of_the_libraries_bootstrap():
    questions, lines = half_right(100)
    low, high = bootstrap_intervals(TEXTS, questions, lines)["evidence@1"]
    right = [float(number % 2) for number in range(100)]
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
    figures = bootstrap_intervals(TEXTS, *half_right(30))
    assert "auroc" not in figures
    assert "abstain_recall" not in figures
    assert bootstrap_intervals(TEXTS, [], []) == {}


def test_a_resample_without_a_figure_is_no_resample_of_it():
    figures = bootstrap_intervals(
        TEXTS, [GOLD, UNKNOWN], [line("1", "x", confidence=0.9), line("3", None, confidence=0.1)]
    )
    assert figures["auroc"] == (1.0, 1.0)
    assert not any(math.isnan(bound) for pair in figures.values() for bound in pair)


def test_a_resample_of_questions_of_members_is_scored_as_a_run_of_them():
    chance = np.random.default_rng(0)
    kinds = (MEMBER, CHAT)
    asked = [replace(kinds[number % 2], id=number) for number in range(20)]
    lines = [
        line(str(number), "flour " * (number % 5 + 1)) if number % 3 else line(str(number), None, reason="no " * number)
        for number in range(20)
    ]
    run = _Run(TEXTS, pair_answers(asked, lines))
    for _ in range(20):
        sample = chance.integers(0, 20, 20)
        drawn = [replace(asked[i], id=f"d{n}") for n, i in enumerate(sample)]
        wanted = compute_figures(TEXTS, drawn, [{**lines[i], "id": f"d{n}"} for n, i in enumerate(sample)])
        figures = run.figures(np.bincount(sample, minlength=20).astype(float)[np.newaxis])
        assert {name: float(figures[name][0]) for name in wanted if name != "questions"} == {
            name: pytest.approx(value, abs=1e-4) for name, value in wanted.items() if name != "questions"
        }


def test_every_figure_has_an_interval_around_it():
    rows, lines = made_run(3)
    figures = compute_figures(TEXTS, questions(rows), lines)
    around = bootstrap_intervals(TEXTS, questions(rows), lines)
    assert around.keys() == figures.keys() - {"questions"}
    assert all(low <= high for low, high in around.values())
    assert all(low <= figures[name] <= high for name, (low, high) in around.items() if name not in ("ece",))
