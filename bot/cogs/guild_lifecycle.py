"""Servers that the bot leaves: what they have of their own is marked, and kept on if the bot returns in time."""

from __future__ import annotations

import logging

import discord
from discord.ext import commands

from bot.services.context import Services, services_of
from index import LibraryError

__all__ = ["GuildLifecycleCog"]

log = logging.getLogger(__name__)

SHARD_SHIFT = 22
"""The bits of a server's id that its shard does not depend on: https://discord.com/developers/docs/events/gateway."""


class GuildLifecycleCog(commands.Cog):
    """Listens to joining and leaving. A server that is only unavailable is not left."""

    def __init__(self, bot: commands.Bot, services: Services) -> None:
        self._bot = bot
        self._services = services

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        if self._services.libraries.enabled:
            await self._services.worker.run(self._mark_left, guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        if self._services.libraries.enabled:
            await self._services.worker.run(self._mark_returned, guild.id)

    @commands.Cog.listener()
    async def on_shard_ready(self, shard: int) -> None:
        """Find out which servers of a shard were left or joined while nobody ran it.

        Of others nothing is known: one may be connecting at this moment, or be another process's.
        """
        if self._services.libraries.enabled:
            present = frozenset(guild.id for guild in self._bot.guilds)
            await self._services.worker.run(self._check_presence, present, shard)

    def _mark_left(self, guild: int) -> None:
        try:
            self._services.libraries.mark_left(guild)
        except (LibraryError, OSError) as error:
            log.warning("A server that was left is not marked; it will be at the next start: %s", type(error).__name__)

    def _mark_returned(self, guild: int) -> None:
        try:
            if self._services.libraries.mark_returned(guild):
                log.info("A server came back in time: what it has of its own is kept")
        except (LibraryError, OSError) as error:
            log.warning("A server that came back is still marked: %s", type(error).__name__)

    def _check_presence(self, present: frozenset[int], shard: int) -> None:
        count = self._bot.shard_count or 1
        try:
            self._services.libraries.check_presence(present, lambda guild: (guild >> SHARD_SHIFT) % count == shard)
        except (LibraryError, OSError) as error:
            log.warning("It is not known which servers were left: %s", type(error).__name__)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(GuildLifecycleCog(bot, services_of(bot)))
