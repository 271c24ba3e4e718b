"""/audit: who did what to the index, for moderators."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs._component import component
from bot.services.context import Services, services_of
from bot.services.interactions import Interaction, acknowledge
from bot.views.audit import LINES_PER_PAGE, audit_message
from bot.views.custom_id import ComponentId

__all__ = ["AuditCog"]


class AuditCog(commands.Cog):
    """Shows the audit: in a server its own lines, in direct messages, to the bot's owner alone, all."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.default_permissions(manage_guild=True)
    @app_commands.command(description="Who rebuilt the index or went back, when, and what came of it. For moderators.")
    async def audit(self, interaction: Interaction) -> None:
        await self._show(interaction, 1)

    @component("audit")
    async def turn_page(self, interaction: Interaction, component_id: ComponentId) -> None:
        await self._show(interaction, component_id.page)

    async def _show(self, interaction: Interaction, page: int) -> None:
        """Show a page of the audit, newest lines first."""
        await self._services.permissions.require_moderator(interaction)
        await acknowledge(interaction)
        page, guild = max(page, 1), interaction.guild_id
        entries = await self._services.worker.run(
            self._services.libraries.of(guild).journal.audit_entries,
            LINES_PER_PAGE + 1,
            origin=None if guild is None else str(guild),
            skip=(page - 1) * LINES_PER_PAGE,
        )
        servers = {str(server.id): server.name for server in interaction.client.guilds} if guild is None else {}
        view = audit_message(
            entries[:LINES_PER_PAGE],
            page,
            more=len(entries) > LINES_PER_PAGE,
            everywhere=guild is None,
            servers=servers,
        )
        await interaction.edit_original_response(view=view)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(AuditCog(services_of(bot)))
