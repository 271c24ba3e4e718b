"""/privacy and /forget-me, for everyone, shown to the user alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.cogs._component import component
from bot.services.context import Services, services_of
from bot.services.interactions import Interaction
from bot.views import privacy as privacy_view

if TYPE_CHECKING:
    from bot.views.custom_id import ComponentId
    from index.domain.activity import StoredCounts

__all__ = ["PrivacyCog"]


class PrivacyCog(commands.Cog):
    """Shows what is kept of the user, and deletes it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(description="What I keep of you, for how long, and how to have it deleted.")
    async def privacy(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        library, stored = self._services.libraries.shared, await self._stored_of(interaction)
        view = privacy_view.privacy_message(stored, keep_days=library.journal.keep_days, writes=library.writes)
        await interaction.edit_original_response(view=view)

    @app_commands.command(name="forget-me", description="Delete your questions, votes and reports.")
    async def forget_me(self, interaction: Interaction) -> None:
        """Ask for confirmation: what is deleted does not come back."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(
            view=privacy_view.confirm_deletion_message(await self._stored_of(interaction))
        )

    @component("forgetme")
    async def forget(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Delete what is kept of the user, and count anew."""
        await interaction.response.defer()
        before, after = await self._services.worker.run(self._forget, interaction.user.id)
        await interaction.edit_original_response(view=privacy_view.deleted_message(before, after))

    async def _stored_of(self, interaction: Interaction) -> StoredCounts:
        return await self._services.worker.run(self._services.libraries.journal.count_stored, interaction.user.id)

    def _forget(self, user: int) -> tuple[StoredCounts, StoredCounts]:
        """Return what was kept before and is kept after, in a thread."""
        journal = self._services.libraries.journal
        return journal.forget(user), journal.count_stored(user)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(PrivacyCog(services_of(bot)))
