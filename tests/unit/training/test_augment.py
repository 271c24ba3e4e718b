"""Other forms of a question."""

# ruff: noqa: S311 (its chance is seeded, not secret)

from __future__ import annotations

import random

from training.augment import vary_question

QUESTION = "What is the maximum context of Scout?"


def test_forms_are_many_and_about_half_of_the_questions_stay():
    forms = [vary_question(QUESTION, random.Random(seed)) for seed in range(400)]
    assert 160 < forms.count(QUESTION) < 240
    assert len(set(forms)) > 100


def test_the_same_chance_gives_the_same_form():
    assert [vary_question(QUESTION, random.Random(seed)) for seed in range(9)] == [
        vary_question(QUESTION, random.Random(seed)) for seed in range(9)
    ]


def test_a_question_never_becomes_empty():
    assert all(vary_question(text, random.Random(seed)) for text in ("?", "...", "tldr") for seed in range(200))
