"""Figures of written answers, and the sentences to judge by hand."""

from __future__ import annotations

from collections import defaultdict

import pytest

from index.cli.json_output import answer_line
from index.domain.answers import WrittenSentence
from index.evaluation.questions import Question
from index.evaluation.written import ask_written, sentence_lines, writing_scores
from tests.support.generation_fakes import FakeGenerator, draft, output
from tests.support.index_fakes import library, write
from tests.support.makers import make_answer, make_citation

TIMES = {"first_piece": 1.0, "first_sentence": 2.0, "total": 5.0, "checks": 0.5, "pieces": 70}
WRITTEN = make_answer(
    make_citation(), make_citation(2, "B."), sentences=(WrittenSentence("Both.", (2, 1)),), dropped=3, generator="scout"
)


def scores(answer, times) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for name, value in writing_scores({**answer_line(1, answer), "writing": times}):
        found[name].append(value)
    return dict(found)


def test_scores_tell_how_much_passed_and_how_long_it_took():
    assert scores(WRITTEN, TIMES) == {
        "written": [True],
        "fell_back": [False],
        "dropped": [False, True, True, True],
        "first_sentence_s": [2.0],
        "writing_s": [5.0],
        "checks": [0.1],
        "tokens_s": [20.0],
    }


def test_an_answer_that_fell_back_is_counted_so_also_without_times():
    assert scores(make_answer(fault="busy"), {}) == {"written": [False], "fell_back": [True]}


def test_a_line_without_writing_adds_nothing():
    assert list(writing_scores(answer_line(1, make_answer()))) == []


def test_a_sentence_is_judged_beside_its_question_and_evidence():
    (line,) = sentence_lines([answer_line(7, WRITTEN)])
    assert (line["id"], line["model"], line["sentence"], line["right"]) == (7, "scout", "Both.", None)
    assert [each["quote"] for each in line["evidence"]] == ["B.", make_citation().quote]


@pytest.mark.parametrize(("answers", "written"), [(True, True), (False, False)])
def test_a_question_is_asked_with_the_model_and_its_times_are_kept(tmp_path, answers, written):
    generator = FakeGenerator(output(draft("Bread is flour and water.", "made of flour and water"), answers=answers))
    seeds = write(tmp_path / "seeds", a_md="Bread is made of flour and water.\n")
    opened = library(seeds, tmp_path / "index", generator=generator)
    opened.reindex()
    answer, times = ask_written(opened, Question("1", "What is bread made of?"))
    assert bool(answer.sentences) == written
    assert (times["pieces"], times["total"] >= times["checks"]) == (1, True)
