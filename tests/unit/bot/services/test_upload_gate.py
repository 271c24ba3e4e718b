"""The gate of uploads: a flood of one server delays no other's."""

from __future__ import annotations

import asyncio

import pytest

from bot.services.errors import Refused
from bot.services.upload_gate import MOST_WAITING, UploadGate

ONE, OTHER = 1, 2


async def test_of_one_server_one_upload_is_checked_at_a_time() -> None:
    gate, inside, most = UploadGate(), 0, 0

    async def upload() -> None:
        nonlocal inside, most
        async with gate.turn(ONE):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(upload() for _ in range(MOST_WAITING)))
    assert most == 1


async def test_a_flood_is_refused_and_the_other_server_goes_on() -> None:
    gate, end = UploadGate(), asyncio.Event()

    async def upload(server: int) -> None:
        async with gate.turn(server):
            await end.wait()

    flood = [asyncio.create_task(upload(ONE)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Refused):
        await upload(ONE)
    async with asyncio.timeout(5), gate.turn(OTHER):
        pass
    end.set()
    await asyncio.gather(*flood)
    async with asyncio.timeout(5), gate.turn(ONE):
        pass
