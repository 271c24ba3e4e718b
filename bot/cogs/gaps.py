"""What the sources lack, for moderators: by theme, as a file, to be marked as solved."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.text.i18n import gettext, gettext_noop, ngettext
from bot.views import gaps
from bot.views.custom_id import ComponentId
from bot.views.gaps_csv import gaps_to_csv
from bot.views.message import notice_message
from index.domain.activity import Scope

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot
    from bot.services.permissions import Permissions
    from index.domain.activity import Theme

__all__ = ["GapsCog"]

Interaction = discord.Interaction[Any]

REFUSAL = gettext_noop(
    "Only moderators see the gaps: members with Manage Server in their server, the bot's owner or team anywhere, "
    "and in direct messages those of all servers."
)
CSV = "gaps.csv"
EXPORTED = gettext_noop("The open gaps, a line each; times are in UTC.")
NOTHING_TO_EXPORT = gettext_noop("There are no open gaps to export.")
GONE = gettext_noop("That theme is no longer open: somebody solved it, or its questions were deleted.")


class GapsCog(commands.Cog):
    """/gaps, and the buttons below it. Themes are made anew at every press, so nothing is shown that is solved."""

    def __init__(self, bot: FootnoteBot, *, rights: Permissions) -> None:
        self.bot = bot
        self._rights = rights
        self.actions: dict[str, Callable[[Interaction, ComponentId], Awaitable[None]]] = {
            "gaps": self._turn,
            "gapsolve": self._solve,
            "gapscsv": self._export,
        }

    @app_commands.command(description="Questions without a good answer, by theme. For moderators.")
    async def gaps(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """Show the first page to whoever may see it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._turn(interaction, ComponentId("gaps", page=1))

    async def _turn(self, interaction: Interaction, press: ComponentId) -> None:
        """Show a page: of the command's response, or instead of the page that the button is on."""
        if not interaction.response.is_done():
            await interaction.response.defer()
        found = await self._themes(interaction)
        if found is None:
            await self._refuse(interaction)
        else:
            await interaction.edit_original_response(view=gaps.gaps_message(found, press.page))

    async def _solve(self, interaction: Interaction, press: ComponentId) -> None:
        """Solve the theme that holds the answer which the button names, then show what is left."""
        await interaction.response.defer()
        found = await self._themes(interaction)
        if found is None:
            await self._refuse(interaction)
            return
        theme = next((one for one in found if press.answer in one.ids), None)
        if theme is not None:
            solve = partial(self.bot.library.journal.solve, theme.ids, user=interaction.user.id)
            await self.bot.in_thread(solve)
        left = [one for one in found if one is not theme]
        note = _solved(len(theme.gaps)) if theme is not None else gettext(GONE)
        await interaction.edit_original_response(view=gaps.gaps_message(left, press.page, note=note))

    async def _export(self, interaction: Interaction, press: ComponentId) -> None:
        """Give the gaps as a file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self._themes(interaction)
        if found is None:
            await self._refuse(interaction)
            return
        if not found:
            await interaction.edit_original_response(view=notice_message(gettext(NOTHING_TO_EXPORT)))
            return
        file = discord.File(io.BytesIO(gaps_to_csv(found)), CSV)
        view = notice_message(gettext(EXPORTED))
        view.add_item(ui.File(file))
        await interaction.edit_original_response(view=view, attachments=[file])

    async def _refuse(self, interaction: Interaction) -> None:
        """Beside the message that the button is on, which others may see."""
        await self.bot.tell(interaction, notice_message(gettext(REFUSAL)))

    async def _themes(self, interaction: Interaction) -> Sequence[Theme] | None:
        """The themes that this person may see here: a server's, or in direct messages all; None for nobody."""
        if not await self._rights.oversees(interaction):
            return None
        guild = interaction.guild_id
        return await self.bot.in_thread(partial(self.bot.library.gaps.themes, Scope.of_moderator(guild)))


def _solved(questions: int) -> str:
    return ngettext("Solved: {number} question.", "Solved: {number} questions.", questions)
