"""What is kept of whoever asks, and how to have it deleted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.views import privacy as privacy_view
from bot.views.custom_id import ComponentId

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot
    from index.domain.activity import StoredCounts

__all__ = ["PrivacyCog"]

Interaction = discord.Interaction[Any]


class PrivacyCog(commands.Cog):
    """/privacy and /forget-me, for everyone, shown to whoever asks alone."""

    def __init__(self, bot: FootnoteBot) -> None:
        self.bot = bot
        self.actions: dict[str, Callable[[Interaction, ComponentId], Awaitable[None]]] = {"forgetme": self._forget}

    @app_commands.command(description="What I keep of you, for how long, and how to have it deleted.")
    async def privacy(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Say what is kept, with the asker's own counts."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self.bot.in_thread(self.bot.library.journal.stored, interaction.user.id)
        view = privacy_view.privacy_message(stored, keep_days=self.bot.library.journal.keep_days)
        await interaction.edit_original_response(view=view)

    @app_commands.command(name="forget-me", description="Delete your questions, votes and reports.")
    async def forget_me(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Ask whether it is meant: what is deleted does not come back."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        stored = await self.bot.in_thread(self.bot.library.journal.stored, interaction.user.id)
        await interaction.edit_original_response(view=privacy_view.confirm_deletion_message(stored))

    async def _forget(self, interaction: Interaction, press: ComponentId) -> None:
        """Delete what is kept of whoever pressed, and count anew."""
        await interaction.response.defer()
        journal, user = self.bot.library.journal, interaction.user.id

        def forget() -> tuple[StoredCounts, StoredCounts]:
            return journal.forget(user), journal.stored(user)

        before, after = await self.bot.in_thread(forget)
        await interaction.edit_original_response(view=privacy_view.deleted_message(before, after))
