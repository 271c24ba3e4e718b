"""/help, for everyone: what the bot reads, how to ask, and examples that are answered at a press."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from discord import app_commands
from discord.ext import commands

from bot.cogs._component import component
from bot.services.context import Services, services_of
from bot.services.errors import Refused
from bot.services.interactions import Interaction
from bot.text.i18n import gettext, gettext_noop
from bot.views.help import EXAMPLE
from bot.views.message import notice_message

if TYPE_CHECKING:
    from bot.views.custom_id import ComponentId

__all__ = ["HelpCog"]

NO_EXAMPLE = gettext_noop("This example is no longer here. /ask suggests questions while you type.")


class HelpCog(commands.Cog):
    """Explains the bot, and asks the questions of its example buttons."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(description="What I read, how to ask me, and what I never do.")
    async def help(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=await self._services.help.help(interaction.guild_id))

    @component(EXAMPLE)
    async def ask_example(self, interaction: Interaction, component_id: ComponentId) -> None:
        """Ask what stands on the button; privately if its message is, else as the server has it."""
        message = interaction.message
        labels = _labels(message.components, component_id.custom_id) if message else iter(())
        question = next(labels, "")
        if message is None or not question:
            raise Refused(notice_message(gettext(NO_EXAMPLE)))
        private = message.flags.ephemeral or None
        await self._services.questions.answer_interaction(interaction, question, private=private)


def _labels(components: Iterable[Any], custom_id: str) -> Iterator[str]:
    """Yield the labels of the buttons with this `custom_id`."""
    for item in components:
        if getattr(item, "custom_id", None) == custom_id and getattr(item, "label", None):
            yield item.label
        yield from _labels(getattr(item, "children", ()), custom_id)


async def setup(bot: commands.Bot) -> None:
    await bot.add_cog(HelpCog(services_of(bot)))
