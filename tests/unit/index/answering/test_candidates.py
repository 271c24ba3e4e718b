"""Which of the quotations that could be shown are shown, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from index.answering.candidates import MOST_QUOTATIONS
from index.domain.reading import AnswerSpan, Reading
from tests.support.answering_fakes import FixedReader, ask, words_reader
from tests.support.index_fakes import search_index


def test_a_second_quotation_is_shown_only_if_it_is_nearly_as_likely():
    def spans(second: float) -> Callable[[str], tuple[AnswerSpan, ...]]:
        bread, tea = "flour", "leaves"
        return lambda window: (
            AnswerSpan(window.find(bread), window.find(bread) + 5, -0.1),
            AnswerSpan(window.find(tea), window.find(tea) + 6, second),
        )

    assert len(ask(FixedReader({"q?": 3.0}, spans(-0.2))).citations) == 2
    assert len(ask(FixedReader({"q?": 3.0}, spans(-2.0))).citations) == 1


def test_the_same_words_are_never_quoted_twice():
    assert len(ask(words_reader(3.0, "flour", "water", "Bread")).citations) == 1
    index = search_index(a_md="Bread is made of flour.\n", b_md="Bread is made of flour.\n")
    assert len(ask(words_reader(3.0, "flour"), index=index).citations) == 1


def test_an_answer_has_a_few_quotations_at_most():
    words = [f"word{number}" for number in range(8)]
    index = search_index(a_md="".join(f"This is the sentence about {word}.\n\n" for word in words))
    assert len(ask(words_reader(3.0, *words), index=index).citations) <= MOST_QUOTATIONS


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ("Which model is small?", ["Scout", "The weights are few enough."]),
        ("Who is Scout?", ["Scout"]),
    ],
)
def test_a_heading_without_a_word_of_the_question_is_quoted_with_what_is_below(question, quotes):
    index = search_index(a_md="# Scout\n\nThe weights are few enough.\n")

    def spans(window: str) -> tuple[AnswerSpan, ...]:
        below = window.find("few")
        return AnswerSpan(0, 5, -0.1), AnswerSpan(below, below + 3, -9.0)

    answer = ask(FixedReader({question: 9.0}, spans), question, index=index)
    assert (answer.abstained, [citation.quote for citation in answer.citations]) == (False, quotes)


def test_unlikely_words_do_not_stand_in_for_words_that_cannot_be_quoted():
    index = search_index(a_md="---\ntitle: The leap\n---\nBread is made of flour.\n\n## Future\n\nWater is added.\n")

    def spans(window: str) -> tuple[AnswerSpan, ...]:
        title, heading = window.find("The leap"), window.find("Future")
        return AnswerSpan(title, title + 8, -0.1), AnswerSpan(heading, heading + 6, -9.0)

    answer = ask(FixedReader({"q?": 9.0}, spans), index=index)
    assert [citation.quote for citation in answer.citations] == ["The leap"]


OLD = "---\ndate: 2024-01-01\n---\nScout has a window of 8 tokens.\n"
NEW = "---\ndate: 2025-01-01\n---\nScout has a window of 10 million tokens.\n"


def test_sources_that_disagree_are_both_quoted_newest_first_without_a_short_answer():
    answer = ask(words_reader(3.0, "8 tokens", "10 million"), index=search_index(a_md=OLD, b_md=NEW))
    assert answer.conflict
    assert [(citation.number, citation.source) for citation in answer.citations] == [(1, "b.md"), (2, "a.md")]
    assert answer.short_answer is None


CHANGES = """# Changes

## 3.0 - 2026-05-12

The window of the model for everybody is now 20 tokens wide.

## 2.0 - 2025-01-03

The window of the model for everybody is 10 tokens wide.
"""


@pytest.mark.parametrize(
    ("question", "quotes", "short"),
    [
        (
            "How wide is the window?",
            [
                ("The window of the model for everybody is now 20 tokens wide.", ""),
                ("The window of the model for everybody is 10 tokens wide.", "2.0 - 2025-01-03"),
            ],
            "20 tokens",
        ),
        (
            "How wide was the window in 2.0?",
            [("The window of the model for everybody is 10 tokens wide.", "")],
            "10 tokens",
        ),
    ],
)
def test_a_changed_value_is_answered_by_the_newest_unless_an_older_one_is_asked_for(question, quotes, short):
    def spans(window: str) -> tuple[AnswerSpan, ...]:
        older, newer = window.find("10 tokens"), window.find("20 tokens")
        return AnswerSpan(older, older + 9, -0.1), AnswerSpan(newer, newer + 9, -3.0)

    answer = ask(FixedReader({question: 3.0}, spans), question, index=search_index(a_md=CHANGES))
    assert [(citation.quote, citation.context) for citation in answer.citations] == quotes
    assert (answer.conflict, answer.short_answer and answer.short_answer.text) == (False, short)


def test_of_three_values_the_newest_comes_first_and_the_oldest_last():
    files = "The limit for files that are sent is {} MB.\n"
    text = f"# Changes\n\n## 1.0\n\n{files.format(10)}\n## 2.0\n\n{files.format(50)}\n## 3.0\n\n{files.format(80)}"
    answer = ask(words_reader(3.0, "10 MB", "50 MB", "80 MB"), index=search_index(a_md=text))
    assert [(citation.quote[-6:-1], citation.context) for citation in answer.citations] == [
        ("80 MB", ""),
        ("50 MB", "2.0"),
        ("10 MB", "1.0"),
    ]


def test_a_source_that_does_not_answer_surely_is_no_disagreement():
    class Wavering(FixedReader):
        def read(self, question: str, window: str) -> Reading:
            return replace(super().read(question, window), answerable=3.0 if "million" in window else -1.0)

    spans = words_reader(3.0, "8 tokens", "10 million").spans
    answer = ask(Wavering({}, spans), index=search_index(a_md=OLD, b_md=NEW))
    assert (answer.conflict, [citation.source for citation in answer.citations]) == (False, ["b.md"])


def test_two_sentences_of_one_source_are_no_disagreement():
    text = "Scout has a window of 10 million tokens.\n\nMaverick has a window of 1 million tokens.\n"
    assert not ask(words_reader(3.0, "10 million", " 1 million"), index=search_index(a_md=text)).conflict


LISTED = """# Bittern 6

## New features

- Maps can be printed as large posters.
- Tracks are drawn in three dimensions.

## Known issues

- Printing cuts off the legend, as we know.
"""


@pytest.mark.parametrize(
    ("question", "shown", "short"),
    [
        (
            "What are the new features?",
            "- Maps can be printed as large posters.\n- Tracks are drawn in three dimensions.",
            None,
        ),
        ("How can maps be printed?", "Maps can be printed as large posters.", "posters"),
    ],
)
def test_what_the_heading_names_is_answered_by_the_whole_list_below_it(question, shown, short):
    answer = ask(words_reader(3.0, "posters"), question, index=search_index(a_md=LISTED))
    assert [citation.shown for citation in answer.citations] == [shown]
    assert (answer.short_answer and answer.short_answer.text) == short


SECTIONS = "# Changes\n\n## Added\n\n- Export to many kinds of files.\n\n## Removed\n\n- The flag for those.\n"


@pytest.mark.parametrize(
    ("question", "quote"),
    [("What was removed?", "The flag for those."), ("What is there?", "Export to many kinds of files.")],
)
def test_of_words_in_two_sections_those_are_quoted_that_are_asked_for(question, quote):
    def spans(window: str) -> tuple[AnswerSpan, ...]:
        return (AnswerSpan(window.find("Export"), len(window), 0.0),)

    answer = ask(FixedReader({question: 3.0}, spans), question, index=search_index(a_md=SECTIONS))
    assert [citation.quote for citation in answer.citations] == [quote]
