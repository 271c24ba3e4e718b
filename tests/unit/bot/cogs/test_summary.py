"""/summary at payload level: what is asked of the library, what is shown, and what is offered while typing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.policy.rate_limits import Limits
from index.domain.errors import NoSuchSource
from index.domain.messages import Message
from tests.support.asking import id_in, labels, pressed
from tests.support.discord.payloads import LISTED, User, snowflake
from tests.support.discord.responses import MESSAGE
from tests.support.discord.rules import EPHEMERAL, text_of
from tests.support.discord.wire import NO_LIMITS, Wire
from tests.support.journal_library import connected_with_moderators
from tests.support.makers import OLDER, SCOUT, make_answer, make_source, make_status
from tests.support.writing_library import WritingLibrary, make_written


@pytest.fixture
def library(tmp_path: Path) -> WritingLibrary:
    library = WritingLibrary(tmp_path)
    library.writes = False
    return library


@pytest.fixture
async def wire(library: WritingLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    async with connected_with_moderators(library, tmp_path, limits=NO_LIMITS) as wire:
        wire.bot.services.questions.answering.edit_every = 0.0
        yield wire


async def test_a_summary_is_of_what_was_named_since_when_it_was_said(library: WritingLibrary, wire: Wire) -> None:
    library.answer = make_answer(question=Message("Summary of {source}", source="a_b.md"))
    text = text_of(await wire.command("summary", {"source": "a_b.md", "since": "last week"}).answer())
    assert text.startswith("-# Asked: Summary of a\\_b.md\n")
    assert SCOUT in text
    await wire.command("summary").answer()
    assert library.summaries == [("a_b.md", "last week"), ("", "")]


async def test_a_summary_is_an_answer_that_one_goes_on_from(library: WritingLibrary, wire: Wire) -> None:
    message = await wire.command("summary").answer()
    assert {"Helpful", "Ask a follow-up", "More passages"} <= set(labels(message))
    await pressed(wire, message, "Helpful")
    assert library.journal.count_votes(id_in(message)).helpful == 1


@pytest.mark.parametrize("private", [True, False])
async def test_a_summary_may_be_shown_to_its_asker_alone(wire: Wire, private: bool) -> None:
    message = await wire.command("summary", {"private": private}).answer()
    assert bool(message["flags"] & EPHEMERAL) is private


async def test_a_source_that_is_not_there_is_told_with_those_that_are(library: WritingLibrary, wire: Wire) -> None:
    library.answer = NoSuchSource(Message("There is no source {name}. There are: {names}.", name="x", names="a.md"))
    wire.command("summary", {"source": "x"})
    refusal = await wire.sent.wait_for(lambda sent: sent.is_follow_up)
    assert "There is no source x. There are: a.md." in refusal.text
    assert refusal.ephemeral


async def test_a_summary_goes_by_the_limits_of_questions(library: WritingLibrary, tmp_path: Path) -> None:
    user = User.new()
    async with connected_with_moderators(library, tmp_path, limits=Limits(user_seconds=60.0)) as wire:
        await wire.command("summary", user=user).answer()
        for command in ("summary", "ask"):
            exchange = wire.command(command, {"question": "Why?"} if command == "ask" else {}, user=user)
            assert await exchange.acknowledged() == MESSAGE
            assert "try again in" in text_of(await exchange.answer())
    assert len(library.summaries) == 1


async def test_a_summary_is_refused_where_no_questions_are_answered(library: WritingLibrary, wire: Wire) -> None:
    library.journal.set_setting(int(LISTED.id), "channels", snowflake())
    assert "please ask there" in text_of(await wire.command("summary").answer())
    assert library.summaries == []


async def test_a_written_summary_grows_and_is_written_down(library: WritingLibrary, wire: Wire) -> None:
    library.writes = True
    exchange = wire.command("summary")
    assert await asyncio.to_thread(library.asked_model.acquire, timeout=20)
    library.verify(make_written("Scout reads much."))
    await wire.sent.wait_for(lambda sent: sent.is_edit and "Scout reads much." in sent.text)
    library.finish(make_written("Scout reads much.", "It is new."))
    last = await wire.sent.wait_for(lambda sent: sent.is_edit and "Written by" in sent.text)
    assert last.message is not None
    assert library.journal.entry(id_in(last.message)) is not None
    assert (await exchange.answer())["id"] == last.message["id"]


async def offered(wire: Wire, option: str, typed: str) -> list[str]:
    exchange = wire.autocomplete("summary", {option: typed})
    await exchange.acknowledged()
    return [choice["value"] for choice in exchange.choices or []]


async def test_sources_are_offered_by_a_part_of_their_name(library: WritingLibrary, wire: Wire) -> None:
    names = ["a.md", "B.md", "notes/ab.md", "x" * 101, *(f"{number}.txt" for number in range(30))]
    library.current = make_status(sources=tuple(map(make_source, names)))
    assert await offered(wire, "source", "B") == ["B.md", "notes/ab.md"]
    assert len(await offered(wire, "source", "")) == 25
    assert await offered(wire, "source", "xx") == []


async def test_snapshots_are_offered_by_a_part_of_their_date_or_id(wire: Wire) -> None:
    assert await offered(wire, "since", "") == [OLDER]
    assert await offered(wire, "since", "2025-04-04") == [OLDER]
    assert await offered(wire, "since", "1999") == []
