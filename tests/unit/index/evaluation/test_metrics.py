"""The figures of a run: computed by hand here, and equal to the shared scorer's on any answers."""

from __future__ import annotations

import importlib.util
import json
import math
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.domain.errors import LibraryError
from index.evaluation.metrics import compute_figures
from index.evaluation.questions import Expected, read_questions
from tests.support.paths import SHARED
from tests.support.runs import CHAT, GOLD, MEMBER, TEA, TEXTS, UNKNOWN, cite, line, made_run, short

SCORER = SHARED / "eval" / "score.py"
MEMBERS_SCORER = SHARED / "eval" / "members" / "score.py"


def test_figures_of_a_small_run_computed_by_hand():
    figures = compute_figures(
        TEXTS,
        [GOLD, TEA, UNKNOWN],
        [
            line(
                "1",
                "Bread is made of flour",
                cite("a.md", 0, 23),
                confidence=0.9,
                latency_ms=8.0,
                **short("the flour, of"),
            ),
            line("2", None, cite("b.md", 0, 5), cite("a.md", 24, 46, "Tea is wrong"), confidence=0.25, latency_ms=2.0),
            line("3", "The house", cite("b.md", 0, 26), confidence=0.25, latency_ms=4.0, certainty="likely"),
        ],
    )
    assert figures == {
        "verbatim": 0.75,
        "evidence@1": 0.5,
        "evidence@3": 1.0,
        "contains": 0.5,
        "f1": round((2 * 1 / (5 + 1) + 0.0 + 0.0) / 3, 4),
        "answer_rate": 0.5,
        "exact": 0.0,
        "words_f1": round((2 * 1 / (2 + 1) + 0.0) / 2, 4),
        "right@likely": 0.0,
        "refused@80": 0.0,
        "refused@85": 0.0,
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
    ("words", "exact", "f1"),
    [("The Flour.", 1.0, 1.0), ("flour and water", 0.0, 0.5), ("water", 0.0, 0.0), (None, 0.0, 0.0)],
)
def test_the_short_answer_is_compared_with_gold_word_by_word(words, exact, f1):
    figures = compute_figures(TEXTS, [GOLD], [line("1", "flour", **(short(words) if words else {}))])
    assert (figures["exact"], figures["words_f1"]) == (exact, f1)


def test_an_abstention_has_no_right_words():
    figures = compute_figures(TEXTS, [GOLD], [line("1", None, **short("flour"))])
    assert (figures["exact"], figures["words_f1"]) == (0.0, 0.0)


def test_refused_is_what_lies_below_the_confidence_that_keeps_so_many():
    answerable = [replace(GOLD, id=f"a{number}") for number in range(20)]
    others = [replace(UNKNOWN, id=f"u{number}") for number in range(4)]
    sure = [line(f"a{number}", "x", confidence=number / 20) for number in range(20)]
    unsure = [line(f"u{number}", "x", confidence=confidence) for number, confidence in enumerate((0.1, 0.18, 0.2, 0.9))]
    figures = compute_figures(TEXTS, [*answerable, *others], [*sure, *unsure])
    assert (figures["refused@80"], figures["refused@85"]) == (0.5, 0.25)


def test_of_each_certainty_the_share_that_is_right_is_told():
    figures = compute_figures(
        TEXTS,
        [GOLD, TEA, UNKNOWN],
        [
            line("1", "x", cite("a.md", 0, 23), certainty="sure"),
            line("2", "x", cite("a.md", 0, 5), certainty="unsure"),
            line("3", "x", cite("b.md", 0, 26), certainty="sure"),
        ],
    )
    assert (figures["right@sure"], figures["right@unsure"]) == (0.5, 0.0)
    assert "right@likely" not in figures


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


def members(folder: Path, seed: int) -> tuple[Path, list[dict[str, Any]]]:
    """Questions as members type them, in a file, and random answers to them."""
    chance = random.Random(seed)  # noqa: S311  the same run for the same number
    golds = {"answer": "Flour, of rye!", "abstain": "", "chat": ""}
    rows, lines = [], []
    for number in range(chance.randrange(1, 30)):
        expect = chance.choice(list(golds))
        before = {"before": ["What is it?"]} if chance.random() < 0.3 else {}
        rows.append({"id": f"m{number}", "question": "?", "expect": expect, "gold": golds[expect], **before})
        texts = ["water", "some flour of rye", "flour"]
        if chance.random() < 0.5:
            said = {"reason": "The sources don't say.", "why": chance.choice(["", "no question"])}
            lines.append(line(f"m{number}", None, **said))
        else:
            quoted = [cite("a.md", 0, 5, chance.choice(texts)) for _ in range(2)]
            brief = short(chance.choice(texts)) if chance.random() < 0.5 else {"short_answer": None}
            lines.append(line(f"m{number}", chance.choice(texts), *quoted, **brief))
    path = folder / f"{seed}.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return path, lines


@pytest.mark.parametrize(
    ("question", "answer", "outcome"),
    [
        (MEMBER, line("4", "Of flour [1]"), "right"),
        (MEMBER, line("4", "It says [1]", **short("FLOUR")), "right"),
        (MEMBER, line("4", "It says [1]", cite("a.md", 0, 23)), "right"),
        (MEMBER, line("4", "It says [1]", cite("a.md", 24, 46), cite("a.md", 0, 23)), "false"),
        (MEMBER, line("4", None, why=""), "silent"),
        (replace(MEMBER, expected=Expected.ABSTAIN, answerable=False), line("4", None, why=""), "right"),
        (replace(MEMBER, expected=Expected.ABSTAIN, answerable=False), line("4", "flour"), "false"),
        (CHAT, line("5", None, why="no question"), "right"),
        (CHAT, line("5", None, why=""), "mistaken"),
        (CHAT, line("5", "Hello"), "false"),
    ],
)
def test_a_question_of_a_member_is_right_false_silent_or_mistaken(question, answer, outcome):
    figures = compute_figures(TEXTS, [question], [answer])
    assert [name for name in ("right", "false", "silent", "mistaken") if figures[name]] == [outcome]
    assert "evidence@1" not in figures


@pytest.mark.skipif(not MEMBERS_SCORER.is_file(), reason="the shared scorer is not beside this repository")
def test_figures_of_members_are_those_of_the_shared_scorer(tmp_path):
    for seed in range(5):
        path, lines = members(tmp_path, seed)
        answers = tmp_path / "answers.jsonl"
        answers.write_text("\n".join(map(json.dumps, lines)), "utf-8")
        words = [sys.executable, str(MEMBERS_SCORER), str(path), "--answers", str(answers), "--json"]
        wanted = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
        figures = {"n": len(lines), "answer_words": 0, "abstention_words": 0}
        figures |= compute_figures(TEXTS, read_questions(path), lines)
        assert {name: figures[name] for name in wanted} == wanted


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
        shared = {name: figures[name] for name in wanted}
        assert shared == pytest.approx(wanted, abs=0, nan_ok=True)
