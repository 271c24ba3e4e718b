"""The language that each user's Discord client is set to."""

from __future__ import annotations

import asyncio
import hashlib

import discord
from cachetools import LRUCache

from bot.services.interactions import Interaction
from bot.services.notices import ALONE, Notices
from bot.text.i18n import set_language

__all__ = ["UserLanguages"]

MAX_USERS = 10_000

CHANGED = "languages"
"""The topic of notices with users, by what stands for them, and their languages."""

GATHER_SECONDS = 1.0
MOST_TOLD = 150
"""So many users fit into a notice."""


class UserLanguages:
    """Remembers users' languages, since Discord sends one with interactions but not with messages.

    Other processes are told, since a user's direct messages may come to another one than the user's commands.
    """

    def __init__(self, notices: Notices = ALONE) -> None:
        self._notices = notices
        self._locales: LRUCache[str, str] = LRUCache(MAX_USERS)
        self._changed: dict[str, str] = {}
        self._telling: asyncio.TimerHandle | None = None
        notices.on(CHANGED, self._hear)

    def activate(self, source: Interaction | discord.Message) -> None:
        """Set the language of the current task to the user's.

        For a message it is the language of the user's last interaction, else the server's.
        """
        if isinstance(source, discord.Interaction):
            set_language(source.locale)
            self._remember(_stand_in(source.user.id), str(source.locale))
        else:
            preferred = source.guild.preferred_locale if source.guild else None
            set_language(self._locales.get(_stand_in(source.author.id)) or preferred)

    def _remember(self, user: str, locale: str) -> None:
        is_new = self._locales.get(user) != locale
        self._locales[user] = locale
        if is_new and self._notices.shared:
            self._changed[user] = locale
            if self._telling is None:
                self._telling = asyncio.get_running_loop().call_later(GATHER_SECONDS, self._tell)

    def _tell(self) -> None:
        self._telling = None
        changed = [f"{user}={locale}" for user, locale in self._changed.items()]
        self._changed.clear()
        for start in range(0, len(changed), MOST_TOLD):
            self._notices.tell(CHANGED, ",".join(changed[start : start + MOST_TOLD]))

    def _hear(self, text: str) -> None:
        for pair in text.split(","):
            user, _, locale = pair.partition("=")
            self._locales[user] = locale


def _stand_in(user: int) -> str:
    """Return what stands for a user in notices, which may lie on a disk for a minute."""
    return hashlib.blake2b(str(user).encode(), digest_size=12).hexdigest()
