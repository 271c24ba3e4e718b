"""Sources of servers with the real bot: added, indexed and answered in their server alone, exported and deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.e2e.world import NO_LIMITS, World, built, opened_world
from tests.support.changing_sources import BEFORE
from tests.support.discord.driver import Discord, has_ended
from tests.support.discord.payloads import LISTED, MANAGE_GUILD, MEMBER, UNLISTED, User
from tests.support.discord.rules import text_of

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bots_log")]

QUESTION = "When was the light of the harbour lit?"
SHARED = "What is the context window of Llama 4 Scout?"
TEXT = b"# Harbour\n\nThe light of the harbour is called Quartzblink and was lit in 1912.\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("servers")
    own = {"SERVER_SOURCES": "true", "SERVERS_DIR": folder / "servers", "SERVER_SOURCES_FILES": 1}
    async with opened_world(built(folder, BEFORE) | NO_LIMITS | own, folder) as opened:
        yield opened


async def test_a_servers_own_sources_answer_there_alone(world: World, discord: Discord) -> None:
    moderator = {"user": User.new(), "guild": UNLISTED, "permissions": MEMBER | MANAGE_GUILD}
    cdn = world.server.cdn
    added = await discord.command("source add", file=cdn.hold("light.md", TEXT), **moderator)
    assert "**Added**: light.md" in added.text
    refused = await discord.command("source add", file=cdn.hold("bell.md", TEXT + b"More."), **moderator)
    assert "this server has 1 of 1 files" in refused.text
    acting = {"user": moderator["user"], "permissions": moderator["permissions"]}
    rebuilt = await discord.press(added, "Reindex now", until=has_ended, **acting)
    assert "The index is rebuilt" in rebuilt.text

    assert "1912" in (await discord.ask(QUESTION, guild=UNLISTED)).text
    assert "10 million" in (await discord.ask(SHARED, guild=UNLISTED)).text
    assert "Quartzblink" not in (await discord.ask(QUESTION, guild=LISTED)).text
    assert "Quartzblink" not in (await discord.dm(QUESTION)).text
    assert "Quartzblink" not in world.log

    exported = await discord.command("source export", **moderator)
    assert "own sources and settings" in exported.text
    asked = await discord.command("source delete-all", **moderator)
    deleted = await discord.press(
        asked, "Delete all", until=lambda message: "**Deleted:**" in text_of(message), **acting
    )
    assert "Deleted" in deleted.text
    assert "Quartzblink" not in (await discord.ask(QUESTION, guild=UNLISTED)).text
    assert not any((world.folder / "servers").iterdir())
