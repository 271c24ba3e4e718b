"""The index as it is, shown to everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.views import status as reports

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

__all__ = ["StatusCog"]


class StatusCog(commands.Cog):
    """/status and /sources."""

    def __init__(self, bot: FootnoteBot) -> None:
        self.bot = bot

    @app_commands.command(description="What is indexed, since when, by which model, and whether it is up to date.")
    async def status(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Show the status to whoever asks."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=reports.status_message(await self.bot.index_status()))

    @app_commands.command(description="The sources that answers are quoted from.")
    @app_commands.describe(page="Which page, where there are many.")
    async def sources(self, interaction: discord.Interaction[FootnoteBot], page: int = 1) -> None:
        """List the sources to whoever asks."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=reports.sources_message(await self.bot.index_status(), page))
