"""Who may do what, by who they are and what Discord says of them in an interaction."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.policy.moderators import Moderators, owner_ids
from bot.services.errors import trace

if TYPE_CHECKING:
    from discord.ext import commands

__all__ = ["Permissions"]

log = logging.getLogger(__name__)

OWNERS_KEPT_SECONDS = 600.0
OWNERS_WITHIN_SECONDS = 1.5
"""Half of the time that Discord gives for a first response."""

Interaction = discord.Interaction[Any]


class Permissions:
    """The bot's owners, its moderators, and those who manage a server. Holds the owners for ten minutes."""

    def __init__(self, bot: commands.Bot, moderators: Moderators) -> None:
        self._bot = bot
        self._moderators = moderators
        self._owners: frozenset[int] = frozenset()
        self._owners_until = 0.0

    async def owns(self, interaction: Interaction) -> bool:
        """Whether it is the bot's owner, or of its team; may take 1.5 s."""
        return interaction.user.id in await self._known_owners()

    async def moderates(self, interaction: Interaction) -> bool:
        """Whether the person may do here what moderators may: owners anywhere, others in listed servers; may take
        1.5 s."""
        user = interaction.user
        return self._moderators.include(
            user.id,
            owners=await self._known_owners(),
            guild=interaction.guild_id,
            manages=self.manages(interaction),
            roles={role.id for role in user.roles} if isinstance(user, discord.Member) else set(),
        )

    def manages(self, interaction: Interaction) -> bool:
        """Whether the person may manage the server that this comes from; nobody may in a direct message."""
        rights = interaction.permissions
        odd = rights.value < 0  # it would have every bit
        return interaction.guild_id is not None and not odd and (rights.manage_guild or rights.administrator)

    async def oversees(self, interaction: Interaction) -> bool:
        """Whether the person may see what is asked here: whoever moderates, and whoever manages the server, listed or
        not. In a direct message that is the bot's owner, who sees all servers; may take 1.5 s."""
        return self.manages(interaction) or await self.moderates(interaction)

    async def _known_owners(self) -> frozenset[int]:
        """The owner or team, asked for when first needed and again after a while; those known before, if that fails."""
        if time.monotonic() < self._owners_until:
            return self._owners
        try:
            async with asyncio.timeout(OWNERS_WITHIN_SECONDS):
                self._owners = owner_ids(await self._bot.application_info())
            self._owners_until = time.monotonic() + OWNERS_KEPT_SECONDS
        except (TimeoutError, discord.HTTPException, aiohttp.ClientError) as error:
            log.warning("Discord did not say who owns the bot: %s", trace(error))
            if not self._owners and self._bot.application:
                self._owners = owner_ids(self._bot.application)
        return self._owners
