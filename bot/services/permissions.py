"""Permissions of users: the owner or team, moderators, and members with Manage Server."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Set as AbstractSet

import aiohttp
import discord

from bot.policy.moderators import OWN_REFUSAL, REFUSAL, Moderators, owner_ids
from bot.services.errors import Refused, trace
from bot.services.interactions import Interaction
from bot.text.i18n import gettext
from bot.views.message import notice_message

__all__ = ["Permissions"]

log = logging.getLogger(__name__)

OWNERS_TTL_SECONDS = 600.0
OWNERS_TIMEOUT_SECONDS = 1.5
"""Half of the time that Discord gives for a first response."""


class Permissions:
    """Checks what a user may do. The owner or team is cached for ten minutes."""

    def __init__(self, client: discord.Client, moderators: Moderators, *, shared: bool = False) -> None:
        self._client = client
        self._shared = shared
        self._elsewhere: dict[int, discord.Guild] = {}
        self._moderators = moderators
        self._owners: frozenset[int] = frozenset()
        self._owners_until = 0.0

    async def is_moderator(self, interaction: Interaction) -> bool:
        """Whether the user may moderate here: owners anywhere, others in listed servers; takes up to 1.5 s."""
        user = interaction.user
        # Where the bot is not, nobody looks after what a server would add: there it is only the user's own app.
        belongs = interaction.is_guild_integration() or not self._moderators.everywhere
        return self._moderators.include(
            user.id,
            owners=await self._get_owners(),
            guild=interaction.guild_id,
            manages=belongs and self.can_manage_guild(interaction),
            roles={role.id for role in user.roles} if isinstance(user, discord.Member) else set(),
        )

    @property
    def everywhere(self) -> bool:
        """Whether every server has moderators of its own, listed or not."""
        return self._moderators.everywhere

    def is_in(self, guild: int) -> bool:
        """Whether the bot is in a server."""
        return self._client.get_guild(guild) is not None

    @property
    def moderated_guilds(self) -> frozenset[int]:
        """The listed servers in which the bot is now."""
        return frozenset(guild for guild in self._moderators.guilds if self._guild(guild) is not None)

    async def look_elsewhere(self) -> None:
        """Look up the listed servers that are on shards of other processes, if there are any."""
        if not self._shared:
            return
        for guild in self._moderators.guilds:
            if self._client.get_guild(guild) is None:
                try:
                    self._elsewhere[guild] = await self._client.fetch_guild(guild, with_counts=False)
                except (discord.NotFound, discord.Forbidden):
                    self._elsewhere.pop(guild, None)
                except (discord.HTTPException, aiohttp.ClientError) as error:
                    log.warning("A server on another shard could not be looked up: %s", trace(error))

    def _guild(self, guild: int) -> discord.Guild | None:
        return self._client.get_guild(guild) or self._elsewhere.get(guild)

    def guild_name(self, guild: int) -> str:
        """Return the name of a server; its id if the bot is not in it."""
        found = self._guild(guild)
        return found.name if found else str(guild)

    async def is_owner(self, user: int) -> bool:
        """Whether the user is the bot's owner or of its team; takes up to 1.5 s."""
        return self._moderators.include(
            user, owners=await self._get_owners(), guild=None, manages=False, roles=frozenset()
        )

    def moderates(self, user: int, guild: int, roles: AbstractSet[int], *, restricted: bool = False) -> bool:
        """Whether a member with these roles may moderate in a server, apart from the bot's owner or team.

        Of a `restricted` member, who is timed out, only what an administrator may counts.
        """
        found = self._guild(guild)
        if found is None:
            return False
        permissions = discord.Permissions.none()
        for role in (found.default_role, *map(found.get_role, roles)):
            if role is not None:
                permissions |= role.permissions
        administers = permissions.administrator or found.owner_id == user
        return self._moderators.include(
            user,
            owners=frozenset(),
            guild=guild,
            manages=administers or (permissions.manage_guild and not restricted),
            roles=frozenset() if restricted else roles,
        )

    def can_manage_guild(self, interaction: Interaction) -> bool:
        """Whether the user may manage the server of the interaction; never in a direct message."""
        permissions = interaction.permissions
        malformed = permissions.value < 0  # it would have every bit
        return (
            interaction.guild_id is not None
            and not malformed
            and (permissions.manage_guild or permissions.administrator)
        )

    async def can_review(self, interaction: Interaction) -> bool:
        """Whether the user may see what is asked here; takes up to 1.5 s.

        Moderators may, and members with Manage Server, whether or not the server is listed. In a direct message only
        the bot's owner or team may, and sees all servers.
        """
        return self.can_manage_guild(interaction) or await self.is_moderator(interaction)

    async def require_moderator(self, interaction: Interaction, refusal: str = REFUSAL) -> None:
        """Raise Refused, with this text in the user's language, unless `is_moderator`."""
        if not await self.is_moderator(interaction):
            if self._moderators.everywhere and interaction.guild_id is not None:
                refusal = OWN_REFUSAL
            raise Refused(notice_message(gettext(refusal)))

    async def require_reviewer(self, interaction: Interaction, refusal: str) -> None:
        """Raise Refused, with this text in the user's language, unless `can_review`."""
        if not await self.can_review(interaction):
            raise Refused(notice_message(gettext(refusal)))

    async def _get_owners(self) -> frozenset[int]:
        """Return the owner or team, refreshed when too old; the ones known before if that fails."""
        if time.monotonic() < self._owners_until:
            return self._owners
        try:
            async with asyncio.timeout(OWNERS_TIMEOUT_SECONDS):
                self._owners = owner_ids(await self._client.application_info())
            self._owners_until = time.monotonic() + OWNERS_TTL_SECONDS
        except (TimeoutError, discord.HTTPException, aiohttp.ClientError) as error:
            log.warning("Discord did not say who owns the bot: %s", trace(error))
            if not self._owners and self._client.application:
                self._owners = owner_ids(self._client.application)
        return self._owners
