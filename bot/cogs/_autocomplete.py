"""What is offered for what is being typed: a command's own choices, else questions that the sources answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord import app_commands

from bot.services.errors import trace

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

__all__ = ["Choices", "offer"]

log = logging.getLogger(__name__)

WITHIN_SECONDS = 2.0
"""Nobody waits for them longer, and an interaction that is not answered within three shows an error."""

Interaction = discord.Interaction[Any]
Choices = Callable[[Interaction, str], Awaitable[list[app_commands.Choice[str]]]]
"""What a command offers for what is being typed."""


async def offer(bot: FootnoteBot, interaction: Interaction, typed: str | None) -> None:
    """Send something to choose from, nothing for None; lost ones cost nobody an answer."""
    found: Sequence[app_commands.Choice[str]] = ()
    command = interaction.command
    try:
        if typed is not None and command is not None:
            choices = bot.choices.get(command.qualified_name)
            async with asyncio.timeout(WITHIN_SECONDS):
                found = await (choices(interaction, typed) if choices else _questions(bot, interaction, typed))
    except Exception as error:  # whatever it was, nobody waits for suggestions
        log.warning("No suggestions: %s", trace(error))
    try:
        await interaction.response.autocomplete(found)
    except (discord.HTTPException, aiohttp.ClientError) as error:
        log.info("Suggestions could not be sent: %s", trace(error))


async def _questions(bot: FootnoteBot, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Questions that go on from what was typed, 25 at most."""
    found = await bot.in_thread(partial(bot.library.suggestions.suggest, typed, guild=interaction.guild_id))
    return [app_commands.Choice(name=one, value=one) for one in found]
