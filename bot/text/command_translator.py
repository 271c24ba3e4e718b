"""Names and descriptions of the commands in every language, from the catalogues of all texts."""

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

KIND_BY_LOCATION = {
    TranslationContextLocation.command_name: "command",
    TranslationContextLocation.group_name: "command",
    TranslationContextLocation.parameter_name: "option",
    TranslationContextLocation.choice_name: "choice",
    TranslationContextLocation.command_description: "description",
    TranslationContextLocation.group_description: "description",
    TranslationContextLocation.parameter_description: "description",
}


class CommandTranslator(Translator):
    """discord.py's translator of command names; a translation that Discord would refuse stays English."""

    def __init__(self, language_of: Callable[[Locale], Language] = language_for) -> None:
        self._language_of = language_of

    async def translate(self, string: locale_str, locale: Locale, context: TranslationContextTypes) -> str | None:
        """Return the text in a locale; None if the catalogue lacks it."""
        kind = text_kind(context)
        translation = self._language_of(locale).translation(kind, string.message) if kind else None
        if translation is not None and not accepted_by_discord(kind, translation):
            log.warning("Discord would not take “%s” as a %s in %s", translation, kind, locale)
            return None
        return translation


def text_kind(context: TranslationContextTypes) -> str:
    """Return which of the KINDS a text of a command is; empty for none."""
    if isinstance(context.data, ContextMenu):
        return "menu"
    return KIND_BY_LOCATION.get(context.location, "")


def accepted_by_discord(kind: str, text: str) -> bool:
    """Return whether Discord accepts a text of this kind: its length, and the letters of a name that is typed."""
    if not text.strip() or utf16_length(text) > KINDS[kind]:
        return False
    return kind not in ("command", "option") or (text == text.lower() and all(map(_allowed_in_name, text)))


def _allowed_in_name(char: str) -> bool:
    return char in "-_" or unicodedata.category(char)[0] in "LN"
