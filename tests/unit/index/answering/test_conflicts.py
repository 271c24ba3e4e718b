"""Two sources that give different values for the same thing are told from two that speak of different things."""

from __future__ import annotations

import pytest

from index.answering._conflicts import find_conflict
from index.domain.answers import Hit
from index.text.questions import QuestionAnalysis
from tests.support.index_fakes import search_index

ASKED = "What is the context window of Scout?"


def found(question: str, **files: str) -> list[str]:
    """The sentences that conflict, in the order they are to be shown; the first file's is the best hit."""
    made = search_index(**files)
    prose = [passage for passage in made.passages if passage.kind == "prose" and passage.section != "Front matter"]
    hits = [Hit(passage, 0.0, 0.0, score=0.9) for passage in prose]
    return [hit.passage.text for hit in find_conflict(QuestionAnalysis.of(question), hits, made.documents) or ()]


TEN, EIGHT = "Scout has a context window of 10 million tokens.", "Scout has a context window of 8 million tokens."


def dated(day: str, text: str) -> str:
    return f"---\ndate: {day}\n---\n{text}\n"


def test_two_values_for_the_same_thing_conflict():
    assert found(ASKED, a_md=TEN, b_md=EIGHT) == [TEN, EIGHT]


def test_the_newest_source_comes_first_and_an_undated_one_last():
    assert found(ASKED, a_md=dated("2025-04-06", TEN), b_md=dated("2025-05-01T08:00:00Z", EIGHT)) == [EIGHT, TEN]
    assert found(ASKED, a_md=TEN, b_md=dated("1999-01-01", EIGHT)) == [EIGHT, TEN]
    assert found(ASKED, a_md=dated("2025-04-06", TEN), b_md=dated("in May", EIGHT)) == [TEN, EIGHT]


def test_one_source_may_contradict_itself():
    assert found(ASKED, a_md=f"{TEN}\n\n{EIGHT}") == [TEN, EIGHT]


@pytest.mark.parametrize(
    ("question", "one", "two"),
    [
        ("When was Scout released?", "Scout was released on April 5, 2025.", "Scout was released on May 5, 2025."),
        ("When was Scout released?", "Scout was released in 2024.", "Scout was released on May 5, 2025."),
        ("How many experts does Scout have?", "Scout has 16 experts.", "Scout has 24 experts."),
        ("How much does mooring cost?", "Mooring costs 30 euros a night.", "Mooring costs 45 euros a night."),
    ],
)
def test_dates_and_counts_conflict(question, one, two):
    assert found(question, a_md=one, b_md=two) == [one, two]


@pytest.mark.parametrize(
    ("question", "one", "two"),
    [
        (ASKED, TEN, TEN),
        (ASKED, TEN, "Scout has a context window of 10,000,000 tokens."),
        (ASKED, TEN, "Scout has a context window of about 9 million tokens."),
        (ASKED, TEN, "Maverick has a context window of 8 million tokens."),
        (ASKED, TEN, "Scout has a context window of 8 million words."),
        (ASKED, "In 2024 Scout has a context window of 8 million tokens.", TEN),
        ("How many experts does LLaMA 4 have?", "LLaMA 4 Scout has 16 experts.", "LLaMA 4 Maverick has 128 experts."),
        ("How many seats did the party win?", "The party won 5 seats in 1999.", "The party won 8 seats in 2003."),
        ("When was Scout released?", "Scout was released in April 2025.", "Scout was released on April 5, 2025."),
        ("How many people live in Ulm?", "In Ulm live 126,949 people.", "In Ulm live 127 thousand people."),
        ("Who made Scout?", "Scout was made by Meta.", "Scout was made by Google."),
    ],
)
def test_what_may_both_be_true_does_not_conflict(question, one, two):
    assert found(question, a_md=one, b_md=two) == []


def test_without_a_hit_nothing_conflicts():
    assert find_conflict(QuestionAnalysis.of(ASKED), [], {}) is None
