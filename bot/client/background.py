"""What the bot does beside answering: tells Discord of the commands, loads the index, follows it, forgets in time."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord.ext import tasks

from bot.client import command_sync as sync
from bot.client.scheduled_reindex import ReindexSchedule, ScheduledReindex
from bot.services.errors import explain, trace
from index import LibraryError

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

__all__ = ["Background"]

log = logging.getLogger(__name__)

FOLLOW_EVERY_SECONDS = 0.5
"""How often it is looked whether another process made a snapshot live."""


class Background:
    """From `start` to `stop`. None of it ends the bot: what goes wrong is logged, and it serves on."""

    def __init__(self, bot: FootnoteBot, *, commands_file: Path, reindex_when: ReindexSchedule) -> None:
        self._bot = bot
        self._commands_file = commands_file
        self._reindex_when = reindex_when
        self._not_followed = ""
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin all of it; each waits by itself for what it needs."""
        self.tasks = [asyncio.create_task(self._sync_commands()), asyncio.create_task(self._load())]
        self.tasks += ScheduledReindex(self._bot, self._reindex_when).start()
        self._purge.start()

    def stop(self) -> None:
        """End it; a thread that is at work ends its work."""
        for task in self.tasks:
            task.cancel()
        self._purge.cancel()
        self.follow.cancel()

    async def _sync_commands(self) -> None:
        """Tell Discord of the commands if their definition changed since the last time."""
        application = self._bot.application_id
        if application is None:
            return
        current = await sync.fingerprint(self._bot.tree)
        try:
            if await self._bot.in_thread(sync.recall, self._commands_file, application) == current:
                return
            await self._bot.tree.sync()
            log.info("Discord was told of the commands, which changed")
            await self._bot.in_thread(sync.remember, self._commands_file, application, current)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning("The commands could not be synced, next try at the next start: %s", trace(error))

    async def _load(self) -> None:
        """Load the model and the index, once the gateway is up. Without them the bot serves on, and says so."""
        await self._bot.wait_until_ready()
        log.info("Connected to Discord; loading the model and the index")
        try:
            await self._bot.in_thread(self._bot.library.load)
            log.info("Ready for questions")
        except LibraryError as error:
            log.warning("No questions can be answered yet: %s", error.log_message)
        except Exception as error:  # the bot serves on, and a question tells what is wrong
            explain(error, "loading the model and the index")
        self.follow.start()

    @tasks.loop(hours=1)
    async def _purge(self) -> None:
        """Delete what is older than it may be, also while nobody asks anything."""
        try:
            await self._bot.in_thread(self._bot.library.journal.purge)
        except LibraryError as error:
            log.warning("Old questions could not be deleted: %s", error)

    @tasks.loop(seconds=FOLLOW_EVERY_SECONDS)
    async def follow(self) -> None:
        """Take up what another process made live. What goes wrong is logged once, not every half second."""
        try:
            await self._bot.in_thread(self._bot.library.follow)
        except Exception as error:  # whatever it was, the next look may find better
            what = str(error) if isinstance(error, LibraryError) else type(error).__name__
            if what != self._not_followed:
                log.warning("The index is not followed: %s", error if isinstance(error, LibraryError) else trace(error))
            self._not_followed = what
        else:
            self._not_followed = ""
