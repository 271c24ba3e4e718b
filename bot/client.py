"""The Discord client: takes a library, hears questions, crosses to a thread for every answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot import render, sync
from bot.access import Moderators
from bot.cogs.admin import Admin
from bot.cogs.ask import Ask
from bot.cooldown import Cooldown
from bot.endpoint import use_gateway
from bot.errors import cause_of, explain, trace
from index import Answer, Library, LibraryError

if TYPE_CHECKING:
    from index.types import Report, Status

__all__ = ["Footnote"]

log = logging.getLogger(__name__)

T = TypeVar("T")

QUESTIONS_AT_ONCE = 2
"""Questions in threads at the same time; the model uses the processor whole, so more would only slow each other."""

GRACE_SECONDS = 5.0
"""How long closing waits for replies that are under way."""

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
"""None is privileged: the content of messages that mention the bot, and of direct messages, comes all the same."""


class Tree(app_commands.CommandTree["Footnote"]):
    """The commands, with errors turned into replies."""

    async def on_error(
        self, interaction: discord.Interaction[Footnote], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the person who gave the command, as far as Discord still lets us."""
        cause = cause_of(error)
        if isinstance(cause, discord.Forbidden | discord.NotFound):
            self.client.count_unsent(cause)
            return
        view = render.notice(explain(error, "answering a command"))
        try:
            if interaction.response.is_done():
                await interaction.edit_original_response(view=view)
            else:
                await interaction.response.send_message(view=view, ephemeral=True)
        except (discord.HTTPException, aiohttp.ClientError) as failure:
            self.client.count_unsent(failure)


class Footnote(commands.Bot):
    """Answers from `library`. `commands_file` holds the fingerprint of the commands that Discord was told of."""

    def __init__(
        self, *, library: Library, commands_file: Path, moderators: Moderators, cooldown_seconds: float
    ) -> None:
        # Voice is not used, so nobody need be warned that it would not work.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            max_messages=None,
            tree_cls=Tree,
        )
        self.library = library
        self.unsent = 0
        self._commands_file = commands_file
        self._moderators = moderators
        self._cooldown = Cooldown(cooldown_seconds)
        self._asking = asyncio.Semaphore(QUESTIONS_AT_ONCE)
        self._working: set[asyncio.Future[Any]] = set()
        self._owed: set[asyncio.Future[None]] = set()
        self._background: list[asyncio.Task[None]] = []

    async def setup_hook(self) -> None:
        """Between login and connecting: commands first, then in the background whatever takes time."""
        await use_gateway(self.http)
        await self.add_cog(Ask(self, cooldown=self._cooldown))
        await self.add_cog(Admin(self, moderators=self._moderators))
        self._background = [asyncio.create_task(self._sync_commands()), asyncio.create_task(self._load())]

    async def ask(self, question: str) -> Answer:
        """The library's answer; waits for its turn, and for the model where that is still loading."""
        async with self._asking:
            return await self.in_thread(self.library.ask, question)

    async def reindex(self, progress: Callable[[str, int, int], None]) -> Report:
        """Rebuild the index; `progress` is called from the thread."""
        return await self.in_thread(self.library.reindex, progress)

    async def index_status(self) -> Status:
        """What is indexed."""
        return await self.in_thread(self.library.status)

    async def in_thread(self, func: Callable[..., T], *args: Any) -> T:
        """`func(*args)` from a thread: the one place where the bot crosses to it.

        A thread can't be cancelled: it ends its work when nobody waits for it any more, and `working` tells.
        """
        work = asyncio.ensure_future(asyncio.to_thread(func, *args))
        self._working.add(work)
        work.add_done_callback(self._ended)
        return await asyncio.shield(work)

    @property
    def working(self) -> bool:
        """Whether a thread is at work."""
        return bool(self._working)

    @contextlib.contextmanager
    def owing_a_reply(self) -> Iterator[None]:
        """Around whatever ends in a reply: closing waits a little for it."""
        sent = asyncio.get_running_loop().create_future()
        self._owed.add(sent)
        try:
            yield
        finally:
            self._owed.discard(sent)
            sent.set_result(None)

    def count_unsent(self, error: Exception) -> None:
        """Note that a reply did not reach Discord, without what was in it or whom it was for."""
        self.unsent += 1
        log.warning("A reply could not be sent (%d so far): %s", self.unsent, trace(error))

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing here: there are no text commands, and questions are the cog's."""

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what a listener raised, without the event's own data."""
        if error := sys.exception():
            explain(error, f"handling {event_method}")

    async def close(self) -> None:
        """Close cleanly, after replies under way were sent or had their time."""
        if self._owed:
            await asyncio.wait(self._owed, timeout=GRACE_SECONDS)
        for task in self._background:
            task.cancel()
        await super().close()

    def _ended(self, work: asyncio.Future[Any]) -> None:
        self._working.discard(work)
        if not work.cancelled():
            work.exception()  # fetched, or asyncio would log it whole when nobody waits for it any more

    async def _sync_commands(self) -> None:
        """Tell Discord of the commands if their definition changed since the last time."""
        application = self.application_id
        if application is None:
            return
        current = sync.fingerprint(self.tree)
        try:
            if await self.in_thread(sync.recall, self._commands_file, application) == current:
                return
            await self.tree.sync()
            log.info("Discord was told of the commands, which changed")
            await self.in_thread(sync.remember, self._commands_file, application, current)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning("The commands could not be synced, next try at the next start: %s", trace(error))

    async def _load(self) -> None:
        """Load the model and the index, once the gateway is up. Without them the bot serves on, and says so."""
        await self.wait_until_ready()
        log.info("Connected to Discord; loading the model and the index")
        try:
            await self.in_thread(self.library.load)
            log.info("Ready for questions")
        except LibraryError as error:
            log.warning("No questions can be answered yet: %s", error)
        except Exception as error:  # the bot serves on, and a question tells what is wrong
            explain(error, "loading the model and the index")
