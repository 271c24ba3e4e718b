"""The figures of a run: computed by hand here, and equal to the shared scorer's on any answers."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path

import pytest

from index.domain.errors import LibraryError, QuestionsUnreadable
from index.evaluation.metrics import Question, compute_figures, read_questions
from tests.support.paths import SHARED
from tests.support.runs import GOLD, TEA, TEXTS, UNKNOWN, cite, line, made_run

SCORER = SHARED / "eval" / "score.py"


def test_figures_of_a_small_run_computed_by_hand():
    figures = compute_figures(
        TEXTS,
        [GOLD, TEA, UNKNOWN],
        [
            line("1", "Bread is made of flour", cite("a.md", 0, 23), confidence=0.9, latency_ms=8.0),
            line("2", None, cite("b.md", 0, 5), cite("a.md", 24, 46, "Tea is wrong"), confidence=0.25, latency_ms=2.0),
            line("3", "The house", cite("b.md", 0, 26), confidence=0.25, latency_ms=4.0),
        ],
    )
    assert figures == {
        "verbatim": 0.75,
        "evidence@1": 0.5,
        "evidence@3": 1.0,
        "contains": 0.5,
        "f1": round((2 * 1 / (5 + 1) + 0.0 + 0.0) / 3, 4),
        "answer_rate": 0.5,
        "abstain_recall": 0.0,
        "answered_precision": 0.5,
        "words": 3.5,
        "cited": 24.5,
        "auroc": 0.75,
        "ece": round((abs(0.9 - 1) + abs(0.5 - 1)) / 3, 4),
        "questions": 3,
        "latency_ms_p50": 4.0,
        "latency_ms_p99": 8.0,
    }


def test_evidence_of_another_source_or_beside_the_gold_is_none():
    for citation in (cite("b.md", 17, 22), cite("a.md", 22, 30), cite("a.md", 10, 17)):
        assert compute_figures(TEXTS, [GOLD], [line("1", "x", citation)])["evidence@1"] == 0.0
    assert compute_figures(TEXTS, [GOLD], [line("1", "x", cite("a.md", 21, 30))])["evidence@1"] == 1.0


def test_evidence_is_looked_for_in_the_first_three_citations():
    far = [cite("b.md", 0, 5)] * 3
    assert compute_figures(TEXTS, [GOLD], [line("1", "x", *far[:2], cite("a.md", 0, 23))])["evidence@3"] == 1.0
    assert compute_figures(TEXTS, [GOLD], [line("1", "x", *far, cite("a.md", 0, 23))])["evidence@3"] == 0.0


def test_an_abstention_on_what_nobody_knows_counts_as_right():
    figures = compute_figures(TEXTS, [UNKNOWN], [line("3", None, confidence=0.1)])
    assert (figures["f1"], figures["abstain_recall"]) == (1.0, 1.0)
    assert math.isnan(figures["auroc"])


def test_case_articles_and_punctuation_do_not_matter_to_what_an_answer_contains():
    figures = compute_figures(TEXTS, [GOLD], [line("1", "The FLOUR, of course!")])
    assert figures["contains"] == 1.0
    assert figures["f1"] == round(2 * 1 / (3 + 1), 4)


@pytest.mark.parametrize(
    ("confidences", "auroc"),
    [((0.9, 0.1), 1.0), ((0.1, 0.9), 0.0), ((0.5, 0.5), 0.5), ((0.2, 0.2), 0.5)],
)
def test_auroc_is_how_often_the_answerable_question_has_the_higher_confidence(confidences, auroc):
    answerable, not_answerable = confidences
    lines = [line("1", "x", confidence=answerable), line("3", "x", confidence=not_answerable)]
    assert compute_figures(TEXTS, [GOLD, UNKNOWN], lines)["auroc"] == auroc


def test_a_question_without_an_answer_is_an_error_that_names_it():
    with pytest.raises(LibraryError, match="2"):
        compute_figures(TEXTS, [GOLD, TEA], [line("1", None)])


@pytest.mark.skipif(not SCORER.is_file(), reason="the shared scorer is not beside this repository")
def test_figures_are_those_of_the_shared_scorer(tmp_path):
    spec = importlib.util.spec_from_file_location("shared_score", SCORER)
    assert spec is not None
    assert spec.loader is not None
    scorer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    documents = tmp_path / "documents"
    documents.mkdir()
    for name, text in TEXTS.items():
        (documents / name).write_text(text, "utf-8")
    for seed in range(200):
        questions, answers = made_run(seed)
        (tmp_path / "questions.jsonl").write_text("\n".join(json.dumps(row) for row in questions), "utf-8")
        wanted, _ = scorer.score(documents, questions, answers)
        figures = compute_figures(TEXTS, read_questions(tmp_path / "questions.jsonl"), answers)
        assert {name: value for name, value in figures.items() if not math.isnan(value)} == {
            name: value for name, value in wanted.items() if not math.isnan(value)
        }
        assert figures.keys() == wanted.keys()


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


def test_windows_line_ends_a_byte_order_mark_and_unicode_separators_are_read(tmp_path):
    """A set of questions may have any of them."""
    text = '\ufeff{"id": "1", "question": "a\u2028b\u0085c"}\r\n{"id": "2", "question": "d"}\r\n'
    assert [question.question for question in read(tmp_path, text)] == ["a\u2028b\u0085c", "d"]


@pytest.mark.parametrize(
    "bad", ["nonsense", "[]", "7", '"text"', "null", '{"id": "1"}', '{"question": "x"}', '{"id": "1", "question": 7}']
)
def test_a_line_that_is_no_question_is_named(tmp_path, bad):
    with pytest.raises(QuestionsUnreadable, match=r"Line 2 of .*questions\.jsonl is no question"):
        read(tmp_path, f'{{"id": "1", "question": "x"}}\n{bad}\n')


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path):
    with pytest.raises(QuestionsUnreadable, match=r"questions\.jsonl"):
        read_questions(tmp_path / "questions.jsonl")
    with pytest.raises(QuestionsUnreadable, match="cannot be read"):
        read(tmp_path, b"\xff")
