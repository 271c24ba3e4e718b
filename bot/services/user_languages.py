"""The language that each person uses, as Discord told it."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import discord

from bot.text.i18n import set_language

if TYPE_CHECKING:
    pass
from bot.services.guild_settings import _remember

__all__ = ["UserLanguages"]


class UserLanguages:
    """Of people, as Discord told them."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, str] = OrderedDict()

    def hear(self, source: discord.Interaction[Any] | discord.Message) -> None:
        """From here on this task speaks the language of whoever asks.

        Discord tells it with an interaction alone: of a message it is what the person was last heard to use, or what
        their server is set to.
        """
        if isinstance(source, discord.Interaction):
            set_language(source.locale)
            _remember(self._known, source.user.id, str(source.locale))
        else:
            usual = source.guild.preferred_locale if source.guild else None
            set_language(self._known.get(source.author.id) or usual)
