"""Claims made of questions and answers."""

from __future__ import annotations

import random

import pytest

from training.data import NLI
from training.question_claims import evidence_around, question_claims

PASSAGE = "Scout has 16 experts. Maverick has 128 experts. Both came in April.\nBread is made of flour."


def row(question: str, answer: str = "", label: int = 1, **more) -> dict:
    return {"passage": PASSAGE, "question": question, "answer": answer, "label": label, "kind": "fact",
            "start": PASSAGE.find(answer) if answer else 0} | more  # fmt: skip


def claims(*rows: dict, seed: int = 1) -> list[tuple[str, int]]:
    return [(line["hypothesis"], line["nli"]) for line in question_claims(rows, random.Random(seed))]  # noqa: S311


SCOUT, MAVERICK = row("How many experts has Scout?", "16 experts"), row("and Maverick?", "128 experts")


def test_an_answer_is_entailed_and_another_one_of_its_kind_is_not():
    assert claims(SCOUT, MAVERICK) == [
        ("How many experts has Scout? 16 experts", NLI["entailed"]),
        ("How many experts has Scout? 128 experts", NLI["contradicted"]),
        ("and Maverick? 128 experts", NLI["entailed"]),
        ("and Maverick? 16 experts", NLI["contradicted"]),
    ]


def test_words_are_not_exchanged_for_numbers_nor_for_a_part_of_them():
    assert len(claims(SCOUT, row("When?", "April"), row("What number?", "16"))) == 3


def test_an_unanswered_question_with_an_answer_of_the_passage_is_neutral():
    unanswered = [row(f"What does Scout cost in shop {number}?", label=0) for number in range(20)]
    made = claims(SCOUT, *unanswered)[1:]
    assert 0 < len(made) < 20
    assert {label for _, label in made} == {NLI["neutral"]}


def test_yes_no_questions_and_long_answers_make_no_claim():
    assert claims(row("Has it?", "16", kind="yesno"), row("What?", PASSAGE)) == []


def test_a_follow_up_is_read_after_the_question_before_it():
    (claim, _), *_ = claims(MAVERICK | {"history": [{"question": "How many experts has Scout?"}]})
    assert claim == "How many experts has Scout? and Maverick? 128 experts"


@pytest.mark.parametrize("seed", range(8))
def test_evidence_is_whole_sentences_around_the_answer(seed):
    evidence = evidence_around(PASSAGE, PASSAGE.find("128"), random.Random(seed))  # noqa: S311
    assert "Maverick has 128 experts." in evidence
    assert evidence in PASSAGE
    assert (evidence[0].isupper(), evidence[-1]) == (True, ".")
