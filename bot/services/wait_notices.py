"""Notices to someone who mentions the bot and must wait: a reaction, and a direct message if the wait is long."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import aiohttp
import discord

from bot.services.errors import trace
from bot.views.answer import wait_message

__all__ = ["LONG_WAIT_SECONDS", "REACTION", "notify_of_wait"]

log = logging.getLogger(__name__)

REACTION = "⏳"

LONG_WAIT_SECONDS = 10
"""From here on a direct message says when to ask again; a shorter wait is over before it is read."""


async def notify_of_wait(message: discord.Message, wait: int, *, may_write: bool) -> None:
    """Tell the author of a message, and nobody else in the channel, to wait so many seconds; 0 if it is unknown.

    `may_write` says whether the author may get a direct message; there is none if the author takes none.
    """
    reacted = await _react(message)
    if not may_write or (reacted and wait < LONG_WAIT_SECONDS):
        return
    until = datetime.now(UTC) + timedelta(seconds=wait) if wait else None
    try:
        await message.author.send(view=wait_message(message.channel.id, until))
    except (discord.HTTPException, aiohttp.ClientError) as error:
        log.info("Someone who must wait takes no direct message: %s", trace(error))


async def _react(message: discord.Message) -> bool:
    """Add the reaction; return whether Discord took it."""
    try:
        await message.add_reaction(REACTION)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        log.info("A message got no reaction: %s", trace(error))
        return False
    return True
