"""Locks among processes."""

from __future__ import annotations

import asyncio

from bot.client.locks import Locks
from tests.support.coordination_fakes import FakeCoordinator


async def test_lock_is_held_until_it_is_left() -> None:
    coordinator = FakeCoordinator()
    one, other = Locks(coordinator, "bot"), Locks(coordinator, "bot")
    held = await one.take("leader")
    assert held is not None
    assert held.still()
    assert await other.take("leader") is None
    await held.leave()
    assert await other.take("leader") is not None


async def test_bots_have_locks_and_values_of_their_own() -> None:
    coordinator = FakeCoordinator()
    one, other = Locks(coordinator, "one"), Locks(coordinator, "other")
    assert await one.take("leader")
    assert await other.take("leader")
    await one.write("session", "mine")
    assert (await one.read("session"), await other.read("session")) == ("mine", "")


async def test_waiting_ends_when_the_lock_is_left() -> None:
    coordinator = FakeCoordinator()
    locks = Locks(coordinator, "bot", poll_seconds=0.01)
    held = await locks.wait("leader")
    waiting = asyncio.create_task(locks.wait("leader"))
    assert (await asyncio.wait([waiting], timeout=0.05))[0] == set()
    await held.leave()
    assert await asyncio.wait_for(waiting, 10)


async def test_lost_lock_is_known() -> None:
    coordinator = FakeCoordinator()
    held = await Locks(coordinator, "bot").wait("leader")
    coordinator.lose("leader-bot")
    assert not held.still()
