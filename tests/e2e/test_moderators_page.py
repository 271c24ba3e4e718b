"""The moderators' page of the real bot: from the sign-in to an answer on Discord that a moderator wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.world import NO_LIMITS, World, built, opened_world
from tests.support.changing_sources import BEFORE
from tests.support.discord.oauth import CLIENT_SECRET
from tests.support.discord.payloads import LISTED, MODERATOR_ROLE, User
from tests.support.discord.server import DiscordServer
from tests.support.moderators_page import Browser, free_port

QUESTION = "Which tea does the ferryman of Bourton drink?"
ANSWER = "The ferryman of Bourton drinks peppermint tea."


@dataclass
class Page:
    """Where the page of a bot process is."""

    url: str
    discord: DiscordServer


async def write_answer(browser: Browser) -> None:
    """Write an answer to the gap, and make it live."""
    assert QUESTION in (await browser.get("/moderate/gaps")).text
    await browser.save_answer(QUESTION, ANSWER)
    built_preview = await browser.ended()
    assert "Answered now, which were gaps before" in built_preview.text, built_preview.text
    await browser.post("/moderate/reindex/publish", preview=built_preview.value("preview"))
    assert "The preview is live" in (await browser.ended()).text


def audit(world: World) -> list[tuple[str, str, str]]:
    return [(str(who), place, what) for who, place, what in world.rows("SELECT who, place, what FROM audit")]


async def test_answer_that_a_moderator_writes_is_quoted_on_discord(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = built(tmp_path, BEFORE) | NO_LIMITS | {"HTTP_PORT": port, "PUBLIC_URL": url}
    settings |= {"DISCORD_CLIENT_SECRET": CLIENT_SECRET, "MODERATOR_ROLES": MODERATOR_ROLE}
    async with opened_world(settings, tmp_path) as world:
        discord = world.server
        discord.oauth.redirects.add(f"{url}/moderate/callback")
        moderator = User.new("librarian")
        discord.oauth.join(moderator, LISTED, MODERATOR_ROLE)
        assert not (await world.discord.ask(QUESTION, guild=LISTED)).answered
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            browser = Browser(Page(url, discord), session)
            signed_in = await browser.sign_in(moderator)
            assert QUESTION in signed_in.text
            assert "script-src 'self'" in signed_in.headers["Content-Security-Policy"]
            await write_answer(browser)
            assert QUESTION not in (await browser.get("/moderate/gaps")).text
        reply = await world.discord.ask(QUESTION, guild=LISTED)
        assert any("peppermint tea" in quotation for quotation in reply.quotations)
        who = (moderator.id, LISTED.id)
        assert [line[2].split(" ")[0] for line in audit(world) if line[:2] == who] == ["source", "preview", "preview"]
        secrets = {CLIENT_SECRET, moderator.id, moderator.name, ANSWER, QUESTION}
        assert [secret for secret in secrets if secret in world.log] == []


@pytest.mark.parametrize("missing", ["PUBLIC_URL", "DISCORD_CLIENT_SECRET"])
async def test_page_without_its_settings_says_which_to_set(tmp_path: Path, missing: str) -> None:
    port = free_port()
    settings = built(tmp_path, BEFORE) | NO_LIMITS | {"HTTP_PORT": port}
    settings |= {"PUBLIC_URL": f"http://127.0.0.1:{port}", "DISCORD_CLIENT_SECRET": CLIENT_SECRET}
    del settings[missing]
    async with opened_world(settings, tmp_path) as world, aiohttp.ClientSession() as session:
        browser = Browser(Page(f"http://127.0.0.1:{port}", world.server), session)
        for path in ("/moderate", "/moderate/questions"):
            reply = await browser.get(path)
            assert reply.status == 503
            assert f"sets {missing}, adds" in reply.text
