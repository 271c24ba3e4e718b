"""Who did what to the index, for moderators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.policy.moderators import REFUSAL
from bot.text.i18n import gettext
from bot.views.audit import LINES_PER_PAGE, audit_message
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot
    from bot.services.permissions import Permissions

__all__ = ["AuditCog"]

Interaction = discord.Interaction[Any]


class AuditCog(commands.Cog):
    """/audit, and the buttons below it. In a server it is what was done there; in direct messages, where only the bot's
    owner may, all."""

    def __init__(self, bot: FootnoteBot, *, rights: Permissions) -> None:
        self.bot = bot
        self._rights = rights
        self.actions: dict[str, Callable[[Interaction, ComponentId], Awaitable[None]]] = {"audit": self._turn}

    @app_commands.command(description="Who rebuilt the index or went back, when, and what came of it. For moderators.")
    async def audit(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Show the newest lines."""
        await self._turn(interaction, ComponentId("audit", page=1))

    async def _turn(self, interaction: Interaction, press: ComponentId) -> None:
        if not await self._rights.moderates(interaction):
            await interaction.response.send_message(view=notice_message(gettext(REFUSAL)), ephemeral=True)
            return
        if interaction.type is discord.InteractionType.component:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        page, guild = max(press.page, 1), interaction.guild_id
        where = None if guild is None else str(guild)
        asked = partial(
            self.bot.library.journal.audited, LINES_PER_PAGE + 1, where=where, skip=(page - 1) * LINES_PER_PAGE
        )
        found = await self.bot.in_thread(asked)
        view = audit_message(found[:LINES_PER_PAGE], page, more=len(found) > LINES_PER_PAGE, everywhere=guild is None)
        await interaction.edit_original_response(view=view)
