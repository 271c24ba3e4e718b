"""Gap review: what the sources lack, by theme, and asks it again after a reindex."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from index.domain.activity import EVERYWHERE, NOBODY, Scope
from index.domain.answers import Answer
from index.domain.errors import LibraryError
from index.journal.gap_review import MOST_REASKED
from tests.support.journals import ANN, BEN, CHANNEL, GUILD
from tests.support.services_alone import MAVERICK, QUOTE, WINDOW, Services, lacking, reply


def answered(services: Services, scope: Scope, **options: Any) -> tuple[str, ...]:
    """What one reader is told of the gaps that have an answer now."""
    (answered,) = services.gaps.answered_for([scope], **options)
    return answered


def open_gaps(services: Services) -> list[str]:
    return [gap.question for gap in services.journal.gaps(EVERYWHERE)]


def test_gaps_that_mean_much_the_same_are_one_theme_with_the_newest_first(services, sources, clock):
    for question in ("What is its price?", "Who is the king?", "What is the price?"):
        reply(services, question, alone=True)
        clock.pass_by(minutes=1)
    themes = services.gaps.themes(Scope(GUILD))
    assert [[gap.question for gap in theme.gaps] for theme in themes] == [
        ["What is the price?", "What is its price?"],
        ["Who is the king?"],
    ]
    assert services.gaps.themes(Scope(GUILD + 1)) == ()


def test_themes_are_told_with_the_passages_nearest_to_the_newest_gap(services, sources):
    near = tuple(sources.cite(quote, number) for number, quote in enumerate((QUOTE, "The end.", "Models"), 1))
    services.journal.record(
        replace(sources.silence("Who is the king?"), citations=near), user=ANN, guild=GUILD, channel=CHANNEL
    )
    assert [citation.quote for citation in services.gaps.themes(Scope(GUILD))[0].nearest] == [QUOTE, "The end."]


def test_without_a_model_each_gap_is_a_theme(services, sources):
    for question in ("What is its price?", "What is the price?"):
        reply(services, question, alone=True)
    sources.refusal = LibraryError("There is no model.")
    assert [len(theme.gaps) for theme in services.gaps.themes(Scope(GUILD))] == [1, 1]


def test_open_gaps_that_have_an_answer_now_are_solved_and_told(services, sources):
    lacking(services, "Who is the king?", "Who is the queen?")
    sources.known["Who is the king?"] = "The end."
    assert answered(services, Scope(GUILD)) == ("Who is the king?",)
    assert open_gaps(services) == ["Who is the queen?"]
    assert answered(services, Scope(GUILD)) == ()


def test_a_solved_gap_comes_back_when_it_is_asked_in_vain_again(services, sources):
    lacking(services, "Who is the king?")
    sources.known["Who is the king?"] = "The end."
    answered(services, Scope(GUILD))
    del sources.known["Who is the king?"]
    lacking(services, "Who is the king?")
    assert open_gaps(services) == ["Who is the king?"]


def test_a_follow_up_that_nothing_answered_is_asked_again_alone(services, sources):
    reply(services, WINDOW)
    reply(services, "and Behemoth?")
    sources.known["and Behemoth?"] = "The end."
    assert answered(services, Scope(GUILD)) == ("and Behemoth?",)
    assert sources.before[-1] == ()


def test_what_was_answered_and_voted_down_or_reported_stays_open(services, sources):
    down, reported = reply(services, WINDOW).id, reply(services, MAVERICK).id
    services.journal.vote(down, user=BEN, helpful=False)
    services.journal.report(reported, user=BEN)
    assert answered(services, EVERYWHERE) == ()
    assert sorted(open_gaps(services)) == [WINDOW, MAVERICK]


def test_a_reported_silence_is_solved_by_an_answer(services, sources):
    services.journal.report(lacking(services, "Who is the king?")[0], user=ANN)
    sources.known["Who is the king?"] = "The end."
    assert answered(services, Scope(GUILD)) == ("Who is the king?",)


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        (Scope(GUILD), {"Who is the king?"}),
        (Scope(8), {"Who is the queen?"}),
        (NOBODY, set()),
        (EVERYWHERE, {"Who is the king?", "Who is the queen?", "Who is the jack?"}),
    ],
)
def test_gaps_of_all_are_solved_and_each_reader_is_told_of_those_he_may_see(services, sources, reader, told):
    lacking(services, "Who is the king?")
    lacking(services, "Who is the queen?", guild=8)
    services.journal.report(lacking(services, "Who is the jack?", guild=None)[0], user=ANN)
    sources.known |= dict.fromkeys(("Who is the king?", "Who is the queen?", "Who is the jack?"), "The end.")
    assert set(answered(services, reader)) == told
    assert open_gaps(services) == []


def test_a_question_of_several_servers_is_asked_once_and_solved_in_each(services, sources):
    lacking(services, "Who is the king?")
    lacking(services, "Who is the king?", guild=8)
    sources.known["Who is the king?"] = "The end."
    sources.asked.clear()
    assert answered(services, EVERYWHERE) == ("Who is the king?",)
    assert sources.asked == ["Who is the king?"]
    assert open_gaps(services) == []


def test_so_many_questions_are_asked_again_and_no_more_the_newest_first(services, sources, clock):
    many = [f"Who is number {number}?" for number in range(MOST_REASKED + 5)]
    for question in many:
        lacking(services, question)
        clock.pass_by(seconds=1)
    sources.asked.clear()
    notices: list[tuple[str, int, int]] = []
    answered(services, Scope(GUILD), progress=lambda *at: notices.append(at))
    assert sources.asked == many[:4:-1]
    assert notices[-1] == ("asking open gaps again", MOST_REASKED, MOST_REASKED)


def test_those_that_are_solved_before_an_error_are_told(services, sources):
    lacking(services, "Who is the queen?", "Who is the king?")
    sources.known["Who is the king?"] = "The end."
    asks = iter([sources.ask])

    def ask(question: str) -> Answer:
        for once in asks:
            return once(question)
        raise LibraryError("The index is not loaded.")

    sources.ask = ask
    assert answered(services, Scope(GUILD)) == ("Who is the king?",)
    assert open_gaps(services) == ["Who is the queen?"]
