"""The operator's own questions: what an edit does to their answers is in the report."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from index.domain.snapshots import ChangedAnswer, OwnQuestions
from index.indexing import own_questions
from tests.support.index_fakes import library, write

BREAD = "Bread is made of flour and water."
RYE = "Bread is made of rye and water."
ASKED = "What is bread made of?"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return write(tmp_path / "seeds", a_md=BREAD, b_md="Tea is made of leaves and time.")


def keep(seeds: Path, *rows: Any) -> None:
    (seeds / "questions.jsonl").write_text("\n".join(json.dumps(row) for row in rows), "utf-8")


def test_without_such_a_file_nothing_is_said(seeds, index):
    assert library(seeds, index).reindex().questions is None


def test_the_file_is_no_source(seeds, index):
    keep(seeds, {"question": ASKED})
    report = library(seeds, index).reindex()
    assert (report.added, report.skipped) == (("a.md", "b.md"), ())


def test_the_first_reindex_compares_no_answers_but_names_wrong_ones(seeds, index):
    """Without an earlier snapshot no answer has changed."""
    keep(seeds, {"question": ASKED, "answer": "flour"}, {"question": "What is tea made of?", "answer": "milk"})
    assert library(seeds, index).reindex().questions == OwnQuestions(2, 2, (), ("What is tea made of?",))


def test_an_edit_that_breaks_an_answer_is_seen(seeds, index):
    keep(seeds, {"id": 7, "question": ASKED, "answer": "FLOUR  and water"}, {"question": "What is tea made of?"})
    made = library(seeds, index)
    made.reindex()
    write(seeds, a_md=RYE)
    outcome = made.reindex().questions
    assert outcome == OwnQuestions(2, 2, (ChangedAnswer(ASKED, BREAD, RYE, False, "7"),), (ASKED,))
    write(seeds, a_md="Sand is made of stones.")
    outcome = made.reindex().questions
    assert outcome is not None
    assert outcome.changed == (ChangedAnswer(ASKED, RYE, "", False, "7"),)
    write(seeds, a_md=BREAD)
    outcome = made.reindex().questions
    assert outcome is not None
    assert (outcome.changed, outcome.wrong) == ((ChangedAnswer(ASKED, "", BREAD, True, "7"),), ())
    outcome = made.reindex().questions
    assert outcome is not None
    assert outcome.changed == ()


def test_they_are_asked_of_the_snapshot_before_also_where_that_is_on_the_disk_alone(seeds, index):
    keep(seeds, {"question": ASKED})
    library(seeds, index).reindex()
    write(seeds, a_md=RYE)
    outcome = library(seeds, index).reindex().questions
    assert outcome is not None
    assert outcome.changed == (ChangedAnswer(ASKED, BREAD, RYE),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"question": "Who?"}\nnonsense', "Line 2 of questions.jsonl is no question"),
        (b'{"question": 3}', "Line 1 of"),
        (b'{"question": "Who?", "answer": ["x"]}', "Line 1 of"),
        (b'["Who?"]', "Line 1 of"),
        (b"[" * 99_999, "Line 1 of"),
        (b"\xff", "is not UTF-8"),
        (b" " * 1_000_001, "is larger than 1 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_stops_nothing(seeds, index, content, said):
    (seeds / "questions.jsonl").write_bytes(content)
    report = library(seeds, index).reindex()
    assert report.passages_after == 2
    assert report.questions is not None
    assert said in report.questions.problem
    assert report.questions.asked == 0


def test_a_folder_or_a_pipe_in_its_place_holds_up_nothing(seeds, index):
    (seeds / "questions.jsonl").mkdir()
    report = library(seeds, index).reindex()
    assert report.questions is not None
    assert "is no file" in report.questions.problem
    (seeds / "questions.jsonl").rmdir()
    os.mkfifo(seeds / "questions.jsonl")
    report = library(seeds, index).reindex()
    assert report.questions is not None
    assert "is no file" in report.questions.problem


def test_an_empty_file_asks_nothing(seeds, index):
    (seeds / "questions.jsonl").write_bytes(b"\xef\xbb\xbf\n\n")
    assert library(seeds, index).reindex().questions == OwnQuestions(0, 0)


def test_only_so_many_are_asked_and_that_is_said(seeds, index):
    keep(seeds, *({"question": f"{ASKED} {n}"} for n in range(own_questions.MOST_ASKED + 1)))
    outcome = library(seeds, index).reindex().questions
    assert outcome is not None
    assert (outcome.written, outcome.asked) == (own_questions.MOST_ASKED + 1, own_questions.MOST_ASKED)
    assert (
        outcome.problem
        == f"Only the first {own_questions.MOST_ASKED} of {own_questions.MOST_ASKED + 1} questions were asked."
    )


def test_asking_them_ends_in_time(seeds, index):
    keep(seeds, *({"question": f"{ASKED} {n}"} for n in range(9)))
    made = library(seeds, index)
    made.reindex()
    times = iter(range(0, 1_000, 10))
    outcome = own_questions.ask_own_questions(
        seeds / "questions.jsonl", made.ask, made.ask, lambda *_: None, clock=lambda: float(next(times))
    )
    assert outcome is not None
    assert (outcome.asked, outcome.problem) == (3, "Only the first 3 of 9 questions were asked.")
