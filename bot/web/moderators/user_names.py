"""Names of users on Discord, for people who read the audit."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import aiohttp
import discord
from cachetools import TTLCache

if TYPE_CHECKING:
    from discord import Client

__all__ = ["UserNames"]

MOST_LOOKED_UP = 10
"""Users of one page that Discord is asked for; the others are shown by their ids until a later look."""
TIMEOUT_SECONDS = 3.0
MOST_NAMES, NAME_SECONDS = 1_000, 3600.0


class UserNames:
    """Looks names up by the bot's own account, and keeps them for an hour in memory."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._names: TTLCache[int, str] = TTLCache(MOST_NAMES, NAME_SECONDS)

    async def of(self, users: Iterable[int]) -> Mapping[int, str]:
        """Return the names of users by id; without those that cannot be found out in time."""
        wanted = list(dict.fromkeys(users))
        unknown = [user for user in wanted if user not in self._names][:MOST_LOOKED_UP]
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                for user in unknown:
                    self._names[user] = await self._look_up(user)
        except (TimeoutError, discord.HTTPException, aiohttp.ClientError):
            pass  # an id is shown in place of a name
        return {user: name for user in wanted if (name := self._names.get(user))}

    async def _look_up(self, user: int) -> str:
        """Return a user's name; empty for one whom Discord does not know."""
        try:
            return (await self._client.fetch_user(user)).display_name
        except discord.NotFound:
            return ""
