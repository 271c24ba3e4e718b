"""Names and descriptions of the commands for every language, from the catalogue that all texts are in."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable

from discord import Locale
from discord.app_commands import (
    ContextMenu,
    TranslationContextLocation,
    TranslationContextTypes,
    Translator,
    locale_str,
)

from bot.text.escape import utf16_length
from bot.text.i18n import KINDS, Language, language_for

__all__ = ["CommandTranslator", "accepted_by_discord", "text_kind"]

log = logging.getLogger(__name__)

KIND = {
    TranslationContextLocation.command_name: "command",
    TranslationContextLocation.group_name: "command",
    TranslationContextLocation.parameter_name: "option",
    TranslationContextLocation.choice_name: "choice",
    TranslationContextLocation.command_description: "description",
    TranslationContextLocation.group_description: "description",
    TranslationContextLocation.parameter_description: "description",
}


class CommandTranslator(Translator):
    """Tells Discord what a command is called in each language; what it would not take stays English."""

    def __init__(self, speaker: Callable[[Locale], Language] = language_for) -> None:
        self._speaker = speaker

    async def translate(self, string: locale_str, locale: Locale, context: TranslationContextTypes) -> str | None:
        """The text in a locale; None where the catalogue lacks it."""
        kind = text_kind(context)
        found = self._speaker(locale).translation(kind, string.message) if kind else None
        if found is not None and not accepted_by_discord(kind, found):
            log.warning("Discord would not take “%s” as a %s in %s", found, kind, locale)
            return None
        return found


def text_kind(context: TranslationContextTypes) -> str:
    """Which of the KINDS a text of a command is; empty for none."""
    if isinstance(context.data, ContextMenu):
        return "menu"
    return KIND.get(context.location, "")


def accepted_by_discord(kind: str, text: str) -> bool:
    """Whether Discord takes a text of this kind: its length, and the letters of a name that is typed."""
    if not text.strip() or utf16_length(text) > KINDS[kind]:
        return False
    return kind not in ("command", "option") or (text == text.lower() and all(map(_in_name, text)))


def _in_name(char: str) -> bool:
    return char in "-_" or unicodedata.category(char)[0] in "LN"
