"""Question sets: what a line of them may hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.domain.errors import QuestionsUnreadable
from index.evaluation.questions import Expected, Question, read_questions


def read(folder: Path, text: str | bytes) -> list[Question]:
    path = folder / "questions.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_questions(path)


def test_questions_are_read_in_order_with_their_gold_spans(tmp_path):
    gold = '"source": "a.md", "answerable": true, "answers": [{"text": "x", "start": 1, "end": 2}]'
    questions = read(
        tmp_path, f'{{"id": "1", "question": "What?", {gold}}}\n\n  \n{{"id": 7, "question": "Why?", "other": []}}\n'
    )
    assert questions == [Question("1", "What?", "a.md", True, ((1, 2, "x"),)), Question(7, "Why?")]


def test_a_follow_up_has_the_questions_before_it_oldest_first(tmp_path):
    (question,) = read(tmp_path, '{"id": "1", "question": "and tea?", "before": ["What is bread?", "and rye?"]}')
    assert question.before == ("What is bread?", "and rye?")


def test_a_question_as_members_type_it_says_what_is_expected(tmp_path):
    rows = [{"id": name, "question": "q", "expect": name, "gold": "flour"} for name in ("answer", "abstain", "chat")]
    questions = read(tmp_path, "\n".join(map(json.dumps, rows)))
    assert [(question.expected, question.answerable) for question in questions] == [
        (Expected.ANSWER, True),
        (Expected.ABSTAIN, False),
        (Expected.CHAT, False),
    ]
    assert {question.gold for question in questions} == {"flour"}


def test_windows_line_ends_a_byte_order_mark_and_unicode_separators_are_read(tmp_path):
    """A set of questions may have any of them."""
    text = '\ufeff{"id": "1", "question": "a\u2028b\u0085c"}\r\n{"id": "2", "question": "d"}\r\n'
    assert [question.question for question in read(tmp_path, text)] == ["a\u2028b\u0085c", "d"]


@pytest.mark.parametrize(
    "bad",
    [
        *("nonsense", "[]", "7", '"text"', "null"),
        *('{"id": "1"}', '{"question": "x"}', '{"id": "1", "question": 7}'),
        *(
            f'{{"id": "1", "question": "x", {more}}}'
            for more in ('"before": "y"', '"before": [7]', '"before": {"a": 1}')
        ),
        *(f'{{"id": "1", "question": "x", {more}}}' for more in ('"expect": "silence"', '"expect": "chat", "gold": 7')),
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path, bad):
    with pytest.raises(QuestionsUnreadable, match=r"Line 2 of .*questions\.jsonl is no question"):
        read(tmp_path, f'{{"id": "1", "question": "x"}}\n{bad}\n')


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path):
    with pytest.raises(QuestionsUnreadable, match=r"questions\.jsonl"):
        read_questions(tmp_path / "questions.jsonl")
    with pytest.raises(QuestionsUnreadable, match="cannot be read"):
        read(tmp_path, b"\xff")
