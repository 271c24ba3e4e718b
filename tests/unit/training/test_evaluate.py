"""Figures of a reader as numbers, and the command that prints them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from index.domain.reading import AnswerSpan, Entailment, Reading
from training import evaluate
from training.benchmarks import Claim, Question
from training.evaluate import bootstrap, claim_figures, question_figures, refused_at
from training.predict import TorchReader

WINDOWS = ("Scout has 16 experts.", "Maverick has 17.")


def reading(answerable: float, start: int = 0, end: int = 0, nli: tuple[float, float, float] = (0, 0, 0)) -> Reading:
    return Reading(answerable, (AnswerSpan(start, end, 0.0),), Entailment(*nli))


def test_words_are_counted_in_the_window_that_the_reader_is_surest_of():
    questions = [
        Question("exact", WINDOWS, ((0, 10, 12),), answerable=True),
        Question("overlaps", WINDOWS, ((1, 13, 15),), answerable=True),
        Question("elsewhere", WINDOWS, ((1, 13, 15),), answerable=True),
        Question("none", WINDOWS, (), answerable=False),
    ]
    figures = question_figures(
        questions,
        [
            [reading(2, 10, 12), reading(1)],
            [reading(0), reading(1, 9, 15)],
            [reading(3, 10, 12), reading(1, 13, 15)],
            [reading(-1), reading(-2)],
        ],
    )
    assert {name: figure.value for name, figure in figures.items()} == {
        "auroc": 1.0, "refused": 1.0, "overlap": pytest.approx(2 / 3), "exact": pytest.approx(1 / 3)
    }  # fmt: skip


def test_the_threshold_for_refusals_answers_the_rate_of_the_answerable():
    answerable = np.array([True] * 20 + [False] * 4)
    scores = np.array([*range(20), -1.0, 1.0, 5.0, 30.0])
    assert refused_at(answerable, scores, 0.85) == 0.5
    assert refused_at(answerable, scores, 1.0) == 0.25


def test_claims_are_judged_three_ways_and_by_how_far_they_are_entailed():
    claims = [Claim("a", "e", label) for label in (0, 0, 1, 2)]
    readings = [reading(0, nli=nli) for nli in ((0.8, 0.1, 0.1), (0.3, 0.5, 0.2), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8))]
    figures = claim_figures(claims, readings)
    assert (figures["accuracy"].value, figures["auroc"].value) == (0.75, 1.0)


def test_an_interval_holds_the_figure_and_narrows_with_more_cases():
    few, many = (bootstrap(np.mean, np.arange(count) % 2 == 0) for count in (40, 4_000))
    assert few.low < few.value < few.high
    assert many.high - many.low < (few.high - few.low) / 5


@pytest.fixture
def arguments(reader: Path, shared: Path, tmp_path: Path) -> list[str]:
    folders = ["--given", str(shared / "training"), "--eval", str(shared / "eval"), "--kept", str(tmp_path / "kept")]
    return [str(reader), *folders]


def test_every_set_is_measured_and_a_second_run_reads_what_was_kept(arguments, capsys, monkeypatch):
    evaluate.main([*arguments, "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert {row["set"]: row["n"] for row in rows} == {
        "release": 4, "follow-ups": 3, "verdicts": 2, "claims": 3, "fever-symmetric": 2, "squad2": 3
    }  # fmt: skip
    assert all(row["auroc"]["low"] <= row["auroc"]["value"] <= row["auroc"]["high"] for row in rows)
    monkeypatch.delattr(TorchReader, "read")
    evaluate.main([*arguments, "--json"])
    assert json.loads(capsys.readouterr().out) == rows


def test_half_a_line_of_an_interrupted_run_is_read_again(arguments, tmp_path, capsys):
    evaluate.main([*arguments, "--sets", "claims"])
    table = capsys.readouterr().out
    (kept,) = (tmp_path / "kept").iterdir()
    kept.write_text(kept.read_text("utf-8")[:-9], "utf-8")
    evaluate.main([*arguments, "--sets", "claims"])
    assert capsys.readouterr().out == table
