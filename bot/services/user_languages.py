"""The language that each user's Discord client is set to."""

from __future__ import annotations

import discord
from cachetools import LRUCache

from bot.services.interactions import Interaction
from bot.text.i18n import set_language

__all__ = ["UserLanguages"]

MAX_USERS = 10_000


class UserLanguages:
    """Remembers users' languages, since Discord sends one with interactions but not with messages."""

    def __init__(self) -> None:
        self._locales: LRUCache[int, str] = LRUCache(MAX_USERS)

    def activate(self, source: Interaction | discord.Message) -> None:
        """Set the language of the current task to the user's.

        For a message it is the language of the user's last interaction, else the server's.
        """
        if isinstance(source, discord.Interaction):
            set_language(source.locale)
            self._locales[source.user.id] = str(source.locale)
        else:
            preferred = source.guild.preferred_locale if source.guild else None
            set_language(self._locales.get(source.author.id) or preferred)
