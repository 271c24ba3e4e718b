"""Training lines: exact spans, and nothing of the parts kept for figures."""

# ruff: noqa: S311 (its chance is seeded, not secret)

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.unit.training.conftest import PASSAGE, release_row
from training import data
from training.data import own_lines, passage_key, read_jsonl, release_lines, sentence_around, verdict_label

GIVEN = ROOT.parent / "shared" / "training" / "release_questions.jsonl"


def words(line: dict) -> list[str]:
    return [line["ctx"][start:end] for start, end in line["spans"]]


def test_a_span_is_exact_with_and_without_the_documents_title():
    rng = random.Random(0)
    row = release_row("How many experts?", "16 experts")
    lines = [line for _ in range(20) for line in release_lines([row], rng)]
    assert {line["ctx"].startswith("Scout: Notes\n") for line in lines} == {True, False}
    assert all(words(line) == ["16 experts"] for line in lines)


def test_a_follow_up_is_read_after_the_last_two_questions():
    history = [{"question": question} for question in ("One?", "Two?", "Three?")]
    (line,) = release_lines([release_row("And it?", history=history)], random.Random(0))
    assert line["q"] == "Two? Three? And it?"


def test_only_the_training_part_of_the_release_questions_is_read(shared: Path, tmp_path: Path, monkeypatch):
    path = shared / "training" / "release_questions.jsonl"
    rows = [release_row("What is 17?", split="test"), release_row("What is 16?"), *read_jsonl(path)]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    monkeypatch.setattr(data, "OWN", tmp_path / "none")
    monkeypatch.setattr(data, "CLAIMS", tmp_path / "none.jsonl")
    (tmp_path / "none.jsonl").touch()
    arguments = ["--given", str(shared / "training"), "--out", str(tmp_path / "out"), "--general", "1"]
    data.main([*arguments, "--general-claims", "1"])
    asked = [line["q"] for line in read_jsonl(tmp_path / "out" / "release.jsonl.gz")]
    assert "What is 16?" in asked
    assert "What is 17?" not in asked
    assert len(list(read_jsonl(tmp_path / "out" / "claims.jsonl.gz"))) == 3
    assert len(list(read_jsonl(tmp_path / "out" / "general.jsonl.gz"))) == 2


def test_a_negative_passage_does_not_hold_the_answer():
    rows = [
        release_row("How many experts?", "16"),
        release_row("Who?", passage="Scout has 16 experts, too."),
        release_row("When?", passage="June 2024."),
    ]
    rng = random.Random(0)
    lines = [line for _ in range(50) for line in release_lines(rows, rng)]
    negatives = {line["ctx"].removeprefix("Scout: Notes\n") for line in lines if line["src"] == "release-other-passage"}
    assert negatives == {"June 2024."}


def test_the_evidence_of_a_yes_no_question_is_its_sentence():
    text = "Scout is out. Maverick has 17 experts. Both are open."
    start = text.index("17")
    assert sentence_around(text, start, start + 2) == "Maverick has 17 experts."


@pytest.mark.parametrize(
    ("row", "label"),
    [
        ({"kind": "yesno", "label": 1, "verdict": "yes"}, {"nli": 0}),
        ({"kind": "yesno", "label": 1, "verdict": "no"}, {"nli": 2}),
        ({"kind": "yesno", "label": 1, "question": "Is it out?", "passage": PASSAGE}, {"nli": 2}),
        ({"kind": "yesno", "label": 1, "question": "Is it old?", "passage": PASSAGE}, {}),
        ({"kind": "yesno", "label": 0}, {"nli": 1}),
        ({"kind": "fact", "label": 1}, {"nli": 1}),
    ],
)
def test_a_window_says_yes_or_no_only_to_questions_for_it_that_it_answers(row: dict, label: dict):
    assert verdict_label(row, {(passage_key(PASSAGE), "Is it out?"): "no"}) == label


@pytest.mark.skipif(not GIVEN.exists(), reason="the passages lie in ../shared/training")
def test_our_own_questions_hold_exact_answers_of_training_passages():
    rows = [row for row in read_jsonl(GIVEN) if row["split"] == "train"]
    own = [row for path in sorted(data.OWN.glob("*.jsonl")) for row in read_jsonl(path)]
    passages = {passage_key(row["passage"]): row for row in rows} | data.written_passages()
    for row in own:
        for line in own_lines([row], passages, random.Random(0)):
            if line.get("spans"):
                assert words(line) == [row["answer"]], row
