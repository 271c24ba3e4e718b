"""The client's connection from the log-in to a clean close."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client.bot import FootnoteBot
from bot.client.discord_patches import use_api
from bot.client.lifecycle import CannotServe, serve
from bot.policy.moderators import Moderators
from bot.settings import DISCORD_API
from index import Corpora
from tests.support.discord.driver import Discord
from tests.support.discord.server import TOKEN, DiscordServer
from tests.support.discord.wire import NO_LIMITS
from tests.support.fakes import FakeLibrary
from tests.support.site import closed_port

QUESTION = "What is the context window of Scout?"


def client(folder: Path, library: FakeLibrary | None = None) -> FootnoteBot:
    return FootnoteBot(
        libraries=Corpora(library or FakeLibrary()),
        commands_file=folder / "commands.json",
        moderators=Moderators(),
        limits=NO_LIMITS,
    )


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    """A local Discord that the client uses; afterwards, discord.py's own addresses are back."""
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    server = DiscordServer()
    await server.start()
    use_api(server.url)
    yield server
    await server.stop()


async def test_another_api_is_used_with_the_gateway_that_it_names(server: DiscordServer, tmp_path: Path) -> None:
    serving = asyncio.create_task(serve(client(tmp_path), TOKEN))
    await server.gateway.frames.wait_for(lambda frame: frame.kind == "identify")
    assert yarl.URL(server.gateway.url) == DiscordWebSocket.DEFAULT_GATEWAY
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(serving, 20)


async def test_discords_own_gateway_is_left_alone() -> None:
    assert Route.BASE == DISCORD_API
    assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "wss://gateway.discord.gg/"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_closes_cleanly_after_the_answer_under_way(
    server: DiscordServer, tmp_path: Path, number: signal.Signals
) -> None:
    library = FakeLibrary()
    library.gate.clear()
    library.seconds = 0.2
    serving = asyncio.create_task(serve(client(tmp_path, library), TOKEN))
    await server.requests.wait_for(lambda request: request.route.endswith("/commands"))
    await server.gateway.frames.wait_for(lambda frame: frame.kind == "identify")
    discord = Discord(server)
    exchange = await discord.send_command("ask", question=QUESTION)
    await exchange.updates.wait_for(lambda message: True)
    os.kill(os.getpid(), number)
    library.gate.set()
    await asyncio.wait_for(serving, 20)
    assert "10 million tokens" in (await discord.reply(exchange)).text
    assert server.gateway.frames.items[-1].data == 1000


async def test_a_gateway_that_cannot_be_reached_at_the_start_is_said_so(server: DiscordServer, tmp_path: Path) -> None:
    server.gateway.url = f"ws://127.0.0.1:{closed_port()}/"
    with pytest.raises(CannotServe, match="could not be reached") as failed:
        await serve(client(tmp_path), TOKEN)
    assert failed.value.exit_code == 1


async def test_a_token_that_discord_does_not_accept_is_exit_code_2(server: DiscordServer, tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match="did not accept DISCORD_TOKEN") as failed:
        await serve(client(tmp_path), "MTEw.wrong.token")
    assert failed.value.exit_code == 2


async def test_a_token_that_the_gateway_does_not_accept_is_exit_code_2(server: DiscordServer, tmp_path: Path) -> None:
    server.gateway.token = "another"
    with pytest.raises(CannotServe, match="did not accept DISCORD_TOKEN") as failed:
        await serve(client(tmp_path), TOKEN)
    assert failed.value.exit_code == 2
