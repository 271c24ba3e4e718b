"""Which texts are taken as questions."""

from __future__ import annotations

import pytest

from bot.policy.questions import problem_of, question_in
from bot.text.i18n import language_for, using_language

TALK = "We talked about it at length, and there is much to say. " * 12


@pytest.mark.parametrize(
    ("sentences", "question"),
    [
        ("Does Llama 4.5 read v2.1 files? It should.", "Does Llama 4.5 read v2.1 files?"),
        ("See https://a.b/c?d=e for more. What is it?", "What is it?"),
        (
            "It is so. \u300cScout\u300d\u306e\u7a93\u306f\uff1f\u3042\u308a\u304c\u3068\u3046\u3002",
            "\u300cScout\u300d\u306e\u7a93\u306f\uff1f",
        ),
        ("Well... who made it?! Tell me.", "who made it?!"),
        ("One line\nwho made it?\nanother line", "who made it?"),
        ("\u00bfQui\u00e9n lo hizo? Gracias.", "\u00bfQui\u00e9n lo hizo?"),
    ],
)
def test_what_a_long_message_asks_is_its_first_sentence_that_is_a_question(sentences: str, question: str) -> None:
    assert question_in(f"{TALK}\n{sentences}") == question


def test_a_long_message_is_read_in_time_whatever_it_holds() -> None:
    for part in ("a", "a.", "? ", ". ", "\n", "a?b"):
        assert question_in(part * 4000) in part * 4000


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ("What is it?", ""),
        ("x" * 500, ""),
        ("x" * 501, "That is 501 characters long, and I read at most 500."),
        (" \u200b ", "Ask me something, for example"),
    ],
)
def test_a_question_has_words_and_at_most_500_characters(question: str, problem: str) -> None:
    with using_language(language_for(None)):
        found = problem_of(question)
    assert found.startswith(problem)
    assert bool(found) == bool(problem)
