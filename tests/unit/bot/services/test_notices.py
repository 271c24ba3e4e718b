"""Notices among the processes of one bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from bot.services.notices import ALONE, Notices
from bot.services.worker import LibraryWorker
from tests.support.coordination_fakes import FakeCoordinator
from tests.support.waiting import eventually

Maker = Callable[[], Notices]


@pytest.fixture
async def two() -> AsyncIterator[tuple[Notices, Notices]]:
    """The notices of two processes, which do not hear yet."""
    coordinator = FakeCoordinator()
    one, other = (Notices(coordinator, LibraryWorker(), "bot") for _ in range(2))
    yield one, other
    one.end()
    other.end()


async def test_what_one_tells_every_process_hears(two: tuple[Notices, Notices]) -> None:
    heard: list[str] = []
    for number, notices in enumerate(two):
        notices.on("settings", lambda text, number=number: heard.append(f"{number} {text}"))  # type: ignore[misc]
        notices.begin()
    two[0].tell("settings", "12 13")
    await eventually(lambda: sorted(heard) == ["0 12 13", "1 12 13"])


async def test_process_that_can_do_what_is_asked_does_it(two: tuple[Notices, Notices]) -> None:
    two[0].on("cancel", lambda text: False)
    two[1].on("cancel", lambda text: text == "7")
    for notices in two:
        notices.begin()
    assert await two[0].ask("cancel", "7")
    assert not await two[0].ask("cancel", "8")


async def test_every_process_answers_a_question_to_all(
    two: tuple[Notices, Notices], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.notices.ANSWER_SECONDS", 0.2)
    two[0].on("present", lambda text: "one 1")
    two[1].on("present", lambda text: "other 2")
    for notices in two:
        notices.begin()
    assert sorted(await two[0].gather("present")) == ["one 1", "other 2"]


async def test_nothing_is_heard_after_the_end(two: tuple[Notices, Notices]) -> None:
    heard: list[str] = []
    two[1].on("settings", heard.append)
    two[1].begin()
    two[1].end()
    two[0].tell("settings", "12")
    await asyncio.sleep(0.05)
    assert heard == []


async def test_alone_there_is_nobody_to_ask() -> None:
    ALONE.begin()
    ALONE.tell("settings", "12")
    assert not ALONE.shared
    assert not await ALONE.ask("cancel", "7")
