"""/status and /sources, for everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.services.context import Services, services_of
from bot.services.interactions import Interaction
from bot.text.index_messages import translate
from bot.views import status as status_view

if TYPE_CHECKING:
    from bot.shards import ShardReport
    from index.domain.snapshots import Status

__all__ = ["StatusCog"]


class StatusCog(commands.Cog):
    """Shows the index as it is."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(description="What is indexed, since when, by which model, and whether it is up to date.")
    async def status(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        generation = await self._services.worker.run(
            self._services.libraries.shared.generation_status, user=interaction.user.id, guild=interaction.guild_id
        )
        first_build = self._services.first_build
        view = status_view.status_message(
            await self._status(interaction),
            generation,
            building=first_build.refusal(),
            failure=translate(first_build.failure.message) if first_build.failure else "",
            shards=await self._shards(interaction),
        )
        await interaction.edit_original_response(view=view)

    @app_commands.command(description="The sources that answers are quoted from.")
    @app_commands.describe(page="Which page, where there are many.")
    async def sources(self, interaction: Interaction, page: int = 1) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        view = status_view.sources_message(
            await self._status(interaction), page, links=self._services.links_at(interaction.guild_id)
        )
        await interaction.edit_original_response(view=view)

    async def _shards(self, interaction: Interaction) -> ShardReport | None:
        """Return how the shards are shared out, for moderators; None if there is one alone."""
        process = self._services.process
        several = process.shared or process.shard_count > 1
        if several and await self._services.permissions.is_moderator(interaction):
            return await self._services.roll_call.report()
        return None

    async def _status(self, interaction: Interaction) -> Status:
        return await self._services.worker.run(self._services.libraries.of(interaction.guild_id).status)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(StatusCog(services_of(bot)))
