"""The settings of servers, read from the journal and cached until they change, in whichever process."""

from __future__ import annotations

import asyncio
import logging

from cachetools import Cache, LRUCache, TTLCache

from bot.policy.guild_settings import GuildSettings
from bot.services.errors import trace
from bot.services.notices import ALONE, Notices
from bot.services.worker import LibraryWorker
from index import Library, LibraryError

__all__ = ["GuildSettingsCache"]

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 1.0
"""A third of the time that Discord gives for a first response."""

MAX_GUILDS = 10_000

STALE_SECONDS = 30.0
"""How long settings may be old if a notice of another process is lost."""

CHANGED = "guild-settings"
"""The topic of notices with the id of a server whose settings changed."""


class GuildSettingsCache:
    """Settings of servers, cached until they change; the least recently used are dropped."""

    def __init__(self, library: Library, worker: LibraryWorker, notices: Notices = ALONE) -> None:
        self._library = library
        self._worker = worker
        self._notices = notices
        self._cache: Cache[int, GuildSettings] = (
            TTLCache(MAX_GUILDS, STALE_SECONDS) if notices.shared else LRUCache(MAX_GUILDS)
        )
        self._last_known: LRUCache[int, GuildSettings] = LRUCache(MAX_GUILDS)
        notices.on(CHANGED, self._hear)
        self._changes = 0

    async def get(self, guild: int | None) -> GuildSettings:
        """Return a server's settings, or the defaults in direct messages.

        If the journal does not answer in time they are those last known, so that no answer is shown to all, or where
        none is wanted, because a database is away; the defaults if none are known.
        """
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
            return self._last_known.get(guild, GuildSettings())
        settings = self._last_known[guild] = GuildSettings.from_rows(rows)
        if changes == self._changes:  # else these may be the settings before the change
            self._cache[guild] = settings
        return settings

    def invalidate(self, guild: int) -> None:
        """Drop a server's settings, which have changed, here and in the other processes."""
        self._drop(guild)
        self._notices.tell(CHANGED, str(guild))

    def _drop(self, guild: int) -> None:
        self._changes += 1
        self._cache.pop(guild, None)

    def _hear(self, text: str) -> None:
        if text.isdecimal():
            self._drop(int(text))
