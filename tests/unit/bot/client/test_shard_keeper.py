"""A shard that several processes may run; here they are clients in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client import session_replay, shard_keeper
from bot.client.bot import FootnoteBot
from bot.client.discord_patches import use_api
from bot.client.shard_connection import ShardConnection
from bot.policy.moderators import Moderators
from bot.shards import ShardRange
from index import Corpora
from index.domain.errors import CoordinationUnavailable
from tests.support.coordination_fakes import FakeCoordinator
from tests.support.discord.driver import Discord
from tests.support.discord.server import TOKEN, DiscordServer
from tests.support.discord.shards import GUILDS
from tests.support.discord.wire import NO_LIMITS
from tests.support.fakes import FakeLibrary
from tests.support.waiting import eventually

QUESTION = "What is the context window of Scout?"
SHARD = "shard-1-bot"


class Process:
    """A client that may run shard 1 of 3."""

    def __init__(self, folder: Path, coordinator: FakeCoordinator) -> None:
        self.library = FakeLibrary()
        self.bot = FootnoteBot(
            libraries=Corpora(self.library),
            commands_file=folder / "commands.json",
            moderators=Moderators(),
            limits=NO_LIMITS,
            shards=ShardRange(3, (1,)),
            coordinator=coordinator,
            key="bot",
        )
        self.bot.turns._seconds = 0.0
        (self.keeper,) = self.bot.keepers
        self.keeper._locks.poll_seconds = 0.02
        self.connection: asyncio.Task[None] | None = None

    async def start(self) -> Process:
        await self.bot.login(TOKEN)
        self.connection = asyncio.create_task(self.bot.connect())
        return self

    async def hand_over(self) -> None:
        """End as at SIGTERM, before the wait for pending replies."""
        if self.connection:
            self.connection.cancel()
            await asyncio.gather(self.connection, return_exceptions=True)

    async def end(self) -> None:
        await self.hand_over()
        await self.bot.close()


class Office:
    """A local Discord with processes of one bot."""

    def __init__(self, folder: Path, server: DiscordServer) -> None:
        self.server = server
        self.discord = Discord(server)
        self.coordinator = FakeCoordinator()
        self.processes: list[Process] = []
        self._folder = folder

    async def process(self) -> Process:
        self.processes.append(await Process(self._folder, self.coordinator).start())
        return self.processes[-1]

    async def running(self) -> Process:
        process = await self.process()
        await eventually(lambda: self.server.gateway.connected == (1,) and "ask" in self.server.state.commands)
        return process


@pytest.fixture
async def office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Office]:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    monkeypatch.setattr(shard_keeper, "SAVE_SECONDS", 0.05)
    monkeypatch.setattr(shard_keeper, "HOLD_OFF_SECONDS", 0.05)
    monkeypatch.setattr(session_replay, "OVERLAP_SECONDS", 0.2)
    server = DiscordServer(guilds=GUILDS)
    await server.start()
    use_api(server.url)
    office = Office(tmp_path, server)
    yield office
    for process in office.processes:
        await process.end()
    await server.stop()


async def test_shard_waits_while_another_process_runs_it(office: Office) -> None:
    first = await office.running()
    second = await office.process()
    await eventually(lambda: second.keeper.waits)
    assert first.bot.process.shards == (1,)
    assert second.bot.process.stands_by
    assert second.bot.process.usable
    await asyncio.wait_for(second.bot.wait_until_usable(), 10)
    assert office.server.gateway.connected == (1,)


async def test_what_came_between_two_processes_is_answered_by_the_next(office: Office) -> None:
    first = await office.running()
    await office.discord.ask(QUESTION, guild=GUILDS[1])
    await first.hand_over()
    asked = await office.discord.send_command("ask", question=QUESTION, guild=GUILDS[1])
    mention = asyncio.create_task(office.discord.mention(QUESTION, guild=GUILDS[1]))
    second = await office.process()
    assert (await office.discord.reply(asked)).answered
    assert (await mention).answered
    assert len(second.library.asked) == 2
    await eventually(lambda: office.server.gateway.connected == (1,))


async def test_process_that_stood_by_tries_on_if_its_first_connection_fails(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await office.running()
    second = await office.process()
    await eventually(lambda: second.keeper.waits)
    connect, failures = ShardConnection._connect, [ConnectionRefusedError("Discord is away.")]

    async def fail_once(self: ShardConnection, how: dict[str, Any]) -> DiscordWebSocket:
        if failures:
            raise failures.pop()
        return await connect(self, how)

    monkeypatch.setattr(ShardConnection, "_connect", fail_once)
    await first.hand_over()
    await eventually(lambda: office.server.gateway.connected == (1,))
    assert not failures
    assert (await office.discord.ask(QUESTION, guild=GUILDS[1])).answered


async def test_process_that_hands_over_answers_what_it_took(office: Office) -> None:
    first = await office.running()
    first.library.gate.clear()
    asked = await office.discord.send_command("ask", question=QUESTION, guild=GUILDS[1])
    await asked.acknowledged()
    await first.hand_over()
    second = await office.running()
    first.library.gate.set()
    assert (await office.discord.reply(asked)).answered
    assert second.library.asked == []


async def test_question_that_a_dead_process_began_with_is_answered_once(office: Office) -> None:
    first = await office.running()
    done = await office.discord.send_command("ask", question=QUESTION, guild=GUILDS[1])
    await office.discord.reply(done)
    first.library.gate.clear()
    begun = await office.discord.send_command("ask", question=QUESTION, guild=GUILDS[1])
    await begun.acknowledged()
    await eventually(lambda: '"unfinished": [' in office.coordinator.values.get("session-1-bot", ""))
    before = dict(office.coordinator.values)
    office.server.gateway.drop(1)
    await first.hand_over()
    office.coordinator.values |= before  # as if it had died without a word
    second = await office.process()
    assert (await office.discord.reply(begun)).answered
    assert len(second.library.asked) == 1
    assert begun.callbacks.items == done.callbacks.items
    first.library.gate.set()


async def test_shard_is_given_up_when_its_lock_is_anothers(office: Office) -> None:
    first = await office.running()
    office.coordinator.lose(SHARD)
    office.coordinator.locks[SHARD] = object()  # type: ignore[assignment]
    await eventually(lambda: not first.keeper.runs)
    await eventually(lambda: office.server.gateway.connected == ())


async def test_session_of_the_process_that_took_a_shard_over_is_kept(office: Office) -> None:
    first = await office.running()
    await eventually(lambda: "session-1-bot" in office.coordinator.values)
    await asyncio.sleep(0.2)
    office.coordinator.lose(SHARD)
    office.coordinator.locks[SHARD] = object()  # type: ignore[assignment]
    office.coordinator.values["session-1-bot"] = "the other's"
    await eventually(lambda: not first.keeper.runs and first.keeper.waits)
    assert office.coordinator.values["session-1-bot"] == "the other's"


async def test_lock_that_nobody_else_has_is_taken_again(office: Office) -> None:
    first = await office.running()
    office.coordinator.lose(SHARD)
    await eventually(lambda: SHARD in office.coordinator.locks)
    assert first.keeper.runs
    assert office.server.gateway.connected == (1,)


async def test_questions_are_answered_while_the_database_is_away(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    await office.running()
    office.coordinator.down = CoordinationUnavailable("It is away.")
    await asyncio.sleep(0.3)
    assert (await office.discord.ask(QUESTION, guild=GUILDS[1])).answered
    await asyncio.sleep(0.2)
    assert caplog.text.count("The session of shard 1 is not saved") == 1
