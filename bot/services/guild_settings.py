"""The settings of servers, read from the journal once and cached."""

from __future__ import annotations

import asyncio
import logging

from cachetools import LRUCache

from bot.policy.guild_settings import GuildSettings
from bot.services.errors import trace
from bot.services.worker import LibraryWorker
from index import Library, LibraryError

__all__ = ["GuildSettingsCache"]

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 1.0
"""A third of the time that Discord gives for a first response."""

MAX_GUILDS = 10_000


class GuildSettingsCache:
    """Settings of servers, cached until they change; the least recently used are dropped."""

    def __init__(self, library: Library, worker: LibraryWorker) -> None:
        self._library = library
        self._worker = worker
        self._cache: LRUCache[int, GuildSettings] = LRUCache(MAX_GUILDS)
        self._changes = 0

    async def get(self, guild: int | None) -> GuildSettings:
        """Return a server's settings, or the defaults in direct messages and if the journal does not answer in time."""
        if guild is None:
            return GuildSettings()
        if (cached := self._cache.get(guild)) is not None:
            return cached
        changes = self._changes
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                rows = await self._worker.run(self._library.journal.settings, guild)
        except (LibraryError, TimeoutError) as error:
            log.warning("A server's settings could not be read: %s", error or trace(error))
            return GuildSettings()
        settings = GuildSettings.from_rows(rows)
        if changes == self._changes:  # else these may be the settings before the change
            self._cache[guild] = settings
        return settings

    def invalidate(self, guild: int) -> None:
        """Drop a server's settings, which have changed."""
        self._changes += 1
        self._cache.pop(guild, None)
