"""The desk tells what the sources lack, by theme, and asks it again after a reindex."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from index.desk import MOST_ASKED_AGAIN, Desk
from index.domain.answers import Answer
from index.domain.errors import LibraryError
from tests.support.desk_alone import MAVERICK, QUOTE, WINDOW, lacking, reply, standing
from tests.support.journals import ANN, BEN, CHANNEL, GUILD


def answered(desk: Desk, guild: int | None = None, *, everywhere: bool = False, **given: Any) -> tuple[str, ...]:
    """What one reader is told of the gaps that have an answer now."""
    (told,) = desk.answered_for([(guild, everywhere)], **given)
    return told


def open_gaps(desk: Desk) -> list[str]:
    return [gap.question for gap in desk.journal.gaps(None, everywhere=True)]


def test_gaps_that_mean_much_the_same_are_one_theme_with_the_newest_first(desk, sources, clock):
    for question in ("What is its price?", "Who is the king?", "What is the price?"):
        reply(desk, question, alone=True)
        clock.pass_by(minutes=1)
    themes = desk.themes(GUILD)
    assert [[gap.question for gap in theme.gaps] for theme in themes] == [
        ["What is the price?", "What is its price?"],
        ["Who is the king?"],
    ]
    assert desk.themes(GUILD + 1) == ()


def test_themes_are_told_with_the_passages_nearest_to_the_newest_gap(desk, sources):
    near = tuple(sources.cite(quote, number) for number, quote in enumerate((QUOTE, "The end.", "Models"), 1))
    desk.journal.record(
        replace(sources.silence("Who is the king?"), citations=near), user=ANN, guild=GUILD, channel=CHANNEL
    )
    assert [at.quote for at in desk.themes(GUILD)[0].nearest] == [QUOTE, "The end."]


def test_without_a_model_each_gap_is_a_theme(desk, sources):
    for question in ("What is its price?", "What is the price?"):
        reply(desk, question, alone=True)
    sources.refusal = LibraryError("There is no model.")
    assert [len(theme.gaps) for theme in desk.themes(GUILD)] == [1, 1]


def test_open_gaps_that_have_an_answer_now_are_solved_and_told(desk, sources):
    lacking(desk, "Who is the king?", "Who is the queen?")
    sources.known["Who is the king?"] = "The end."
    assert answered(desk, GUILD) == ("Who is the king?",)
    assert open_gaps(desk) == ["Who is the queen?"]
    assert answered(desk, GUILD) == ()


def test_a_solved_gap_comes_back_when_it_is_asked_in_vain_again(desk, sources):
    lacking(desk, "Who is the king?")
    sources.known["Who is the king?"] = "The end."
    answered(desk, GUILD)
    del sources.known["Who is the king?"]
    lacking(desk, "Who is the king?")
    assert open_gaps(desk) == ["Who is the king?"]


def test_a_follow_up_is_asked_again_as_it_was_meant(desk, sources):
    del sources.known[MAVERICK]
    reply(desk, WINDOW)
    reply(desk, "and Maverick?")
    sources.known[MAVERICK] = "The end."
    assert answered(desk, GUILD) == (MAVERICK,)


def test_what_was_answered_and_voted_down_or_reported_stays_open(desk, sources):
    down, reported = reply(desk, WINDOW).id, reply(desk, MAVERICK).id
    desk.journal.vote(down, user=BEN, helpful=False)
    desk.journal.report(reported, user=BEN)
    assert answered(desk, everywhere=True) == ()
    assert sorted(open_gaps(desk)) == [MAVERICK, WINDOW]


def test_a_reported_silence_is_solved_by_an_answer(desk, sources):
    desk.journal.report(lacking(desk, "Who is the king?")[0], user=ANN)
    sources.known["Who is the king?"] = "The end."
    assert answered(desk, GUILD) == ("Who is the king?",)


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        ({"guild": GUILD}, {"Who is the king?"}),
        ({"guild": 8}, {"Who is the queen?"}),
        ({"guild": None}, set()),
        ({"guild": None, "everywhere": True}, {"Who is the king?", "Who is the queen?", "Who is the jack?"}),
    ],
)
def test_gaps_of_all_are_solved_and_each_reader_is_told_of_those_he_may_see(desk, sources, reader, told):
    lacking(desk, "Who is the king?")
    lacking(desk, "Who is the queen?", guild=8)
    desk.journal.report(lacking(desk, "Who is the jack?", guild=None)[0], user=ANN)
    sources.known |= dict.fromkeys(("Who is the king?", "Who is the queen?", "Who is the jack?"), "The end.")
    assert set(answered(desk, **reader)) == told
    assert open_gaps(desk) == []


def test_a_question_of_several_servers_is_asked_once_and_solved_in_each(desk, sources):
    lacking(desk, "Who is the king?")
    lacking(desk, "Who is the king?", guild=8)
    sources.known["Who is the king?"] = "The end."
    sources.asked.clear()
    assert answered(desk, everywhere=True) == ("Who is the king?",)
    assert sources.asked == ["Who is the king?"]
    assert open_gaps(desk) == []


def test_so_many_questions_are_asked_again_and_no_more_the_newest_first(desk, sources, clock):
    many = [f"Who is number {number}?" for number in range(MOST_ASKED_AGAIN + 5)]
    for question in many:
        lacking(desk, question)
        clock.pass_by(seconds=1)
    sources.asked.clear()
    told: list[tuple[str, int, int]] = []
    answered(desk, GUILD, progress=lambda *at: told.append(at))
    assert sources.asked == many[:4:-1]
    assert told[-1] == ("asking open gaps again", MOST_ASKED_AGAIN, MOST_ASKED_AGAIN)


def test_those_that_are_solved_before_an_error_are_told(desk, sources):
    lacking(desk, "Who is the queen?", "Who is the king?")
    sources.known["Who is the king?"] = "The end."
    asks = iter([sources.ask])

    def ask(question: str) -> Answer:
        for once in asks:
            return once(question)
        raise LibraryError("The index is not loaded.")

    hurried = standing(sources, desk.journal)
    hurried._ask = ask
    assert answered(hurried, GUILD) == ("Who is the king?",)
    assert open_gaps(desk) == ["Who is the queen?"]
