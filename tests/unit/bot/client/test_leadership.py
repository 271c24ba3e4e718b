"""Leadership among processes."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from bot.client import leadership
from bot.client.leadership import Leadership
from bot.client.locks import Locks
from bot.services.process_state import ProcessState
from tests.support.coordination_fakes import FakeCoordinator
from tests.support.waiting import eventually


class Process:
    """A process that wants to lead; `begun` counts how often it began."""

    def __init__(self, coordinator: FakeCoordinator) -> None:
        self.state = ProcessState()
        self.locks = Locks(coordinator, "bot", poll_seconds=0.01)
        self.leadership = Leadership(self.locks, self.state)
        self.begun: list[asyncio.Task[None]] = []
        self.task = asyncio.create_task(self.leadership.run(self._begin))

    def _begin(self) -> list[asyncio.Task[None]]:
        self.begun.append(asyncio.create_task(asyncio.sleep(3600)))
        return self.begun[-1:]

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leadership, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(leadership, "AWAY_SECONDS", 0.01)


async def test_one_process_leads_and_another_when_it_ends() -> None:
    coordinator = FakeCoordinator()
    one = Process(coordinator)
    await eventually(lambda: one.state.leads)
    other = Process(coordinator)
    await asyncio.sleep(0.05)
    assert not other.state.leads
    await one.end()
    assert one.begun[0].cancelled()
    await eventually(lambda: other.state.leads)
    assert len(one.begun) == len(other.begun) == 1
    await other.end()


async def test_leader_that_lost_its_lock_ends_its_tasks() -> None:
    coordinator = FakeCoordinator()
    one = Process(coordinator)
    await eventually(lambda: one.state.leads)
    coordinator.lose("leader-bot")
    await eventually(lambda: one.begun[0].cancelled())
    await eventually(lambda: len(one.begun) == 2)
    await one.end()


async def test_leader_that_lost_its_lock_ends_its_tasks_while_the_database_hangs() -> None:
    coordinator, asked, answers = FakeCoordinator(), threading.Event(), threading.Event()
    one = Process(coordinator)
    await eventually(lambda: one.state.leads)

    def hang() -> None:
        asked.set()
        answers.wait(60)

    hanging = asyncio.create_task(one.locks.call(hang))
    await eventually(asked.is_set)
    coordinator.lose("leader-bot")
    try:
        await eventually(lambda: not one.state.leads and one.begun[0].cancelled())
    finally:
        answers.set()
        await hanging
    await one.end()


async def test_nobody_leads_while_the_database_is_away() -> None:
    coordinator = FakeCoordinator()
    coordinator.down = OSError()
    one = Process(coordinator)
    await asyncio.sleep(0.05)
    assert not one.state.leads
    coordinator.down = None
    await eventually(lambda: one.state.leads)
    await one.end()


async def test_later_leaders_know_the_last_run() -> None:
    coordinator, moment = FakeCoordinator(), datetime(2026, 11, 27, 18, tzinfo=UTC)
    one, other = Process(coordinator), Process(coordinator)
    assert await other.leadership.last_run() is None
    await one.leadership.note_run(moment)
    assert await other.leadership.last_run() == moment
    for process in (one, other):
        await process.end()
