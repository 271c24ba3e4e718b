"""The journal's figures, for moderators."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.text.i18n import gettext, gettext_noop
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message
from bot.views.stats import LEAST_DAYS, MOST_DAYS, PICTURE, USUAL_DAYS, stats_message
from bot.views.stats_chart import describe_chart, draw_chart
from index.domain.activity import Scope

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot
    from bot.services.permissions import Permissions

__all__ = ["StatsCog"]

Interaction = discord.Interaction[Any]

REFUSAL = gettext_noop(
    "Only moderators see the figures: members with Manage Server in their server, the bot's owner or team anywhere, "
    "and in direct messages those of all servers."
)


class StatsCog(commands.Cog):
    """/stats, and the buttons below it for other spans of time."""

    def __init__(self, bot: FootnoteBot, *, rights: Permissions) -> None:
        self.bot = bot
        self._rights = rights
        self.actions: dict[str, Callable[[Interaction, ComponentId], Awaitable[None]]] = {"stats": self._span}

    @app_commands.command(description="Questions, answers, votes and times of each day. For moderators.")
    @app_commands.describe(days="How many days back, 30 unless you say.")
    async def stats(
        self,
        interaction: discord.Interaction[FootnoteBot],
        days: app_commands.Range[int, LEAST_DAYS, MOST_DAYS] = USUAL_DAYS,
    ) -> None:
        """Show the figures to whoever may see them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, days)

    async def _span(self, interaction: Interaction, press: ComponentId) -> None:
        await interaction.response.defer()
        await self._show(interaction, press.page)

    async def _show(self, interaction: Interaction, days: int) -> None:
        if not await self._rights.oversees(interaction):
            await self.bot.tell(interaction, notice_message(gettext(REFUSAL)))
            return
        guild = interaction.guild_id
        span = min(max(days, LEAST_DAYS), MOST_DAYS)
        asked = partial(self.bot.library.journal.days, span, Scope.of_moderator(guild))
        found = await self.bot.in_thread(asked)
        pictures = []
        if any(day.questions for day in found):
            drawn = await self.bot.in_thread(draw_chart, found)
            pictures.append(discord.File(io.BytesIO(drawn), PICTURE))
        view = stats_message(found, described=describe_chart(found), everywhere=guild is None)
        await interaction.edit_original_response(view=view, attachments=pictures)
