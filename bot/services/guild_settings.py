"""What the bot remembers of servers and people while it runs: what a server chose, which language a person uses."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

from bot.policy.guild_settings import GuildSettings
from bot.services.errors import trace
from index import LibraryError

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

__all__ = ["GuildSettingsCache"]

log = logging.getLogger(__name__)

T = TypeVar("T")

WITHIN_SECONDS = 1.0
"""A third of the time that Discord gives for a first response."""

MOST = 10_000
"""Servers whose preferences, and people whose language, are remembered; the longest unheard are forgotten first."""


class GuildSettingsCache:
    """Read from the journal once, until they change."""

    def __init__(self, bot: FootnoteBot) -> None:
        self._bot = bot
        self._known: OrderedDict[int, GuildSettings] = OrderedDict()
        self._changed = 0

    async def of(self, guild: int | None) -> GuildSettings:
        """What was chosen for a server; the usual in direct messages, and where the journal does not say in time."""
        if guild is None:
            return GuildSettings()
        if guild in self._known:
            self._known.move_to_end(guild)
            return self._known[guild]
        changed = self._changed
        try:
            async with asyncio.timeout(WITHIN_SECONDS):
                rows = await self._bot.in_thread(self._bot.library.journal.settings, guild)
        except (LibraryError, TimeoutError) as error:
            log.warning("A server's settings could not be read: %s", error or trace(error))
            return GuildSettings()
        chosen = GuildSettings.from_rows(rows)
        if changed == self._changed:  # else this may be what was chosen before
            _remember(self._known, guild, chosen)
        return chosen

    def forget(self, guild: int) -> None:
        """They changed: read them anew when they are needed."""
        self._changed += 1
        self._known.pop(guild, None)


def _remember(known: OrderedDict[int, T], key: int, value: T) -> None:
    """Keep it as the newest; the oldest goes where there are too many."""
    known[key] = value
    known.move_to_end(key)
    while len(known) > MOST:
        known.popitem(last=False)
