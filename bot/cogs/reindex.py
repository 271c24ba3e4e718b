"""/reindex, and the buttons below its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.cogs._component import component
from bot.services.context import Services, services_of
from bot.services.interactions import Interaction

if TYPE_CHECKING:
    from bot.views.custom_id import ComponentId

__all__ = ["ReindexCog"]


class ReindexCog(commands.Cog):
    """Rebuilds the index at once or after a preview; a running rebuild can be cancelled."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.default_permissions(manage_guild=True)
    @app_commands.command(description="Rebuild the index from the sources as they are now. For moderators.")
    @app_commands.describe(preview="True: say what would change, and change nothing yet.")
    async def reindex(self, interaction: Interaction, preview: bool = False) -> None:
        if preview:
            await self._services.reindexing.preview(interaction)
        else:
            await self._services.reindexing.reindex(interaction)

    @component("golive")
    async def publish(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._services.reindexing.publish(interaction, component_id.answer)

    @component("discard")
    async def discard(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._services.reindexing.discard(interaction, component_id.answer)

    @component("stop")
    async def cancel(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._services.reindexing.cancel(interaction, component_id.page)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(ReindexCog(services_of(bot)))
