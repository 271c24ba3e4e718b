"""Suggestions while one types: found in spite of slips, helpful questions of the server first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.suggestions.completion import complete
from tests.support.journals import BEN, GUILD
from tests.support.services_alone import MAVERICK, WINDOW, reply

KNOWN = (
    "When is LlamaCon?",
    "What is the context window of Scout?",
    "How many experts does Maverick have?",
    "How many experts does Scout have?",
    "Who wrote the article?",
    "When was the Eiffel Tower built?",
)


def test_suggestions_are_helpful_questions_here_and_those_the_sources_answer(services, sources):
    """Helpful are those voted so in this server."""
    sources.suggested = ("Who wrote the article?", WINDOW)
    helped, disputed, unrelated = (
        reply(services, question, guild=guild).id
        for question, guild in ((WINDOW, GUILD), (MAVERICK, GUILD), (WINDOW, 8))
    )
    assert services.suggestions.complete("", guild=GUILD) == ("Who wrote the article?", WINDOW)
    for answer_id in (helped, unrelated):
        services.journal.vote(answer_id, user=BEN, helpful=True)
    services.journal.vote(disputed, user=BEN, helpful=False)
    assert services.suggestions.complete("", guild=GUILD) == (WINDOW, "Who wrote the article?")
    assert services.suggestions.complete("wrote", guild=GUILD) == ("Who wrote the article?",)


def test_a_helpful_question_is_suggested_in_its_own_server_alone(services):
    """It is suggested in no other server and in no direct message."""
    services.journal.vote(reply(services, WINDOW).id, user=BEN, helpful=True)
    services.journal.vote(reply(services, MAVERICK, guild=None).id, user=BEN, helpful=True)
    assert services.suggestions.complete("", guild=GUILD) == (WINDOW,)
    assert services.suggestions.complete("", guild=GUILD + 1) == services.suggestions.complete("", guild=None) == ()


def test_without_a_journal_suggestions_come_from_the_sources_alone(broken, sources):
    sources.suggested = (WINDOW,)
    assert broken.suggestions.complete("window", guild=GUILD) == (WINDOW,)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("when is", "When is LlamaCon?"),
        ("WHEN IS LLAMACON?", "When is LlamaCon?"),
        ("llamacon", "When is LlamaCon?"),
        ("scout context", "What is the context window of Scout?"),
        ("contxt wndow", "What is the context window of Scout?"),
        ("cotnext", "What is the context window of Scout?"),
        ("mavrick exprets", "How many experts does Maverick have?"),
        ("eifel", "When was the Eiffel Tower built?"),
        ("tow", "When was the Eiffel Tower built?"),
        ("eiffle tow", "When was the Eiffel Tower built?"),
        ("  who   wrote ", "Who wrote the article?"),
    ],
)
def test_a_question_is_found_by_its_words_in_any_order_begun_or_misspelt(typed, first):
    assert complete(typed, KNOWN)[0] == first


@pytest.mark.parametrize("typed", ["weather in Paris", "xyzzy", "日本", "scout price in euros"])
def test_nothing_is_suggested_that_does_not_match(typed):
    assert complete(typed, KNOWN) == ()


def test_those_that_begin_with_what_was_typed_come_first():
    known = ("Is it true how many there are?", "How many are there?")
    assert complete("how many", known) == ("How many are there?", "Is it true how many there are?")


def test_of_equal_matches_the_order_stays():
    assert complete("how many experts", KNOWN) == (KNOWN[2], KNOWN[3])
    assert complete("how many experts", KNOWN[::-1]) == (KNOWN[3], KNOWN[2])


@pytest.mark.parametrize("typed", ["", "   ", "?!", "\0"])
def test_nothing_typed_gives_the_first_of_all(typed):
    assert complete(typed, KNOWN, limit=2) == KNOWN[:2]


def test_there_are_at_most_25_and_no_two_the_same():
    known = [f"Question number {number}?" for number in range(60)]
    assert complete("question", known + known) == tuple(known[:25])


def test_a_question_over_100_characters_is_left_out_and_never_cut():
    fits, longer = "W" * 99 + "?", "W" * 100 + "?"
    assert complete("", [longer, fits]) == complete("www", [longer, fits]) == (fits,)


@given(st.text(max_size=300), st.lists(st.text(max_size=120), max_size=8), st.integers(0, 30))
def test_whatever_is_typed_only_known_questions_that_fit_are_suggested(typed, known, limit):
    completions = complete(typed, known, limit=limit)
    assert len(completions) == len(set(completions)) <= limit
    assert all(question in known and len(question) <= 100 for question in completions)


@given(st.sampled_from(KNOWN), st.integers(1, 40))
def test_every_beginning_of_a_question_finds_it(question, length):
    assert question in complete(question[:length], KNOWN)
