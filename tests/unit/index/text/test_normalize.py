"""Questions in one form, whatever manners and punctuation are around them; text without hidden characters."""

from __future__ import annotations

import pytest

from index.text.normalize import normalize_question, strip_hidden

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ping\U000e0041\U000e0042 me", "ping me"),
        ("a\u200bb\u2060c\ufeffd\u00ade", "abcde"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("a\x00b\x1b[31m\ud800", "ab[31m"),
        ("❤\ufe0f\U000e0100", "❤"),
        ("字\u200c\u200d\u200c字 x\u200dy", "字字 xy"),
        ("می\u200cخواهم, \tक्\u200dष\n", "می\u200cخواهم, \tक्\u200dष\n"),
    ],
)
def test_characters_that_show_nothing_are_stripped(text, expected):
    assert strip_hidden(text) == expected
