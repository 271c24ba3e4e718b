"""Questions in one form, whatever manners and punctuation are around them."""

from __future__ import annotations

import pytest

from index.text.normalize import normalize_question

PLAIN = "what is the context window of scout?"


@pytest.mark.parametrize(
    "typed",
    [
        PLAIN,
        "what is the context window of scout",
        "what is the context window of scout??",
        "hey, what is the context window of scout pls?",
        "hi all, what is the context window of scout please",
        "ok so what is the context window of scout, thanks!",
    ],
)
def test_manners_and_marks_leave_the_same_question(typed):
    assert normalize_question(typed) == PLAIN


def test_words_within_a_question_stay():
    assert normalize_question("who says hey to please whom") == "who says hey to please whom?"


@pytest.mark.parametrize("typed", ["hey", "thanks", "?", ""])
def test_what_is_no_question_is_not_emptied(typed):
    assert normalize_question(typed).strip("?") == typed.strip("?")
