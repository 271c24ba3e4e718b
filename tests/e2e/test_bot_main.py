"""Start-up and end: settings, what cannot be reached, and a clean close."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
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
from bot.settings import DISCORD_API, BotSettings
from index import Settings
from tests.e2e.bot_process import environment
from tests.support.discord.driver import Discord
from tests.support.discord.server import TOKEN, DiscordServer
from tests.support.discord.wire import NO_LIMITS
from tests.support.fakes import FakeLibrary

QUESTION = "What is the context window of Scout?"


def start(folder: Path, *arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """`python -m bot`, which ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def closed_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def client(folder: Path, library: FakeLibrary | None = None) -> FootnoteBot:
    return FootnoteBot(
        library=library or FakeLibrary(),
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


def test_help_names_every_setting(tmp_path: Path) -> None:
    ended = start(tmp_path, "--help")
    assert ended.returncode == 0
    for name in (*BotSettings.model_fields, *Settings.model_fields):
        assert f"  {name.upper()} " in ended.stdout


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("MODERATOR_GUILDS", "123,somewhere"),
        ("MODERATOR_ROLES", "boss"),
        ("COOLDOWN_SECONDS", "-1"),
        ("DISCORD_API_URL", "discord.example"),
        ("DISCORD_TOKEN", "two words"),
        ("LOG_LEVEL", "LOUD"),
        ("KEEP_SNAPSHOTS", "none"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_in_one_sentence_without_its_value(
    tmp_path: Path, setting: str, value: str
) -> None:
    ended = start(tmp_path, **{setting: value})
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert setting in ended.stderr
    assert value not in ended.stderr
    assert ended.stdout == ""


def test_a_settings_file_that_is_not_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"DISCORD_TOKEN=\xff\xfe")
    ended = start(tmp_path)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "settings" in ended.stderr


def test_an_api_that_cannot_be_reached_is_one_sentence_and_exit_code_1(tmp_path: Path) -> None:
    ended = start(tmp_path, DISCORD_TOKEN=TOKEN, DISCORD_API_URL=f"http://127.0.0.1:{closed_port()}/api/v10")
    assert ended.returncode == 1
    assert ended.stderr.startswith("Discord could not be reached")
    assert ended.stderr.count("\n") == 1


def test_discords_own_debug_lines_which_hold_messages_and_tokens_are_never_logged(tmp_path: Path) -> None:
    script = (
        "import logging; from bot.__main__ import _log_to_stderr; _log_to_stderr('debug'); "
        "print([logging.getLogger(name).isEnabledFor(logging.DEBUG) for name in "
        "('bot.client.bot', 'discord.http', 'discord.gateway', 'discord.webhook.async_')])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[True, False, False, False]"


def test_lists_of_ids_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODERATOR_GUILDS", "123, 456 ,789,")
    assert BotSettings(_env_file=None).moderator_guilds == {123, 456, 789}


@pytest.mark.parametrize("blank", ["", "   "])
def test_a_blank_token_is_none(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", blank)
    assert BotSettings(_env_file=None).discord_token is None


def test_settings_never_show_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    assert TOKEN not in repr(BotSettings(_env_file=None))


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
