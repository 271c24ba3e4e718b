"""A roll call of processes, each with its shards."""

from __future__ import annotations

import pytest

from bot.services.notices import ALONE, Notices
from bot.services.process_state import ProcessState
from bot.services.roll_call import RollCall
from bot.services.worker import LibraryWorker
from bot.shards import ProcessShards
from tests.support.coordination_fakes import FakeCoordinator


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.notices.ANSWER_SECONDS", 0.2)


async def test_processes_tell_their_shards_as_they_are_now() -> None:
    coordinator, worker = FakeCoordinator(), LibraryWorker()
    states = [ProcessState((0, 2), 3), ProcessState((1,), 3, leads=False), ProcessState((), 3, leads=False)]
    notices = [Notices(coordinator, worker, "bot") for _ in states]
    calls = [RollCall(state, each) for state, each in zip(states, notices, strict=True)]
    for each in notices:
        each.begin()
    states[1].shards, states[0].shards = (1, 2), (0,)
    report = await calls[1].report()
    assert (report.count, report.own) == (3, ProcessShards((1, 2)))
    assert set(report.processes) == {ProcessShards((0,), leads=True), ProcessShards((1, 2)), ProcessShards()}
    assert len(report.processes) == 3


async def test_what_another_release_answers_is_left_out() -> None:
    coordinator, worker = FakeCoordinator(), LibraryWorker()
    here, there = (Notices(coordinator, worker, "bot") for _ in range(2))
    call = RollCall(ProcessState((0,), 2), here)
    there.on("present", lambda text: '{"shards": 1')
    for each in (here, there):
        each.begin()
    assert (await call.report()).processes == (ProcessShards((0,), leads=True),)


async def test_a_process_alone_knows_by_itself() -> None:
    report = await RollCall(ProcessState((0, 1), 2), ALONE).report()
    assert report.processes == (report.own,) == (ProcessShards((0, 1), leads=True),)
