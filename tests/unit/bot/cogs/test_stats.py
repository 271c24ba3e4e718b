"""/stats at payload level, over a real journal; its figures in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.stats import PICTURE, Totals, percent_of, stats_message
from index.domain.activity import Day
from tests.support.discord.payloads import LISTED, MANAGE_GUILD, MEMBER, OWNER, UNLISTED, Guild, Json, User
from tests.support.discord.rules import EPHEMERAL, all_components, text_of
from tests.support.discord.wire import Wire
from tests.support.harmless import blocks, check_harmless
from tests.support.journal_library import JournalLibrary, connected_with_moderators

MANAGER = MEMBER | MANAGE_GUILD


@pytest.fixture
async def wire(library: JournalLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    async with connected_with_moderators(library, tmp_path) as wire:
        yield wire


async def shown(wire: Wire, options: dict[str, Any] | None = None, **who: Any) -> Json:
    """The message that /stats brings."""
    return await wire.command("stats", options, **({"permissions": MANAGER} | who)).answer()


def gallery(message: Json) -> list[Json]:
    return [
        item
        for component in all_components(message["components"])
        if component["type"] == 12
        for item in component["items"]
    ]


def make_day(ago: int = 0, questions: int = 0, answered: int = 0, **changes: Any) -> Day:
    values = {"helpful": 0, "unhelpful": 0, "latencies_ms": (8.0,) * min(questions, 9)} | changes
    return Day(date(2025, 5, 5) - timedelta(ago), questions, answered, **values)


@pytest.mark.parametrize(
    ("guild", "permissions", "user", "questions"),
    [
        (LISTED, MANAGER, None, 2),
        (LISTED, MEMBER, None, None),
        (UNLISTED, MANAGER, None, 1),
        (UNLISTED, MEMBER, OWNER, 1),
        (None, 0, OWNER, 4),
        (None, 0, None, None),
    ],
)
async def test_the_figures_of_a_server_are_its_moderators_and_those_of_all_the_owners(
    library: JournalLibrary,
    wire: Wire,
    guild: Guild | None,
    permissions: int,
    user: User | None,
    questions: int | None,
) -> None:
    for where in (LISTED, LISTED, UNLISTED, None):
        library.answered("When is it?", guild=where)
    message = await shown(wire, guild=guild, permissions=permissions, user=user)
    text = text_of(message)
    assert message["flags"] & EPHEMERAL
    if questions is None:
        assert text.startswith("Only moderators see the figures")
        assert message["attachments"] == gallery(message) == []
    else:
        assert f"Questions: {questions}, of which {questions} answered (100 %)." in text


async def test_the_message_has_the_figures_and_a_picture_that_is_told_in_words(
    library: JournalLibrary, wire: Wire
) -> None:
    answer_id = library.answered("When is it?")
    library.silent("Where is it?")
    library.journal.vote(answer_id, user=1, helpful=True)
    library.journal.vote(answer_id, user=2, helpful=False)
    library.journal.vote(answer_id, user=3, helpful=True)
    message = await shown(wire, {"days": 14})
    assert text_of(message).splitlines()[:5] == [
        "**The last 14 days**, in this server",
        "Questions: 2, of which 1 answered (50 %).",
        "Votes: 2 helpful, 1 not helpful (67 % helpful).",
        "Time of a question: 8 ms in the median; 95 of 100 took at most 8 ms.",
        "-# Days are in UTC; a vote counts for the day of its question.",
    ]
    assert [attachment["filename"] for attachment in message["attachments"]] == ["questions.png"]
    sent = next(sent for sent in wire.sent if sent.files)
    assert sent.files["questions.png"].startswith(b"\x89PNG")
    (item,) = gallery(message)
    assert item["description"].startswith("Bar chart of the questions from 2025-03-23 to 2025-04-05: 2 in all, 1 ans")
    assert item["description"].endswith("4 Apr: 0 of 0; 5 Apr: 1 of 2.")


async def test_another_span_takes_the_place_of_the_one_before_with_its_picture(
    library: JournalLibrary, wire: Wire
) -> None:
    library.answered("When is it?")
    library.now += timedelta(days=20)
    message = await shown(wire)
    assert "**The last 30 days**" in text_of(message)
    week = await wire.press(message, "7 days", permissions=MANAGER).answer()
    assert (week["id"], week["attachments"], gallery(week)) == (message["id"], [], [])
    assert "**The last 7 days**, in this server\nThere were no questions." in text_of(week)
    quarter = await wire.press(week, "90 days", permissions=MANAGER).answer()
    assert "Questions: 1, of which 1 answered" in text_of(quarter)
    assert len(quarter["attachments"]) == len(gallery(quarter)) == 1
    refused = await wire.press(quarter, "30 days", permissions=MEMBER).answer()
    assert "Only moderators" in text_of(refused)
    assert refused["attachments"] == []


@pytest.mark.parametrize(("asked", "shown_days"), [(-5, 7), (8, 8), (91, 90), (100_000, 90)])
async def test_a_span_is_from_7_to_90_days_whatever_comes(wire: Wire, asked: int, shown_days: int) -> None:
    assert f"**The last {shown_days} days**" in text_of(await shown(wire, {"days": asked}))


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 9, "0 %"),
        (9, 9, "100 %"),
        (1, 1000, "1 %"),
        (999, 1000, "99 %"),
        (2, 3, "67 %"),
        (1, 2, "50 %"),
    ],
)
def test_a_share_is_none_or_all_only_where_it_is(part: int, whole: int, said: str) -> None:
    assert percent_of(part, whole) == said


def test_totals_are_sums_and_times_those_of_all_questions_together() -> None:
    """The medians of the days are 5, 500 and 600 ms; the median of all questions is none of them."""
    days = [
        make_day(2, 9, 5, helpful=2, unhelpful=1, latencies_ms=(1, 2, 3, 4, 5, 6, 7, 8, 9)),
        make_day(1),
        make_day(0, 3, 2, helpful=1, latencies_ms=(400, 500, 1900)),
        make_day(3, 1, 0, latencies_ms=(600,)),
    ]
    assert Totals.of(days) == Totals(questions=13, answered=7, helpful=3, unhelpful=1, median_ms=7, slow_ms=1900)
    assert Totals.of([make_day()]) == Totals(0, 0, 0, 0)


def test_a_single_slow_question_of_twenty_is_not_what_95_of_100_take() -> None:
    day = make_day(0, 20, 20, latencies_ms=(*range(1, 20), 5000))
    assert (Totals.of([day]).median_ms, Totals.of([day]).slow_ms) == (10.5, 19)


def test_days_without_votes_are_said_to_have_none() -> None:
    shown = blocks(stats_message([make_day(0, 1, 1)], description="A chart."), PICTURE)
    assert "\nNobody voted.\n" in "\n".join(shown)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**9), st.floats(0, 10**9), st.booleans())
def test_any_figures_make_a_message(answered: int, silent: int, votes: int, ms: float, everywhere: bool) -> None:
    day = make_day(0, answered + silent, answered, helpful=votes, unhelpful=votes, latencies_ms=(ms,))
    view = stats_message([day], description="A chart.", everywhere=everywhere)
    pictures = [component for component in view.children if component.to_component_dict()["type"] == 12]
    assert len(pictures) == int(answered + silent > 0)
    for picture in pictures:  # the file that it refers to is attached by the cog
        view.remove_item(picture)
    check_harmless(view)


async def test_without_matplotlib_the_description_stands_for_the_chart(library, wire, monkeypatch):
    monkeypatch.setattr("bot.views.stats_chart.find_spec", lambda _name: None)
    library.answered("When is it?")
    message = await shown(wire, guild=LISTED)
    assert gallery(message) == []
    assert "By week, from the day named, answered of asked:" in text_of(message)
    assert "footnote[full]" in text_of(message)
