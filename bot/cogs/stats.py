"""/stats: the journal's figures, for moderators."""

from __future__ import annotations

import io

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs._component import component
from bot.services.context import Services, services_of
from bot.services.interactions import Interaction
from bot.text.i18n import gettext_noop
from bot.views.custom_id import ComponentId
from bot.views.stats import LEAST_DAYS, MOST_DAYS, PICTURE, USUAL_DAYS, stats_message
from bot.views.stats_chart import can_draw, describe_chart, draw_chart
from index.domain.activity import Scope

__all__ = ["StatsCog"]

REFUSAL = gettext_noop(
    "Only moderators see the figures: members with Manage Server in their server, the bot's owner or team anywhere, "
    "and in direct messages those of all servers."
)


class StatsCog(commands.Cog):
    """Shows questions, answers, votes and times of each day, with buttons for other periods."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.default_permissions(manage_guild=True)
    @app_commands.command(description="Questions, answers, votes and times of each day. For moderators.")
    @app_commands.describe(days="How many days back, 30 unless you say.")
    async def stats(
        self,
        interaction: Interaction,
        days: app_commands.Range[int, LEAST_DAYS, MOST_DAYS] = USUAL_DAYS,
    ) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, days)

    @component("stats")
    async def change_period(self, interaction: Interaction, component_id: ComponentId) -> None:
        await interaction.response.defer()
        await self._show(interaction, component_id.page)

    async def _show(self, interaction: Interaction, days: int) -> None:
        """Show the figures of so many days to those who may see them."""
        services = self._services
        await services.permissions.require_reviewer(interaction, REFUSAL)
        guild = interaction.guild_id
        period = min(max(days, LEAST_DAYS), MOST_DAYS)
        figures = await services.worker.run(
            services.libraries.of(guild).journal.days, period, Scope.of_moderator(guild)
        )
        files = []
        chart = can_draw()
        if chart and any(day.questions for day in figures):
            picture = await services.worker.run(draw_chart, figures)
            files.append(discord.File(io.BytesIO(picture), PICTURE))
        view = stats_message(figures, description=describe_chart(figures), everywhere=guild is None, chart=chart)
        await interaction.edit_original_response(view=view, attachments=files)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(StatsCog(services_of(bot)))
