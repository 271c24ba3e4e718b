"""Interactions of Discord: their type, and how one is acknowledged."""

from __future__ import annotations

from typing import Any

import discord

__all__ = ["Interaction", "acknowledge"]

Interaction = discord.Interaction[Any]
"""An interaction, whichever client received it."""


async def acknowledge(interaction: Interaction) -> None:
    """Defer the first response: a button's message is edited later, a command gets a private reply."""
    if interaction.type is discord.InteractionType.component:
        await interaction.response.defer()
    else:
        await interaction.response.defer(ephemeral=True, thinking=True)
