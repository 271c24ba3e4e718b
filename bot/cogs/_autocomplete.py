"""Autocompletion that is in time and never fails."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from discord.app_commands import Choice
from discord.ext import commands

from bot.services.errors import trace
from bot.services.interactions import Interaction

__all__ = ["MAX_CHOICES", "quiet"]

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 2.0
"""Discord shows an error after three."""

MAX_CHOICES = 25
"""Discord's limit."""

CogT = TypeVar("CogT", bound=commands.Cog)
Callback = Callable[[CogT, Interaction, str], Coroutine[Any, Any, list[Choice[str]]]]


def quiet(callback: Callback[CogT]) -> Callback[CogT]:
    """Make an autocompletion offer nothing if it fails or takes too long.

    discord.py would log its error together with the user's id; here the log says neither who typed nor what.
    """

    @functools.wraps(callback)
    async def complete(cog: CogT, interaction: Interaction, typed: str) -> list[Choice[str]]:
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                return await callback(cog, interaction, typed)
        except Exception as error:  # whatever it was, nobody waits for suggestions
            log.warning("No suggestions: %s", trace(error))
            return []

    return complete
