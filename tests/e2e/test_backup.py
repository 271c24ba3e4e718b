"""A bot's home is backed up while it serves, not restored under it, and goes on in another place."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from index.domain.activity import EVERYWHERE
from index.journal.journal import Journal
from tests.e2e.bot_process import bot_on, environment
from tests.support.article import ARTICLE, WINDOW, WINDOW_EVIDENCE
from tests.support.discord.driver import Discord
from tests.support.discord.server import TOKEN, DiscordServer


@dataclass(frozen=True)
class Ended:
    code: int
    err: str


def settings(home: Path) -> dict[str, object]:
    return {"DISCORD_TOKEN": TOKEN, "FOOTNOTE_HOME": home}


async def footnote(home: Path, *words: str | Path) -> Ended:
    """Run the command in an empty folder."""
    folder = home.with_name(f"{home.name}-started-here")
    folder.mkdir(exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", *map(str, words)),
        env={**environment(**settings(home)), "HOME": os.fspath(folder)},
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    return Ended(process.returncode or 0, err.decode())


def questions(home: Path) -> int:
    journal = Journal(home / "data" / "journal.sqlite3")
    asked = sum(day.questions for day in journal.days(2, EVERYWHERE))
    journal.close()
    return asked


@pytest_asyncio.fixture
async def server() -> AsyncIterator[DiscordServer]:
    server = DiscordServer()
    await server.start()
    yield server
    await server.stop()


async def test_bot_is_backed_up_while_it_serves_and_goes_on_elsewhere(server: DiscordServer, tmp_path: Path) -> None:
    old, new, archive = tmp_path / "old", tmp_path / "new", tmp_path / "backup.zip"
    shutil.copytree(ARTICLE.parent, old / "seeds")
    assert (await footnote(old, "index", "reindex")).code == 0
    discord = Discord(server)
    async with bot_on(server, settings(old), tmp_path / "first") as bot:
        await server.requests.wait_for(lambda request: request.route.endswith("/commands"))
        assert WINDOW_EVIDENCE in (await discord.ask(WINDOW)).text.replace("**", "")
        assert (await footnote(old, "backup", archive)).code == 0
        refused = await footnote(old, "restore", archive, "--replace")
        assert (refused.code, "stop it" in refused.err) == (1, True)
        assert WINDOW_EVIDENCE in (await discord.ask(WINDOW)).text.replace("**", "")
        await bot.end()
    assert (await footnote(new, "restore", archive)).code == 0
    assert questions(new) == 1
    async with bot_on(server, settings(new), tmp_path / "second"):
        assert WINDOW_EVIDENCE in (await discord.ask(WINDOW)).text.replace("**", "")
