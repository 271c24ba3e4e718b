"""/summary, for everyone: all sources, one, or what is new in them."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs._autocomplete import MAX_CHOICES, name_choices, quiet, snapshot_choices
from bot.services.context import Services, services_of
from bot.services.interactions import Interaction

__all__ = ["SummaryCog"]

LONGEST_NAME, LONGEST_MOMENT = 200, 100


class SummaryCog(commands.Cog):
    """Sums up sources, as answers do and within the same limits."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(description="A summary of the sources, of one of them, or of what is new there.")
    @app_commands.describe(
        source="Which source; all of them without it.",
        since="Only what is new since a day (2025-04-05, last week), the last reindex or a snapshot.",
        private="Show the answer to you alone.",
    )
    async def summary(
        self,
        interaction: Interaction,
        source: app_commands.Range[str, 1, LONGEST_NAME] = "",
        since: app_commands.Range[str, 1, LONGEST_MOMENT] = "",
        private: bool | None = None,
    ) -> None:
        await self._services.questions.summarise_interaction(interaction, source, since, private=private)

    @summary.autocomplete("source")
    @quiet
    async def suggest_sources(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the sources whose names contain what was typed; one too long for a choice can be typed."""
        library = self._services.libraries.of(interaction.guild_id)
        return name_choices(await self._services.worker.run(library.source_names), typed.strip())

    @summary.autocomplete("since")
    @quiet
    async def suggest_moments(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the snapshots that are kept, by a part of their date or id."""
        snapshots = await self._services.worker.run(self._services.libraries.of(interaction.guild_id).snapshots)
        return [choice for _, choice in snapshot_choices(snapshots, typed)][:MAX_CHOICES]


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(SummaryCog(services_of(bot)))
