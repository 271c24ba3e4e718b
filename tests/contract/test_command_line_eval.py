"""`python -m index eval`, to the letter of its contract."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from index.evaluation.records import read_records
from tests.support.command_line import BREAD, Cli, batch, python
from tests.support.index_fakes import write
from tests.support.paths import ROOT


@pytest.fixture
def asked(cli: Cli) -> list[str | Path]:
    """The words of an eval of a question that is answered and of one that should not be, in a folder of its own."""
    write(cli.folder / "seeds", b_md="A house is made of bricks.\n")
    offset = BREAD.index("flour")
    gold = {"text": "flour", "start": offset, "end": offset + 5}
    questions = batch(
        cli.folder,
        json.dumps(
            {"id": "1", "question": "What is bread made of?", "source": "a.md", "answerable": True, "answers": [gold]}
        ),
        json.dumps(
            {"id": "2", "question": "What is tea made of?", "source": "b.md", "answerable": False, "answers": []}
        ),
    )
    results = cli.folder / "evaluation" / "results.md"
    return ["eval", "--documents", "seeds", "--questions", questions, "--results", results]


def test_eval_scores_questions_on_an_index_that_is_thrown_away(cli):
    gold = {"text": "flour", "start": BREAD.index("flour"), "end": BREAD.index("flour") + 5}
    questions = batch(
        cli.folder,
        json.dumps({"id": "1", "question": "bread flour", "source": "a.md", "answerable": True, "answers": [gold]}),
        json.dumps({"id": 2, "question": "king", "source": "a.md", "answerable": False, "answers": []}),
    )
    process = cli("eval", "--documents", "seeds", "--questions", questions, "--json", "--answers", "answers.jsonl")
    (row,) = process.lines
    assert process.code == 0
    assert (row["questions"], row["verbatim"], row["evidence@3"]) == (2, 1.0, 1.0)
    assert {"evidence@1", "contains", "f1", "answer_rate", "abstain_recall", "auroc", "ece", "latency_ms_p50"} <= set(
        row
    )
    written = [json.loads(line) for line in (cli.folder / "answers.jsonl").read_text("utf-8").splitlines()]
    assert [record["id"] for record in written] == ["1", 2]
    assert not (cli.folder / "data").exists()
    assert "questions            2" in cli("eval", "--documents", "seeds", "--questions", questions).out


def test_eval_shows_the_figures_beside_those_recorded_and_the_worst_cases(cli, asked):
    first = cli(*asked, "--record", MAX_WRONG="1")
    assert first.code == 0
    assert "No figures are recorded for these questions" in first.out
    assert "(2: answered, though nothing answers it)" in first.out
    (record,) = read_records(cli.folder / "evaluation" / "results.md")
    assert (record.model, record.settings) == ("model", "MAX_WRONG=1.0")
    assert (record.figures["answer_rate"], record.intervals["abstain_recall"]) == (1.0, (0.0, 0.0))
    assert record.questions == hashlib.sha256((cli.folder / "questions.jsonl").read_bytes()).hexdigest()
    write(cli.folder / "seeds", a_md="# Harbour\n\nThe harbour was opened in 1900.\n")
    again = cli(*asked, "--worst", "0")
    assert "answer_rate          0.0       0.0 to 0.0        1.0       -1.0  below what was recorded" in again.out
    assert "abstain_recall       1.0       1.0 to 1.0        0.0       +1.0" in again.out
    assert "cases" not in again.out
    assert read_records(cli.folder / "evaluation" / "results.md") == [record]


def test_eval_in_json_has_the_figures_by_name_and_their_intervals(cli, asked):
    (row,) = cli(*asked, "--json", MAX_WRONG="1").lines
    assert row["intervals"]["answer_rate"] == [1.0, 1.0]
    assert row["intervals"].keys() == row.keys() - {"questions", "intervals"}


def test_eval_scores_questions_as_members_type_them(cli):
    questions = batch(
        cli.folder,
        json.dumps({"id": "m1", "question": "whats bread made of", "expect": "answer", "gold": "flour"}),
        json.dumps({"id": "m2", "question": "and rye?", "before": ["is it bread"], "expect": "abstain", "gold": ""}),
        json.dumps({"id": "m3", "question": "hi", "expect": "chat", "gold": ""}),
    )
    (row,) = cli("eval", "--documents", "seeds", "--questions", questions, "--json").lines
    assert row["right"] + row["false"] + row["silent"] + row["mistaken"] == pytest.approx(1, abs=1e-3)
    assert row["questions"] == 3
    assert {"auroc", "verbatim", "latency_ms_p50"} <= row.keys()
    assert "evidence@1" not in row


def test_eval_does_not_ask_before_it_knows_that_it_can_compare(cli, asked):
    (cli.folder / "evaluation").mkdir()
    (cli.folder / "evaluation" / "results.md").write_text("## A section of another kind\n", "utf-8")
    process = cli(*asked)
    assert (process.code, process.out) == (1, "")
    assert "'A section of another kind'" in process.err
    assert "loading" not in process.err


def test_a_program_outside_a_checkout_has_nowhere_to_record(tmp_path):
    (tmp_path / "installed").mkdir()
    shutil.copytree(ROOT / "index", tmp_path / "installed" / "index", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "questions.jsonl").write_text("", "utf-8")
    words = ("eval", "--documents", "seeds", "--questions", "questions.jsonl", "--record")
    process = python(*words, folder=tmp_path, PYTHONPATH=str(tmp_path / "installed"))
    assert (process.code, process.out) == (1, "")
    assert process.err.splitlines()[-1].startswith("Recorded figures are kept in a checkout of the repository")
