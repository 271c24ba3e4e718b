"""Turns to identify."""

from __future__ import annotations

import asyncio

from bot.client.identify_turns import IdentifyTurns
from bot.client.locks import Locks
from tests.support.coordination_fakes import FakeCoordinator


async def begun_within(turns: IdentifyTurns, shards: range, seconds: float) -> set[int]:
    """Return the shards whose turns came so soon."""
    begun: set[int] = set()

    async def identify(shard: int) -> None:
        async with turns.turn(shard):
            begun.add(shard)

    tasks = [asyncio.create_task(identify(shard)) for shard in shards]
    await asyncio.wait(tasks, timeout=seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return begun


async def test_first_shard_need_not_wait() -> None:
    assert await begun_within(IdentifyTurns(seconds=60), range(1), 1.0) == {0}


async def test_next_shard_waits_until_the_time_is_over() -> None:
    assert await begun_within(IdentifyTurns(seconds=60), range(2), 0.2) == {0}
    assert await begun_within(IdentifyTurns(seconds=0.05), range(3), 5.0) == {0, 1, 2}


async def test_as_many_identify_together_as_discord_allows() -> None:
    turns = IdentifyTurns(seconds=60)
    turns.max_concurrency = 2
    assert await begun_within(turns, range(4), 0.2) == {0, 1}


async def test_processes_take_turns() -> None:
    coordinator = FakeCoordinator()
    one, other = (IdentifyTurns(Locks(coordinator, "bot", poll_seconds=0.01), seconds=60) for _ in range(2))
    assert await begun_within(one, range(1), 5.0) == {0}
    assert await begun_within(other, range(1), 0.2) == set()
    one, other = (IdentifyTurns(Locks(coordinator, "another", poll_seconds=0.01), seconds=0.1) for _ in range(2))
    assert await begun_within(one, range(1), 5.0) == {0}
    assert await begun_within(other, range(1), 5.0) == {0}
