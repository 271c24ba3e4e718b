"""Buttons and modals: each interaction is passed to the cog that handles its `custom_id`.

They arrive as the event of the interaction itself, since discord.py answers nobody when one of its own items fails.
"""

from __future__ import annotations

from typing import Any

import discord
from discord.ext import commands

from bot.cogs._component import Handler, handlers_of
from bot.request_ids import begin_request
from bot.services.context import Services, services_of
from bot.services.interactions import Interaction
from bot.text.i18n import gettext, gettext_noop
from bot.views.custom_id import ComponentId
from bot.views.message import notice_message

__all__ = ["ComponentsCog"]

UNKNOWN_BUTTON = gettext_noop(
    "This button is of another version of me. Please ask again: the new answer has buttons that work."
)
INTERACTION_TYPES = (discord.InteractionType.component, discord.InteractionType.modal_submit)


class ComponentsCog(commands.Cog):
    """Finds handlers in whichever cogs are loaded at the time, so the order of loading does not matter."""

    def __init__(self, bot: commands.Bot, services: Services) -> None:
        self._bot = bot
        self._services = services

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Handle a button or a modal; if that fails, the user gets a reply."""
        if interaction.type not in INTERACTION_TYPES:
            return
        begin_request()
        replies = self._services.replies
        with replies.pending():
            try:
                self._services.languages.activate(interaction)
                data: Any = interaction.data or {}
                component_id = ComponentId.parse(str(data.get("custom_id", "")))
                handler = self._handler_of(component_id.action) if component_id else None
                if component_id is None or handler is None:
                    await interaction.response.send_message(
                        view=notice_message(gettext(UNKNOWN_BUTTON)), ephemeral=True
                    )
                else:
                    await handler(interaction, component_id)
            except Exception as error:  # whatever it was, the user is told
                await replies.tell_error(interaction, error, "answering a button")

    def _handler_of(self, action: str) -> Handler | None:
        handlers = (handlers_of(cog).get(action) for cog in self._bot.cogs.values())
        return next((handler for handler in handlers if handler), None)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(ComponentsCog(bot, services_of(bot)))
