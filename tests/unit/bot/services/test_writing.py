"""An answer while it is written: which states are shown, and that no failure to show one matters."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.services.notices import Notices
from bot.services.worker import LibraryWorker
from bot.services.writing import GrowingAnswer, Writings
from tests.support.coordination_fakes import FakeCoordinator
from tests.support.harmless import blocks
from tests.support.writing_library import make_written

NO_PAUSE = 0.0


class Shown:
    """What was shown; a send waits while `gate` is cleared, and raises `error`."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.tried = asyncio.Event()

    async def __call__(self, view: discord.ui.LayoutView) -> None:
        self.tried.set()
        await self.gate.wait()
        if self.error:
            raise self.error
        self.texts.append("\n".join(blocks(view)))


def growing(shown: Shown, edit_every: float = NO_PAUSE) -> GrowingAnswer:
    return GrowingAnswer(shown, question="What?", writing="1", edit_every=edit_every)


async def until_tried(shown: Shown) -> None:
    await asyncio.wait_for(shown.tried.wait(), 20)
    shown.tried.clear()


async def test_states_that_come_during_an_edit_are_shown_by_the_last_of_them() -> None:
    shown = Shown()
    answer = growing(shown)
    async with answer.shown():
        shown.gate.clear()
        answer.begin()
        await until_tried(shown)
        for sentences in (["One."], ["One.", "Two."], ["One.", "Two.", "Three."]):
            answer.update(make_written(*sentences))
        shown.gate.set()
        await until_tried(shown)
    assert ["One." in text for text in shown.texts] == [False, True]
    assert "Three." in shown.texts[-1]


async def test_nothing_is_shown_of_an_answer_that_comes_within_the_pause() -> None:
    shown = Shown()
    answer = growing(shown, edit_every=60)
    async with answer.shown():
        answer.begin()
        answer.update(make_written("One."))
        await asyncio.sleep(0)
    assert shown.texts == []


async def test_nothing_is_shown_before_the_model_is_asked() -> None:
    shown = Shown()
    async with growing(shown).shown():
        await asyncio.sleep(0.01)
    assert shown.texts == []


def failure(status: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="")
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    return kinds.get(status, discord.HTTPException)(response, "")


@pytest.mark.parametrize(("status", "goes_on"), [(400, True), (403, False), (404, False)])
async def test_an_edit_that_fails_ends_nothing_but_what_nobody_can_see(status: int, goes_on: bool) -> None:
    shown = Shown()
    shown.error = failure(status)
    answer = growing(shown)
    async with answer.shown():
        answer.begin()
        await until_tried(shown)
        shown.error = None
        answer.update(make_written("One."))
        if goes_on:
            await until_tried(shown)
        await asyncio.sleep(0.01)
    assert ["One." in text for text in shown.texts] == [True] * goes_on


async def test_states_come_from_any_thread() -> None:
    shown = Shown()
    answer = growing(shown)
    async with answer.shown():
        await asyncio.to_thread(answer.begin)
        await asyncio.to_thread(answer.update, make_written("One."))
        while not any("One." in text for text in shown.texts):
            await until_tried(shown)
    assert "One." in shown.texts[-1]


async def test_a_writing_is_stopped_from_another_process_by_who_asked_and_by_moderators() -> None:
    coordinator, worker = FakeCoordinator(), LibraryWorker()
    here, there = (Notices(coordinator, worker, "bot") for _ in range(2))
    elsewhere, writings = Writings(here), Writings(there)
    for notices in (here, there):
        notices.begin()
    with writings.begin(1) as writing, writings.begin(1) as another:
        assert not await elsewhere.stop_elsewhere(writing.key, user=2)
        assert not writing.stopped.is_set()
        assert await elsewhere.stop_elsewhere(writing.key, user=1)
        assert writing.stopped.is_set()
        assert await elsewhere.stop_elsewhere(another.key, user=None)
        assert another.stopped.is_set()
    assert not await elsewhere.stop_elsewhere(writing.key, user=None)


def test_a_writing_can_be_stopped_until_it_ends() -> None:
    writings = Writings()
    with writings.begin(1) as first, writings.begin(2) as second:
        assert writings.get(first.key) is first
        assert first.key != second.key
        writings.stop_all()
        assert first.stopped.is_set()
        assert second.stopped.is_set()
    assert writings.get(first.key) is None
