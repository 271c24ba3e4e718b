"""The queue of builds: one at a time, in the order of asking, and who waits can cancel."""

from __future__ import annotations

import asyncio

import pytest

from bot.services.build_queue import BuildQueue
from bot.services.progress import Run
from index.domain.errors import ReindexCancelled
from index.domain.stages import Stage
from tests.support.waiting import eventually


async def test_builds_come_one_at_a_time_in_their_order() -> None:
    queue, order = BuildQueue(is_needed=True), []

    async def build(name: str) -> None:
        async with queue.turn():
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    await asyncio.gather(*(build(name) for name in "abc"))
    assert order == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


async def test_a_waiting_build_says_so_and_can_be_cancelled() -> None:
    queue, run = BuildQueue(is_needed=True), Run(Stage.READING_SOURCES)

    async def build() -> None:
        async with queue.turn(run):
            pass

    async with queue.turn():
        waiting = asyncio.create_task(build())
        await eventually(lambda: run.progress[0] == Stage.WAITING_FOR_REINDEX)
        run.cancelled.set()
        with pytest.raises(ReindexCancelled):
            await waiting
    async with asyncio.timeout(5), queue.turn():
        pass


async def test_with_one_library_nobody_waits() -> None:
    queue, run = BuildQueue(is_needed=False), Run(Stage.READING_SOURCES)
    async with asyncio.timeout(5), queue.turn(), queue.turn(run):
        assert run.progress[0] == Stage.READING_SOURCES
