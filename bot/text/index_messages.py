"""Messages of the index in the current language, as plain text that is not escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.text.escape import fold
from bot.text.i18n import current_language, gettext, gettext_noop
from index import Message
from index.domain.answers import ABSTENTION
from index.domain.messages import BILINGUAL, LIST, REBUILD, REINDEX, RESET, Value

if TYPE_CHECKING:
    from index import Answer

__all__ = ["DISCORD_STEPS", "abstention_reason", "translate", "translate_fault"]

DISCORD_STEPS = {
    REINDEX: gettext_noop("/reindex builds it anew"),
    REBUILD: gettext_noop("/reindex builds it anew"),
    RESET: gettext_noop("/reindex builds it anew, or set EMBEDDING_MODEL back"),
    LIST: gettext_noop("/snapshots lists them"),
}
"""What to do on Discord in place of each step on the command line."""


def translate(text: str) -> str:
    """Return a message of the index in the current language; any other text as it is."""
    if not isinstance(text, Message):
        return text
    if text.template == BILINGUAL and current_language().code != "en":
        return str(_translate_value(text.values["message"]))
    return gettext(text.template, **{name: _translate_value(value) for name, value in text.values.items()})


def translate_fault(text: str) -> str:
    """Return what is wrong, without the step that mends it."""
    if isinstance(text, Message) and isinstance(fault := text.values.get("fault"), str):
        return translate(fault)
    return translate(text)


def abstention_reason(answer: Answer) -> str:
    """Return why an answer abstains, in the current language if the index says it as a `Message`."""
    return translate(answer.text) if fold(answer.text) else gettext(ABSTENTION)


def _translate_value(value: Value) -> str | int | float:
    if isinstance(value, tuple):
        return "; ".join(map(translate, value))
    if isinstance(value, str):
        return gettext(DISCORD_STEPS[value]) if value in DISCORD_STEPS else translate(value)
    return value
