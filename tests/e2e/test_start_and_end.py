"""Starting and ending the real `python -m bot`: commands told once, no index yet, signals, tokens that do not work."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.e2e.bot_process import BotProcess, running_bot, said_goodbye
from tests.support.article import ARTICLE, WINDOW, WINDOW_EVIDENCE
from tests.support.discord.driver import Discord, has_ended
from tests.support.discord.http import Request
from tests.support.discord.payloads import TEAM_MEMBER, UNLISTED
from tests.support.discord.server import TOKEN, DiscordServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


Running = tuple[DiscordServer, BotProcess]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The article is at hand, but there is no index and nothing remembered yet."""
    folder = tmp_path_factory.mktemp("start-and-end")
    where = {"SEEDS_DIR": ARTICLE.parent, "INDEX_DIR": folder / "index", "STATE_DIR": folder / "state"}
    return {"DISCORD_TOKEN": TOKEN, **where}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def first(settings: dict[str, object], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """The very first start, for an application that a team owns."""
    async with running_bot(settings, tmp_path_factory.mktemp("first"), team=True) as (server, bot):
        await server.requests.wait_for(lambda request: request.route.endswith("/commands"))
        yield server, bot


def synced(server: DiscordServer) -> list[Request]:
    return [request for request in server.requests if request.route.endswith("/commands")]


async def test_index_is_built_before_the_bot_is_ready_and_questions_are_told_so(first: Running) -> None:
    server, bot = first
    told = await Discord(server).ask(WINDOW)
    assert "still reading the sources" in told.text, bot.stderr()
    await eventually(lambda: "Ready for questions" in bot.stderr())
    log = bot.stderr()
    assert log.index("Discord was told of the commands") < log.index("building it") < log.index("The index is built")
    assert "%" in log
    assert WINDOW_EVIDENCE in (await Discord(server).ask(WINDOW)).text.replace("**", "")


async def test_presence_says_that_the_sources_are_read(first: Running) -> None:
    kinds = [frame.data for frame in first[0].gateway.frames if frame.kind == "presence"]
    assert [presence["status"] for presence in kinds][:: len(kinds) - 1] == ["idle", "online"]


async def test_team_stands_for_the_owner(first: Running) -> None:
    discord = Discord(first[0])
    assert "Only a moderator" in (await discord.command("reindex", guild=UNLISTED)).text
    report = await discord.command("reindex", user=TEAM_MEMBER, guild=UNLISTED, until=has_ended)
    assert report.passages, report.text


async def test_interrupt_ends_the_bot_cleanly(first: Running) -> None:
    server, bot = first
    assert await bot.end(signal.SIGINT) == 0
    assert said_goodbye(server)


async def test_commands_are_synced_at_the_first_start_and_not_at_the_next(
    first: Running, settings: dict[str, object], tmp_path: Path
) -> None:
    assert [(command.method, command.status) for command in synced(first[0])] == [("PUT", 200)]
    async with running_bot(settings, tmp_path) as (server, _):
        server.state.sync(list(first[0].state.commands.values()))
        assert "all-minilm-l6-v2" in (await Discord(server).command("status")).text.lower()
        assert synced(server) == []


async def test_signal_while_the_model_loads_ends_it_cleanly(settings: dict[str, object], tmp_path: Path) -> None:
    async with running_bot(settings, tmp_path) as (server, bot):
        assert await bot.end(signal.SIGTERM) == 0
        assert said_goodbye(server)
