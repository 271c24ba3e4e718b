"""A bot on the real article and a few sources of its own, with what a test looks at from outside: messages, the
journal's file, the log. It can be stopped and started anew on the same local Discord."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.views.custom_id import ComponentId
from tests.e2e.bot_process import BotProcess, bot_on, environment
from tests.support.article import ARTICLE
from tests.support.discord.components import BUTTON, all_components
from tests.support.discord.driver import Discord, Reply, has_ended
from tests.support.discord.http import Request
from tests.support.discord.openapi_check import OpenApi
from tests.support.discord.payloads import LISTED, OWNER, UNLISTED, Guild, User
from tests.support.discord.server import TOKEN, DiscordServer

__all__ = [
    "ASKED",
    "CHOSEN",
    "NO_LIMITS",
    "VOTED",
    "World",
    "answer_id",
    "built",
    "link_buttons",
    "opened_world",
    "read_as",
]

VOTED = Guild("1100000000000000040", "Voters", User("1100000000000000042", "voter"), "1100000000000000041")
ASKED = Guild("1100000000000000050", "Askers", User("1100000000000000052", "asker"), "1100000000000000051")
CHOSEN = Guild("1100000000000000060", "Choosers", User("1100000000000000062", "chooser"), "1100000000000000061")
"""Servers of their own, so that what is done in one does not count in another."""

NO_LIMITS: dict[str, object] = {"COOLDOWN_SECONDS": 0, "SERVER_QUESTIONS_PER_MINUTE": 0, "MOST_WAITING": 0}

LEAST_SECRET = 8
"""The fewest characters by which a typed text differs from other words of a log."""

READ_AS = re.compile(r"^-# Read as: (.*)$", re.MULTILINE)


def read_as(reply: Reply) -> str:
    """Return the reading of the question that a reply shows, or empty."""
    match = READ_AS.search(reply.text)
    return match[1].replace("\\", "") if match else ""


def answer_id(reply: Reply) -> str:
    """The id that the journal knows the answer by, as it stands in the message's buttons."""
    pressed = (
        ComponentId.parse(component.get("custom_id") or "") for component in all_components(reply.message["components"])
    )
    return next((press.answer for press in pressed if press and press.answer), "")


def link_buttons(reply: Reply) -> list[str]:
    """Where the buttons lead that are links."""
    components = [component for component in all_components(reply.message["components"]) if component["type"] == BUTTON]
    return [component["url"] for component in components if component.get("url")]


def built(folder: Path, sources: Mapping[str, str], store_url: str = "") -> dict[str, object]:
    """The settings of a bot in `folder` on an index of the real article and these sources, made once a process.

    With a `store_url` the index is made in that database.
    """
    made = _made(tuple(sorted(sources.items())), folder, store_url)
    for name in ("seeds", "index"):
        shutil.copytree(made / name, folder / name)
    return {
        "DISCORD_TOKEN": TOKEN,
        "SEEDS_DIR": folder / "seeds",
        "INDEX_DIR": folder / "index",
        "STATE_DIR": folder / "state",
        "JOURNAL_FILE": folder / "journal.sqlite3",
        "MODERATOR_GUILDS": LISTED.id,
        "LOG_LEVEL": "DEBUG",
    }


_kept: dict[tuple[tuple[tuple[str, str], ...], str], Path] = {}


def _made(sources: tuple[tuple[str, str], ...], folder: Path, store_url: str) -> Path:
    """Return a read-only folder with `seeds` and `index`, made once for these sources and this database."""
    key = sources, store_url
    if key not in _kept or not _kept[key].is_dir():
        place = folder / "made"
        (place / "seeds").mkdir(parents=True)
        shutil.copy(ARTICLE, place / "seeds")
        for name, text in sources:
            (place / "seeds" / name).write_text(text, encoding="utf-8")
        places = {"SEEDS_DIR": place / "seeds", "INDEX_DIR": place / "index", "JOURNAL_FILE": place / "journal"}
        variables = environment(**places, STORE_URL=store_url)
        command = [sys.executable, "-m", "index", "reindex"]
        process = subprocess.run(command, env=variables, cwd=place, capture_output=True, text=True, check=False)
        assert process.returncode == 0, process.stderr
        _kept[key] = place
    return _kept[key]


@dataclass
class World:
    """`refusable` are paths of requests that a test made Discord refuse."""

    server: DiscordServer
    settings: dict[str, object]
    folder: Path
    refusable: list[re.Pattern[str]] = field(default_factory=list)
    bots: list[BotProcess] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @cached_property
    def discord(self) -> Discord:
        return Discord(self.server)

    @property
    def bot(self) -> BotProcess:
        return self.bots[-1]

    async def start(self) -> None:
        """Start a bot; it is answering questions afterwards."""
        since = len(self.server.requests)
        place = self.folder / f"bot-{len(self.bots) + 1}"
        self.bots.append(await self._stack.enter_async_context(bot_on(self.server, self.settings, place)))
        if len(self.bots) == 1:
            await self.server.requests.wait_for(lambda request: request.route.endswith("/commands"), since=since)
        await self.discord.ask("What is the context window of Scout?", guild=LISTED)

    async def restart(self) -> None:
        """Stop the bot as an operator does, and start another one on what it left."""
        assert await self.bot.end() == 0
        await self.start()

    async def close(self) -> None:
        await self._stack.aclose()
        await self.server.stop()

    @property
    def seeds(self) -> Path:
        return Path(str(self.settings["SEEDS_DIR"]))

    @property
    def log(self) -> str:
        """All that the bots printed so far."""
        return "".join(bot.stderr() + bot.stdout() for bot in self.bots)

    @property
    def unsent(self) -> int:
        """How many replies the bot that runs says it could not send."""
        counts = re.findall(r"A reply could not be sent \((\d+) so far\)", self.bot.stderr())
        return max(map(int, counts), default=0)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the journal's file says, read by another process than the bot's."""
        file = f"file:{self.settings['JOURNAL_FILE']}?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as db:
            return db.execute(query, values).fetchall()

    def votes(self, answer: str) -> list[tuple[int, str]]:
        """Each vote on an answer: 1 for helpful or 0, and the reason."""
        return self.rows("SELECT helpful, reason FROM votes WHERE answer = ? ORDER BY voted_at", answer)

    async def reindex(self, guild: Guild | None = LISTED) -> Reply:
        """The report of a reindex by the owner."""
        return await self.discord.command("reindex", user=OWNER, guild=guild, until=has_ended)

    def unfit_bodies(self, *, every: int = 1) -> list[str]:
        """What is wrong with the bodies of requests, one in so many, by Discord's own description."""
        openapi = OpenApi()
        sent = [request for request in self.server.requests if request.status != 401][::every]
        problems = (openapi.wrong(request.method, request.path, request.body) for request in sent)
        return [wrong for wrong in problems if wrong]

    def secrets_in(self, log: str) -> list[str]:
        """Return the secrets in a log: tokens, texts of users, their ids and names."""
        people = [OWNER, *self.discord.people]
        secrets = {self.server.token, *self.server.state.exchanges, *self.discord.typed}
        secrets |= {part for user in people for part in (user.id, user.name) if user is not OWNER or part == user.id}
        return sorted(secret for secret in secrets if len(secret) >= LEAST_SECRET and secret in log)

    def journal_bytes(self) -> bytes:
        """All that is in the journal's files, the log of writes included."""
        file = Path(str(self.settings["JOURNAL_FILE"]))
        parts = [path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")) if path.is_file()]
        assert parts
        return b"".join(parts)

    def refused(self) -> list[Request]:
        """The requests that Discord refused though no test had it do so."""
        wrong = [request for request in self.server.requests if request.status >= 400 and request.status != 401]
        return [request for request in wrong if not any(fits.search(request.path) for fits in self.refusable)]


@asynccontextmanager
async def opened_world(
    settings: dict[str, object], folder: Path, *, guilds: Sequence[Guild] = (LISTED, UNLISTED), team: bool = False
) -> AsyncIterator[World]:
    """A local Discord with a bot that answers."""
    server = DiscordServer(guilds=tuple(guilds), team=team)
    await server.start()
    world = World(server, settings, folder)
    try:
        await world.start()
        yield world
    finally:
        await world.close()
