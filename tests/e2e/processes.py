"""Several bot processes on one local Discord, which share the shards of one bot, and people who ask all the time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.e2e.bot_process import BotProcess, environment
from tests.e2e.world import NO_LIMITS, built
from tests.support.discord.driver import Discord, Reply
from tests.support.discord.exchange import ACKNOWLEDGED_WITHIN_S, ANSWERED_WITHIN_S, Exchange
from tests.support.discord.http import Request
from tests.support.discord.payloads import BOT, Guild, Json
from tests.support.discord.server import DiscordServer
from tests.support.discord.shards import GUILDS, SHARDS
from tests.support.waiting import eventually

__all__ = ["Asking", "Processes", "running_processes"]


@dataclass
class Processes:
    """The bot's processes by name, of which each has a folder for its output, and all share the data."""

    server: DiscordServer
    settings: dict[str, object]
    folder: Path
    bots: dict[str, BotProcess] = field(default_factory=dict)

    async def start(self, name: str, shard_ids: str, **settings: object) -> BotProcess:
        """Start a process that may run these shards."""
        own = {"SHARD_COUNT": SHARDS, "SHARD_IDS": shard_ids, "DISCORD_API_URL": self.server.url, **settings}
        self.bots[name] = await BotProcess.start(environment(**self.settings | own), self.folder / name)
        return self.bots[name]

    @asynccontextmanager
    async def standing_by(self, name: str = "spare") -> AsyncIterator[None]:
        """Run a further process, which stands by for all shards that the others run."""
        bot = await self.start(name, f"0-{SHARDS - 1}")
        try:
            await self.logged(name, f"Another process runs shard {SHARDS - 1}")
            await self.logged(name, "Ready for questions")
            yield
        finally:
            await bot.make_sure_it_ended()

    async def connected(self) -> None:
        """Wait until each shard is connected once, and has all that it missed."""
        await eventually(lambda: self.server.gateway.connected == tuple(range(SHARDS)))

    def log(self, name: str) -> str:
        return self.bots[name].stderr()

    async def logged(self, name: str, text: str) -> None:
        """Wait until a process has logged this."""
        await eventually(lambda: text in self.log(name))

    async def kill(self, name: str) -> None:
        """End a process as `kill -9` does."""
        self.bots[name].kill()
        await self.bots[name].exit_code()

    def leads(self, name: str) -> bool:
        """Whether a process that runs is the leader, by its log."""
        lines = [line for line in self.log(name).splitlines() if "leads" in line]
        return self.bots[name].running and bool(lines) and "This process leads" in lines[-1]

    def refused(self) -> list[Request]:
        """The requests that Discord refused, such as second answers; one that looks for an answer may find none."""
        refused = [request for request in self.server.requests if request.status >= 400 and request.status != 429]
        return [request for request in refused if request.method != "GET"]


@asynccontextmanager
async def running_processes(
    folder: Path, processes: dict[str, str], *, guilds: Sequence[Guild] = GUILDS, **settings: object
) -> AsyncIterator[Processes]:
    """Processes by name with their shards, on one local Discord that keeps to its rate of identifies."""
    server = DiscordServer(guilds=tuple(guilds))
    server.gateway.shards = SHARDS
    server.gateway.identify_every = 5.0
    await server.start()
    made = built(folder, {}, str(settings.get("STORE_URL", ""))) | NO_LIMITS | {"LOG_LEVEL": "INFO"} | settings
    running = Processes(server, made, folder)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.stop)
        for name, shards in processes.items():
            bot = await running.start(name, shards)
            stack.push_async_callback(bot.make_sure_it_ended)
        await running.connected()
        for name in processes:
            await running.logged(name, "Ready for questions")
        yield running


class Asking:
    """People of all servers who ask one question after another, by commands and by mentions, until it is enough."""

    def __init__(self, server: DiscordServer, question: str, *, every: float = 0.2) -> None:
        self._server = server
        self._discord = Discord(server)
        self._question = question
        self._every = every
        self.commands: list[Exchange] = []
        self.mentions: list[Json] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Asking:
        self._task = asyncio.create_task(self._ask())
        return self

    async def __aexit__(self, *error: object) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _ask(self) -> None:
        turn = 0
        while True:
            guild = self._server.gateway.guilds[turn % len(self._server.gateway.guilds)]
            if turn % 2:
                user = self._discord.somebody()
                content = f"{BOT.mention} {self._question}"
                self.mentions.append(await self._server.say(user, content, guild=guild))
            else:
                self.commands.append(await self._discord.send_command("ask", question=self._question, guild=guild))
            turn += 1
            await asyncio.sleep(self._every)

    async def replies(self) -> list[Reply]:
        """What the commands were answered, of those that were acknowledged in time."""
        await asyncio.sleep(ACKNOWLEDGED_WITHIN_S / 3)
        taken = [exchange for exchange in self.commands if exchange.callbacks.items]
        return list(await asyncio.gather(*(self._discord.reply(exchange) for exchange in taken)))

    async def answers(self) -> list[list[Reply]]:
        """What each mention was answered, once it has an answer or had time for it."""
        posts = self._server.state.posts
        for message in self.mentions:
            with contextlib.suppress(AssertionError):
                await posts.wait_for(partial(_replies_to, message["id"]), within=ANSWERED_WITHIN_S)
        return [
            [Reply(post, frozenset()) for post in posts if _replies_to(message["id"], post)]
            for message in self.mentions
        ]

    async def counts(self) -> list[int]:
        """How many answers each mention got."""
        return [len(replies) for replies in await self.answers()]

    @property
    def late(self) -> list[Exchange]:
        """The commands that nobody acknowledged within three seconds: Discord tells their people so at once."""
        return [exchange for exchange in self.commands if not exchange.acknowledged_after <= 3.0]


def _replies_to(message_id: str, post: Json) -> bool:
    return (post.get("message_reference") or {}).get("message_id") == message_id
