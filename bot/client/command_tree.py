"""The command tree: commands in the user's language, and errors as replies."""

from __future__ import annotations

from contextlib import AbstractContextManager

from discord import app_commands
from discord.ext import commands

from bot.client.discord_patches import GuardedCommandTree
from bot.request_ids import begin_request
from bot.services.interactions import Interaction
from bot.services.replies import Replies
from bot.services.user_languages import UserLanguages

__all__ = ["FootnoteTree"]


class FootnoteTree(GuardedCommandTree):
    """Activates the user's language before a command or an autocompletion, and replies to errors."""

    def __init__(self, client: commands.Bot, *, languages: UserLanguages, replies: Replies) -> None:
        super().__init__(client)
        self._languages = languages
        self._replies = replies

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Let everyone pass: the commands check permissions themselves."""
        begin_request()
        self._languages.activate(interaction)
        return True

    async def on_unreadable(self, interaction: Interaction, error: Exception) -> None:
        await self._replies.tell_error(interaction, error, "reading a command")

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await self._replies.tell_error(interaction, error, "answering a command")

    def handling(self) -> AbstractContextManager[None]:
        return self._replies.pending()
