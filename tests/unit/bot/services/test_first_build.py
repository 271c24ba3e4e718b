"""The first build of the index: begun at the start if there is none, questions are told so, a failure is mended."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.services.first_build import FirstBuild
from index.domain.errors import NoIndex, SourcesUnreadable
from index.domain.messages import Message
from index.domain.stages import Stage
from tests.support.discord.payloads import BOT, LISTED
from tests.support.discord.rules import text_of
from tests.support.discord.wire import Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.makers import make_status
from tests.support.waiting import eventually

QUESTION = "What is the context window of Scout?"
NO_SOURCE = SourcesUnreadable(Message("There are no sources: put files into the folder of sources."))


@pytest.fixture
def library() -> FakeLibrary:
    """A library without an index, whose build waits half-way."""
    library = FakeLibrary()
    library.load_error = NoIndex("There is no index yet.")
    library.answer = NoIndex("There is no index yet.")
    library.current = make_status(snapshot=None, ready=False)
    library.steps = ((Stage.READING_SOURCES, 20, 20), (Stage.EMBEDDING_PASSAGES, 0, 10))
    library.reindex_gate.clear()
    return library


@pytest.fixture
async def building(library: FakeLibrary, tmp_path: Path) -> AsyncIterator[Wire]:
    """A bot that builds its first index, 40 % of it."""
    async with connected(library, tmp_path) as wire:
        wire.ready()
        await eventually(lambda: wire.bot.services.first_build.percent == 40)
        yield wire
        library.reindex_gate.set()


async def test_question_during_the_build_is_told_how_far_it_is(building: Wire, library: FakeLibrary) -> None:
    reply = text_of(await building.command("ask", {"question": QUESTION}).answer())
    assert "I am still reading the sources: 40 %" in reply.replace("\\", "")
    assert library.asked == []


@pytest.mark.parametrize(("locale", "words"), [("de", "Ich lese noch die Quellen: 40 %"), ("ja", "まだ情報源を")])
async def test_it_is_told_in_the_askers_language(building: Wire, locale: str, words: str) -> None:
    reply = text_of(await building.command("ask", {"question": QUESTION}, locale=locale).answer())
    assert words in reply.replace("\\", "")


@pytest.mark.parametrize("guild", [LISTED, None])
async def test_mention_and_direct_message_are_told_too(building: Wire, guild: object) -> None:
    building.message(f"{BOT.mention} {QUESTION}" if guild else QUESTION, guild=guild)
    told = await building.sent.wait_for(lambda sent: sent.is_post)
    assert "still reading the sources" in told.text


async def test_summary_is_told_too(building: Wire) -> None:
    reply = text_of(await building.command("summary", {}).answer())
    assert "still reading the sources" in reply


async def test_status_says_how_far_the_build_is(building: Wire) -> None:
    reply = text_of(await building.command("status", {}).answer())
    assert "There is no index yet" in reply
    assert "still reading the sources" in reply


async def test_questions_are_answered_once_it_is_built(building: Wire, library: FakeLibrary) -> None:
    library.answer = FakeLibrary().answer
    library.reindex_gate.set()
    await eventually(lambda: not building.bot.services.first_build.is_pending)
    assert "10 million" in text_of(await building.command("ask", {"question": QUESTION}).answer())


async def test_failed_build_is_logged_with_its_remedy_and_the_bot_stays_up(
    library: FakeLibrary, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library.report = NO_SOURCE
    library.reindex_gate.set()
    async with connected(library, tmp_path) as wire:
        wire.ready()
        await eventually(lambda: wire.bot.services.first_build.failure is not None)
        asked = text_of(await wire.command("ask", {"question": QUESTION}).answer())
        status = text_of(await wire.command("status", {}).answer())
    (line,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "put files into the folder of sources" in line.getMessage()
    assert "python -m index reindex" in line.getMessage()
    assert "I have no index to answer from" in asked
    assert "put files into the folder" in status


async def test_closing_cancels_the_build(library: FakeLibrary, tmp_path: Path) -> None:
    async with connected(library, tmp_path) as wire:
        wire.ready()
        await eventually(lambda: wire.bot.services.first_build.percent == 40)
    await eventually(lambda: not wire.bot.services.worker.is_busy)
    assert library.reindexes == 1
    assert wire.bot.services.first_build.percent < 100


async def test_index_that_is_there_is_not_built(tmp_path: Path) -> None:
    library = FakeLibrary()
    async with connected(library, tmp_path) as wire:
        wire.ready()
        await eventually(lambda: not wire.bot.services.first_build.is_pending)
    assert library.reindexes == 0


def test_percentage_never_falls() -> None:
    build, seen = FirstBuild(FakeLibrary()), []
    for stage in Stage:
        for done in range(0, 11, 5):
            build(stage, done, 10)
            seen.append(build.percent)
    assert seen == sorted(seen)
    assert seen[-1] < 100
