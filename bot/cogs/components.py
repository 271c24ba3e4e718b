"""Presses of buttons, and forms that come back: each is given to the cog that has its action.

They come by the event of the interaction itself, since discord.py answers nobody when one of its own items fails.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

from bot.services.questions import QuestionRefused
from bot.text.i18n import gettext, gettext_noop
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

__all__ = ["ComponentsCog"]

Interaction = discord.Interaction[Any]
Action = Callable[[Interaction, ComponentId], Awaitable[None]]

OLDER = gettext_noop("This button is of another version of me. Please ask again: the new answer has buttons that work.")
KINDS = (discord.InteractionType.component, discord.InteractionType.modal_submit)


class ComponentsCog(commands.Cog):
    """Added last: it knows the actions of the cogs that are there by then."""

    def __init__(self, bot: FootnoteBot) -> None:
        self.bot = bot
        self._actions: dict[str, Action] = {}
        for cog in bot.cogs.values():
            self._actions |= getattr(cog, "actions", {})

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Carry out what was pressed; whatever goes wrong, the person is told."""
        if interaction.type not in KINDS:
            return
        with self.bot.owing_a_reply():
            try:
                self.bot.hear(interaction)
                data: Any = interaction.data or {}
                press = ComponentId.parse(str(data.get("custom_id", "")))
                action = self._actions.get(press.action) if press else None
                if press is None or action is None:
                    await interaction.response.send_message(view=notice_message(gettext(OLDER)), ephemeral=True)
                else:
                    await action(interaction, press)
            except QuestionRefused as refused:
                await self.bot.tell(interaction, refused.view)
            except Exception as error:  # whatever it was, who pressed is told
                await self.bot.tell_error(interaction, error, "answering a button")
