"""A reindex that runs in one process, and the button on its message, whose press another process gets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.shards import ShardRange
from tests.support.coordination_fakes import FakeCoordinator
from tests.support.discord.components import BUTTON, all_components
from tests.support.discord.driver import has_ended
from tests.support.discord.exchange import Exchange
from tests.support.discord.payloads import LISTED, MANAGE_GUILD, MEMBER, Json, User
from tests.support.discord.rules import text_of
from tests.support.discord.wire import Wire, connected
from tests.support.fakes import FakeLibrary
from tests.support.journal_library import MODERATORS

MODERATOR = {"permissions": MEMBER | MANAGE_GUILD}


@pytest.fixture
async def two(library: FakeLibrary, tmp_path: Path) -> AsyncIterator[tuple[Wire, Wire]]:
    """Two processes of one bot; reindexes wait until they are cancelled or let go on."""
    library.reindex_gate.clear()
    coordinator = FakeCoordinator()
    async with AsyncExitStack() as stack:
        wires = []
        for shard in range(2):
            folder = tmp_path / str(shard)
            folder.mkdir()
            how = {"moderators": MODERATORS, "shards": ShardRange(2, (shard,)), "coordinator": coordinator}
            wires.append(await stack.enter_async_context(connected(library, folder, key="bot", **how)))
            wires[-1].bot.services.progress.edit_every = 0.01
        yield wires[0], wires[1]
        library.reindex_gate.set()


def pressed(wire: Wire, message: Json, user: User, **rights: int) -> Exchange:
    """The press of a message's Cancel arrives in a process that did not send the message."""
    buttons = [each for each in all_components(message["components"]) if each["type"] == BUTTON]
    (cancel,) = [each["custom_id"] for each in buttons if each["label"] == "Cancel"]
    wire.state.messages[message["id"]] = message
    return wire._arrives(wire.people.forged(wire.state.scene(user, guild=LISTED, **rights), cancel, message))


async def running(wire: Wire, user: User) -> tuple[Exchange, Json]:
    command = wire.command("reindex", user=user, **MODERATOR)
    return command, await command.answer(lambda message: "21 of 21" in text_of(message))


async def test_a_reindex_is_cancelled_from_another_process(library: FakeLibrary, two: tuple[Wire, Wire]) -> None:
    here, there = two
    user = User.new()
    command, message = await running(here, user)
    await pressed(there, message, user, **MODERATOR).acknowledged()
    assert "The reindex was cancelled" in text_of(await command.answer(has_ended))


async def test_who_may_not_reindex_cancels_none_elsewhere(library: FakeLibrary, two: tuple[Wire, Wire]) -> None:
    here, there = two
    command, message = await running(here, User.new())
    refused = await pressed(there, message, User.new(), permissions=MEMBER).answer()
    assert "Only a moderator may rebuild the index" in text_of(refused)
    library.reindex_gate.set()
    assert "The index is rebuilt" in text_of(await command.answer(has_ended))


async def test_a_reindex_that_runs_nowhere_any_more_cannot_be_cancelled(
    library: FakeLibrary, two: tuple[Wire, Wire]
) -> None:
    here, there = two
    user = User.new()
    command, message = await running(here, user)
    library.reindex_gate.set()
    await command.answer(has_ended)
    refused = await pressed(there, message, user, **MODERATOR).answer()
    assert "no longer running" in text_of(refused)
