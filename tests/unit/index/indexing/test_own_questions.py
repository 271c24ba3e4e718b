"""The file of the operator's own regression questions."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from index.domain.errors import QuestionsUnreadable
from index.indexing.own_questions import RegressionQuestion, read_own_questions


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


def write_rows(file: Path, *rows: Any) -> None:
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")


def test_a_line_holds_a_question_and_may_hold_expected_words_and_an_id(file):
    write_rows(file, {"question": "Who?"}, {"id": 7, "question": "When?", "answer": "May"}, {"question": "A\ud800?"})
    assert read_own_questions(file) == [
        RegressionQuestion("Who?"),
        RegressionQuestion("When?", "May", "7"),
        RegressionQuestion("A??"),
    ]


def test_a_byte_order_mark_and_empty_lines_are_no_questions(file):
    file.write_bytes(b"\xef\xbb\xbf\n\n")
    assert read_own_questions(file) == []


@pytest.mark.parametrize(
    ("content", "problem"),
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
def test_a_file_that_cannot_be_read_is_named_with_the_reason(file, content, problem):
    file.write_bytes(content)
    with pytest.raises(QuestionsUnreadable, match=problem):
        read_own_questions(file)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_a_folder_or_a_pipe_in_its_place_is_not_opened(file, make):
    make(file)
    with pytest.raises(QuestionsUnreadable, match="is no file"):
        read_own_questions(file)
