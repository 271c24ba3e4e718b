"""The bot's background tasks: they sync the commands, load and follow the index, and delete old questions."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import discord
from discord.ext import tasks

from bot.client.command_sync import CommandSync
from bot.client.corpora_maintenance import CorporaMaintenance
from bot.client.scheduled_reindex import ScheduledReindex
from bot.client.weekly_digest import WeeklyDigest
from bot.services.errors import explain, trace
from bot.services.first_build import FirstBuild
from bot.services.worker import LibraryWorker
from index import Corpora, LibraryError
from index.domain.errors import NoIndex

if TYPE_CHECKING:
    from bot.client.leadership import Leadership
    from bot.client.sharded_bot import ShardedBot

__all__ = ["Background"]

log = logging.getLogger(__name__)

PRESENCE_EVERY_SECONDS = 10.0
"""How often the presence tells the progress of the first build; Discord takes five changes in twenty seconds."""

FOLLOW_EVERY_SECONDS = 0.5
"""How often to look whether another process made a snapshot live."""


class Background:
    """Background tasks, running from `start` to `stop`; a failure is logged and never ends the bot."""

    def __init__(
        self,
        client: ShardedBot,
        *,
        libraries: Corpora,
        worker: LibraryWorker,
        command_sync: CommandSync,
        first_build: FirstBuild,
        scheduled_reindex: ScheduledReindex,
        weekly_digest: WeeklyDigest,
        corpora_maintenance: CorporaMaintenance,
        leadership: Leadership | None = None,
    ) -> None:
        self._client = client
        self._libraries = libraries
        self._library = libraries.shared
        self._worker = worker
        self._command_sync = command_sync
        self._first_build = first_build
        self._scheduled_reindex = scheduled_reindex
        self.weekly_digest = weekly_digest
        self.leadership = leadership
        self.corpora_maintenance = corpora_maintenance
        self._last_failure: str | type[Exception] | None = None
        self._sync: asyncio.Task[None] | None = None
        self.tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start all tasks; each waits by itself for what it needs.

        With `leadership`, what is to run once for all processes runs in the one that leads.
        """
        load = asyncio.create_task(self._load())
        if self.leadership:
            self.tasks = [load, asyncio.create_task(self.leadership.run(self._begin_once))]
        else:
            sync, _, *reindexes = self._begin_once()
            self.tasks = [sync, load, *reindexes]
        self.weekly_digest.start()

    def _begin_once(self) -> list[asyncio.Task[None]]:
        """Start what is to run once: commands' sync, schedules, upkeep of servers, deletion of old questions."""
        self._sync = asyncio.create_task(self._command_sync.sync_if_changed())
        return [self._sync, self._purge.start(), *self._scheduled_reindex.start(), *self.corpora_maintenance.start()]

    def stop(self) -> None:
        """Cancel all tasks and the first build; another thread that is at work ends its work."""
        self._first_build.cancelled.set()
        for task in self.tasks:
            task.cancel()
        self._purge.cancel()
        self.weekly_digest.stop()
        self.corpora_maintenance.stop()
        self.follow.cancel()

    async def _load(self) -> None:
        """Load the model and the index once the gateway is up, or build it if there is none.

        If that fails, replies to questions say why.
        """
        await self._client.wait_until_usable()
        log.info("Connected to Discord; loading the model and the index")
        try:
            try:
                await self._worker.run(self._library.load)
            except NoIndex:
                await self._build()
            log.info("Ready for questions")
        except LibraryError as error:
            if not self._first_build.failure:  # which is logged already
                log.warning("No questions can be answered yet: %s", error.log_message)
        except Exception as error:  # the bot serves on, and the reply to a question says what is wrong
            explain(error, "loading the model and the index")
        finally:
            self._first_build.is_pending = False
        self.follow.start()

    async def _build(self) -> None:
        """Build the first index, its progress shown as the bot's presence, once Discord has the commands."""
        if self._sync:
            await asyncio.wait([self._sync])
        showing = asyncio.create_task(self._show_progress())
        try:
            await self._worker.run(self._first_build.run)
        finally:
            showing.cancel()
            await self._set_presence(discord.Status.online)

    async def _show_progress(self) -> None:
        while True:
            await self._set_presence(discord.Status.idle, f"Reading the sources: {self._first_build.percent} %")
            await asyncio.sleep(PRESENCE_EVERY_SECONDS)

    async def _set_presence(self, status: discord.Status, text: str = "") -> None:
        try:
            await self._client.change_presence(status=status, activity=discord.CustomActivity(text) if text else None)
        except Exception as error:  # the connection may be down: it is only a presence
            log.info("The presence is not shown: %s", trace(error))

    @tasks.loop(hours=1)
    async def _purge(self) -> None:
        """Delete old questions, also while nobody asks anything."""
        try:
            await self._worker.run(self._library.journal.purge)
        except LibraryError as error:
            log.warning("Old questions could not be deleted: %s", error)

    @tasks.loop(seconds=FOLLOW_EVERY_SECONDS)
    async def follow(self) -> None:
        """Load a snapshot that another process made live. The same failure is logged only once."""
        try:
            await self._worker.run(self._libraries.follow)
        except Exception as error:  # whatever it was, the next attempt may succeed
            failure = str(error) if isinstance(error, LibraryError) else type(error)
            if failure != self._last_failure:
                log.warning("The index is not followed: %s", error if isinstance(error, LibraryError) else trace(error))
            self._last_failure = failure
        else:
            self._last_failure = None
