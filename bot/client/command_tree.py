"""The commands, in the language of whoever gives them; what goes wrong becomes a reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.cogs._autocomplete import offer
from bot.services.errors import cause_of
from bot.services.questions import QuestionRefused

if TYPE_CHECKING:
    from bot.client.bot import FootnoteBot

__all__ = ["FootnoteTree"]

SUBCOMMANDS = (discord.AppCommandOptionType.subcommand.value, discord.AppCommandOptionType.subcommand_group.value)


class FootnoteTree(app_commands.CommandTree["FootnoteBot"]):
    """Made by the client."""

    async def interaction_check(self, interaction: discord.Interaction[FootnoteBot], /) -> bool:
        """Everyone may; what is said from here on is in their language.

        Choices for what is being typed are offered here, which ends it: discord.py would log errors with who typed.
        """
        self.client.hear(interaction)
        if interaction.type is discord.InteractionType.autocomplete:
            await offer(self.client, interaction, _typed(interaction))
            return False
        return True

    async def _call(self, interaction: discord.Interaction[FootnoteBot]) -> None:
        """As discord.py does it; but of a command that it cannot read it would tell nobody, and log who gave it."""
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:  # whatever is in it, who gave it is told
            await self.client.tell_error(interaction, error, "reading a command")

    async def on_error(
        self, interaction: discord.Interaction[FootnoteBot], error: app_commands.AppCommandError, /
    ) -> None:
        """Tell the person who gave the command, as far as Discord still lets us."""
        cause = cause_of(error)
        if isinstance(cause, QuestionRefused):
            await self.client.tell(interaction, cause.view)
        else:
            await self.client.tell_error(interaction, cause, "answering a command")


def _typed(interaction: discord.Interaction[FootnoteBot]) -> str | None:
    """What is being typed; None for an option without choices, such as one of an older program."""
    data: Any = interaction.data or {}
    command = interaction.command
    known = command.parameters if isinstance(command, app_commands.Command) else []
    completed = {one.display_name for one in known if one.autocomplete}
    options = data.get("options") or []
    while options and options[0].get("type") in SUBCOMMANDS:
        options = options[0].get("options") or []
    return next((str(one["value"]) for one in options if one.get("focused") and one["name"] in completed), None)
