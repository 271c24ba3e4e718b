"""The web server of the real `python -m bot`: beside the bot, as long as the bot."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import stat
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.bot_process import running_bot
from tests.e2e.world import NO_LIMITS, built, opened_world
from tests.support.article import ARTICLE, WINDOW
from tests.support.discord.server import TOKEN


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def get(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as response:
        return response.status, await response.text()


async def test_the_bot_tells_its_health_until_it_ends(tmp_path: Path, port: int) -> None:
    settings = {
        "DISCORD_TOKEN": TOKEN,
        "SEEDS_DIR": ARTICLE.parent,
        "INDEX_DIR": tmp_path / "index",
        "STATE_DIR": tmp_path / "state",
        "HTTP_PORT": port,
    }
    async with running_bot(settings, tmp_path / "bot") as (_, bot):
        assert (await get(port, "/healthz"))[0] == 200
        assert json.loads((await get(port, "/readyz"))[1])["ready"] in (True, False)
        assert await bot.end() == 0
        with pytest.raises(aiohttp.ClientConnectorError):
            await get(port, "/healthz")


async def test_a_taken_port_ends_the_bot_with_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = {"DISCORD_TOKEN": TOKEN, "STATE_DIR": tmp_path / "state", "HTTP_PORT": taken.getsockname()[1]}
        with pytest.raises(AssertionError, match=r"ended with 1:\nThe web server cannot listen.*set HTTP_PORT"):
            async with running_bot(settings, tmp_path / "bot"):
                pass


async def test_the_link_below_a_quotation_opens_its_page(tmp_path: Path, port: int) -> None:
    web = {"HTTP_PORT": port, "PUBLIC_URL": f"http://localhost:{port}", "PAGE_DOWNLOADS": "true"}
    async with opened_world(built(tmp_path, {}) | NO_LIMITS | web, tmp_path) as world:
        reply = await world.discord.ask(WINDOW)
        links = re.findall(r"\[Page\]\((http://localhost:\d+(/s/[^)]+))\)", reply.text)
        assert links
        status, html = await get(port, links[0][1])
        assert status == 200
        assert re.search(r'<mark id="quote" tabindex="-1">[^<]*10 million', html)
        assert TOKEN not in html
        assert (await get(port, links[0][1].replace("q=", "q=1")))[0] == 403
        sources = await world.discord.command("sources")
        home = re.search(r"\(http://localhost:\d+(/\?[^)]+)\)", sources.text)
        assert ARTICLE.name in (await get(port, home[1]))[1]
        secret = tmp_path / "state" / "web_secret"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert secret.read_text().strip() not in html + reply.text


async def test_what_the_bot_did_is_in_its_metrics_and_its_log_is_json(tmp_path: Path, port: int) -> None:
    web = {"HTTP_PORT": port, "LOG_FORMAT": "json"}
    async with opened_world(built(tmp_path, {}) | NO_LIMITS | web, tmp_path) as world:
        await world.discord.ask(WINDOW)
        async with asyncio.timeout(20):
            while (await get(port, "/readyz"))[0] != 200:  # each look is a request, so nothing is spun
                pass
        status, text = await get(port, "/metrics")
        assert status == 200
        counts = {
            line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
            for line in text.splitlines()
            if not line.startswith("#")
        }
        assert counts['footnote_questions_total{outcome="answered",place="slash"}'] >= 1
        for stage in ("queue", "retrieve", "read", "answer", "send"):
            assert counts[f'footnote_stage_seconds_count{{stage="{stage}"}}'] >= 1
        assert counts["footnote_ready"] == 1
        assert counts['footnote_gateway_events_total{event="new"}'] == 1
        assert WINDOW not in text
        lines = [json.loads(line) for line in world.bot.stderr().splitlines()]
        assert {"time", "level", "logger", "message", "request"} == set().union(*lines)
