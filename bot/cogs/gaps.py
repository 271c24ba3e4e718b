"""/gaps: what the sources lack, by theme, for moderators."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.cogs._component import component
from bot.services.context import Services, services_of
from bot.services.interactions import Interaction
from bot.text.i18n import gettext, gettext_noop, ngettext
from bot.views import gaps as gaps_view
from bot.views.custom_id import ComponentId
from bot.views.gaps_csv import gaps_to_csv
from bot.views.message import notice_message
from index.domain.activity import Scope

if TYPE_CHECKING:
    from index.domain.activity import Theme

__all__ = ["GapsCog"]

REFUSAL = gettext_noop(
    "Only moderators see the gaps: members with Manage Server in their server, the bot's owner or team anywhere, "
    "and in direct messages those of all servers."
)
CSV_NAME = "gaps.csv"
EXPORTED = gettext_noop("The open gaps, a line each; times are in UTC.")
NOTHING_TO_EXPORT = gettext_noop("There are no open gaps to export.")
NO_SUCH_THEME = gettext_noop("That theme is no longer open: somebody solved it, or its questions were deleted.")


class GapsCog(commands.Cog):
    """Lists, solves and exports gaps. Themes are formed anew each time, so nothing is shown that is solved."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.default_permissions(manage_guild=True)
    @app_commands.command(description="Questions without a good answer, by theme. For moderators.")
    async def gaps(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, 1)

    @component("gaps")
    async def turn_page(self, interaction: Interaction, component_id: ComponentId) -> None:
        await interaction.response.defer()
        await self._show(interaction, component_id.page)

    @component("gapsolve")
    async def solve(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Solve the theme that holds the button's answer, then show the others."""
        await interaction.response.defer()
        themes = await self._themes_for(interaction)
        solved = next((theme for theme in themes if component_id.answer in theme.ids), None)
        if solved is not None:
            solve = self._services.libraries.of(interaction.guild_id).journal.solve
            await self._services.worker.run(solve, solved.ids, user=interaction.user.id)
        others = [theme for theme in themes if theme is not solved]
        note = _solved_note(len(solved.gaps)) if solved is not None else gettext(NO_SUCH_THEME)
        await interaction.edit_original_response(view=gaps_view.gaps_message(others, component_id.page, note=note))

    @component("gapscsv")
    async def export(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Send the gaps as a file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        themes = await self._themes_for(interaction)
        if not themes:
            await interaction.edit_original_response(view=notice_message(gettext(NOTHING_TO_EXPORT)))
            return
        file = discord.File(io.BytesIO(gaps_to_csv(themes)), CSV_NAME)
        view = notice_message(gettext(EXPORTED))
        view.add_item(ui.File(file))
        await interaction.edit_original_response(view=view, attachments=[file])

    async def _show(self, interaction: Interaction, page: int) -> None:
        """Show a page of the themes to those who may see them."""
        themes = await self._themes_for(interaction)
        await interaction.edit_original_response(view=gaps_view.gaps_message(themes, page))

    async def _themes_for(self, interaction: Interaction) -> Sequence[Theme]:
        """Return the themes of the server, in direct messages all; raises Refused if the user may see none."""
        await self._services.permissions.require_reviewer(interaction, REFUSAL)
        scope = Scope.of_moderator(interaction.guild_id)
        library = self._services.libraries.of(interaction.guild_id)
        return await self._services.worker.run(library.gaps.themes, scope)


def _solved_note(questions: int) -> str:
    return ngettext("Solved: {number} question.", "Solved: {number} questions.", questions)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(GapsCog(services_of(bot)))
