"""A bot of many shards in one process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client.bot import FootnoteBot
from bot.client.discord_patches import use_api
from bot.client.identify_turns import IdentifyTurns
from bot.client.shard_connection import ShardConnection
from bot.policy.moderators import Moderators
from bot.shards import ShardRange
from index import Corpora
from tests.support.discord.driver import Discord
from tests.support.discord.server import TOKEN, DiscordServer
from tests.support.discord.shards import GUILDS
from tests.support.discord.wire import NO_LIMITS
from tests.support.fakes import FakeLibrary
from tests.support.waiting import eventually


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    """A local Discord that recommends three shards."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    server = DiscordServer(guilds=GUILDS)
    server.gateway.shards = 3
    server.gateway.identify_every = 0.2
    await server.start()
    use_api(server.url)
    yield server
    await server.stop()


@asynccontextmanager
async def running(folder: Path, shards: ShardRange) -> AsyncIterator[FootnoteBot]:
    """A bot that connects."""
    bot = FootnoteBot(
        libraries=Corpora(FakeLibrary()),
        commands_file=folder / "commands.json",
        moderators=Moderators(),
        limits=NO_LIMITS,
        shards=shards,
    )
    bot.turns._seconds = 0.25
    await bot.login(TOKEN)
    connection = asyncio.create_task(bot.connect())
    try:
        yield bot
    finally:
        connection.cancel()
        await bot.close()


async def test_as_many_shards_as_discord_recommends_answer_their_servers(server: DiscordServer, tmp_path: Path) -> None:
    async with running(tmp_path, ShardRange()):
        await eventually(lambda: server.gateway.connected == (0, 1, 2))
        assert server.gateway.invalidated == 0
        members = Discord(server)
        for guild in (*GUILDS, None):
            assert (await members.ask("What is the context window of Scout?", guild=guild)).answered


async def test_set_count_of_shards_is_kept_to(server: DiscordServer, tmp_path: Path) -> None:
    async with running(tmp_path, ShardRange(2)) as bot:
        await eventually(lambda: server.gateway.connected == (0, 1))
        assert bot.shard_count == 2


async def test_broken_shard_is_resumed_while_the_others_go_on(server: DiscordServer, tmp_path: Path) -> None:
    async with running(tmp_path, ShardRange()):
        await eventually(lambda: server.gateway.connected == (0, 1, 2))
        since = len(server.gateway.frames)
        server.gateway.drop(1)
        await server.gateway.frames.wait_for(lambda frame: frame.kind == "closed" and frame.shard == 1, since=since)
        exchange = await Discord(server).send_command("ask", question="Here?", guild=GUILDS[1])
        await server.gateway.frames.wait_for(lambda frame: frame.kind == "resume", since=since)
        await exchange.acknowledged()
        assert server.gateway.connected == (0, 1, 2)


async def test_shard_that_cannot_resume_identifies_anew(server: DiscordServer, tmp_path: Path) -> None:
    async with running(tmp_path, ShardRange()):
        await eventually(lambda: server.gateway.connected == (0, 1, 2))
        since = len(server.gateway.frames)
        server.gateway.forget_sessions()
        server.gateway.drop(2)
        await server.gateway.frames.wait_for(lambda frame: frame.kind == "identify" and frame.shard == 2, since=since)
        await eventually(lambda: server.gateway.connected == (0, 1, 2))


async def test_shard_that_is_cancelled_as_it_connects_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the bot would go on after it was told to stop."""

    async def connect(*_: object, **__: object) -> None:
        connecting.cancel()

    monkeypatch.setattr(DiscordWebSocket, "from_client", connect)
    client = discord.AutoShardedClient(intents=discord.Intents.none())
    connecting = asyncio.create_task(ShardConnection(client, 0, IdentifyTurns())._connect({}))
    with pytest.raises(asyncio.CancelledError):
        await connecting
