"""Sessions that a process leaves for the next one."""

from __future__ import annotations

import pytest

from bot.client.locks import Locks
from bot.client.shard_sessions import SavedSession, ShardSessions
from tests.support.coordination_fakes import FakeCoordinator

SESSION = SavedSession("abc", "wss://gateway.example", 10, (7, 9))


async def test_session_is_read_as_it_was_saved() -> None:
    sessions = ShardSessions(Locks(FakeCoordinator(), "bot"))
    assert await sessions.load(1) is None
    await sessions.save(1, SESSION)
    assert await sessions.load(1) == SESSION
    assert await sessions.load(2) is None


@pytest.mark.parametrize("text", ["", "x", "[]", "{}", '{"session": 1}', '{"unfinished": 1}'])
async def test_session_that_cannot_be_read_is_none(text: str) -> None:
    coordinator = FakeCoordinator()
    coordinator.values["session-1-bot"] = text
    assert await ShardSessions(Locks(coordinator, "bot")).load(1) is None


def test_replay_begins_before_the_first_event_that_is_not_dealt_with() -> None:
    assert SESSION.resume_after == 6
    assert [number for number in range(5, 14) if SESSION.is_to_do(number)] == [7, 9, 11, 12, 13]


def test_session_handed_over_has_nothing_left_to_do() -> None:
    handed_over = SavedSession("abc", "wss://gateway.example", 10, (), handed_over=True)
    assert handed_over.resume_after == 10
    assert not handed_over.is_to_do(10)
    assert handed_over.is_to_do(11)
    assert not handed_over.taken().handed_over
